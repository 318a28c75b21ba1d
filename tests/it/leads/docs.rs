//! The tables of steps in the documentation are made of the data that the hub runs on.

use std::{fmt::Write as _, path::Path};

use api::dataset::{Workflow, dataset};

/// The pages with a table, each with its noun.
const PAGES: [(&str, &str); 4] = [
    ("docs/leads.md", "Lead"),
    ("docs/feedback.md", "Feedback"),
    ("docs/tasks.md", "Task"),
    ("docs/requests.md", "TeamRequest"),
];

fn steps(workflow: &Workflow) -> String {
    let mut table = String::from(
        "| mutation | from | to | what has to be said | who | |\n|---|---|---|---|---|---|\n",
    );
    for step in &workflow.steps {
        let requires = workflow.requires(step);
        let requires = requires.iter().map(|field| format!("`{field}`"));
        let also = workflow.requires_also(step).into_iter();
        let also = also.map(|requirement| requirement.words());
        let answers = step.answers.iter();
        let answers =
            answers.map(|stage| format!("the `answers` of the active definition of {stage}"));
        let requires: Vec<String> = requires.chain(answers).chain(also).collect();
        let by: Vec<String> = step.by.iter().map(|by| format!("`{by}`")).collect();
        writeln!(
            table,
            "| `{}`, `{}` | {} | {} | {} | {} | {} |",
            step.mutation,
            step.many,
            step.begins(),
            if step.to.is_empty() {
                "the same".to_owned()
            } else {
                step.to.join(" or ")
            },
            requires.join("; "),
            by.join(", "),
            step.description
        )
        .unwrap();
    }
    table
}

fn rules(workflow: &Workflow) -> String {
    let mut table = String::from("| rule | from | to | when |\n|---|---|---|---|\n");
    for rule in &workflow.rules {
        let from = rule.from.join(", ");
        writeln!(
            table,
            "| `{}` | {from} | {} | {} |",
            rule.name, rule.to, rule.when
        )
        .unwrap();
    }
    table
}

#[test]
fn the_documentation_has_the_steps_as_they_are() {
    for (page, noun) in PAGES {
        let workflow = dataset().entity(noun).unwrap().workflow.as_ref().unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(page);
        let text = std::fs::read_to_string(&path).unwrap();
        let mut made = text.clone();
        for (mark, table) in [("steps", steps(workflow)), ("rules", rules(workflow))] {
            let (open, close) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->"));
            let Some((before, rest)) = made.split_once(&open) else {
                assert!(workflow.rules.is_empty() && mark == "rules", "{page}");
                continue;
            };
            let (_, after) = rest.split_once(&close).unwrap();
            made = format!("{before}{open}{table}{close}{after}");
        }
        assert!(text == made, "{page} is stale; it should be:\n{made}");
    }
}
