//! What the hub does with steps and rules by their names is done with steps and rules that there are.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use api::dataset::{Workflow, dataset};

/// What a name in a source follows on.
const BEFORE: [&str; 5] = [
    "step.mutation == \"",
    "take_rule(write, \"",
    "take_rule(&write, \"",
    "take_rule_since(write, \"",
    "rule(\"",
];
/// What a block begins with that has a name in each arm.
const MATCH: &str = "match step.mutation.as_str() {";

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The block that begins at the beginning of `text`, after its brace.
fn block(text: &str) -> &str {
    let mut depth = 1;
    let end = text.char_indices().find(|(_, letter)| {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    &text[..end.unwrap().0]
}

/// The names that arms of a block are about: texts at the beginning of a line, or after a `|`.
fn arms(block: &str) -> impl Iterator<Item = &str> {
    let patterns = block.lines().map(str::trim_start);
    let patterns = patterns.filter(|line| line.starts_with('"'));
    let patterns = patterns.map(|line| line.split(" =>").next().unwrap());
    let patterns = patterns.map(|pattern| pattern.split(" if ").next().unwrap());
    patterns.flat_map(|pattern| pattern.split('|').map(|name| name.trim().trim_matches('"')))
}

/// The names of steps and rules that stand in a source; where `constants`, as constants too.
fn named(text: &str, constants: bool) -> Vec<&str> {
    let until_quote = |rest: &'_ str| rest.find('"').unwrap_or(0);
    let mut names: Vec<&str> = Vec::new();
    for before in BEFORE {
        let rest = text.split(before).skip(1);
        names.extend(rest.map(|rest| &rest[..until_quote(rest)]));
    }
    let blocks = text.split(MATCH).skip(1).map(block);
    names.extend(blocks.flat_map(arms));
    if constants {
        let constants = text.split(": &str = \"").skip(1);
        let constants = constants.map(|rest| &rest[..until_quote(rest)]);
        names.extend(constants.filter(|name| is_name(name)));
    }
    names
}

/// Whether that could be the name of a step: letters, small ones first and then others too.
fn is_name(text: &str) -> bool {
    let letters = text.chars().all(|letter| letter.is_ascii_alphabetic());
    let begins = text.starts_with(|letter: char| letter.is_ascii_lowercase());
    letters && begins && text.chars().any(|letter| letter.is_ascii_uppercase())
}

/// Names that are written in another way than this test reads hide from it; the rules, each of which something takes, are
/// seen to be read.
#[test]
fn each_step_and_rule_that_the_services_name_is_in_a_table() {
    let workflows = dataset().entities().iter();
    let workflows: Vec<&Workflow> = workflows.filter_map(|it| it.workflow.as_ref()).collect();
    let steps = workflows.iter().flat_map(|it| &it.steps);
    let rules = workflows.iter().flat_map(|it| &it.rules);
    let known: BTreeSet<&str> = steps
        .map(|step| step.mutation.as_str())
        .chain(rules.map(|rule| rule.name.as_str()))
        .collect();
    let mut files = Vec::new();
    let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src/services");
    for folder in ["feedback", "lead", "routing", "scoring", "task"] {
        sources(&services.join(folder), &mut files);
    }
    files.extend(["feedback.rs", "team_request.rs", "touch.rs"].map(|file| services.join(file)));
    let mut seen = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for name in named(&text, file.starts_with(services.join("routing"))) {
            assert!(known.contains(name), "{}: {name}", file.display());
            seen.insert(name.to_owned());
        }
    }
    let rules: Vec<&str> = workflows
        .iter()
        .flat_map(|it| &it.rules)
        .map(|rule| rule.name.as_str())
        .collect();
    let missing: Vec<&&str> = rules.iter().filter(|rule| !seen.contains(**rule)).collect();
    assert!(missing.is_empty(), "nothing takes the rules {missing:?}");
}
