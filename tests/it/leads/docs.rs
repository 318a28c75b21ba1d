//! The table of steps in the documentation is made of the data that the hub runs on.

use std::path::Path;

use super::workflow;

fn steps() -> String {
    let mut table = String::from(
        "| mutation | from | to | what has to be said | who | |\n|---|---|---|---|---|---|\n",
    );
    for step in &workflow().steps {
        let requires = workflow().requires(step);
        let requires = requires.iter().map(|field| format!("`{field}`"));
        let requires: Vec<String> = requires.collect();
        let by: Vec<String> = step.by.iter().map(|by| format!("`{by}`")).collect();
        table += &format!(
            "| `{}`, `{}` | {} | {} | {} | {} | {} |\n",
            step.mutation,
            step.many,
            step.from.join(", "),
            step.to.join(" or "),
            requires.join(", "),
            by.join(", "),
            step.description
        );
    }
    table
}

fn rules() -> String {
    let mut table = String::from("| rule | from | to | when |\n|---|---|---|---|\n");
    for rule in &workflow().rules {
        let from = rule.from.join(", ");
        table += &format!(
            "| `{}` | {from} | {} | {} |\n",
            rule.name, rule.to, rule.when
        );
    }
    table
}

#[test]
fn the_documentation_has_the_steps_as_they_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/leads.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let mut made = page.clone();
    for (mark, table) in [("steps", steps()), ("rules", rules())] {
        let (open, close) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->"));
        let (before, rest) = made.split_once(&open).unwrap();
        let (_, after) = rest.split_once(&close).unwrap();
        made = format!("{before}{open}{table}{close}{after}");
    }
    assert!(
        page == made,
        "docs/leads.md is stale; it should be:\n{made}"
    );
}
