//! What callers rely on goes only by deprecation: `schema.graphql` against the last released one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tests::npm::{Workshop, printed};

/// The schema of the last release, written by `just release-schema`.
const RELEASED: &str = "schema.released.graphql";

/// Whether `after` may follow `before` on that day, and what is said about it, line by line.
fn compared(workshop: &Workshop, before: &str, after: &str, options: &[&str]) -> (bool, String) {
    fs::write(workshop.path().join("before.graphql"), before).unwrap();
    fs::write(workshop.path().join("after.graphql"), after).unwrap();
    let mut node = workshop.node("changes.mjs");
    let output = node.args(["before.graphql", "after.graphql"]).args(options);
    let output = output.output().unwrap();
    (output.status.success(), printed(&output))
}

#[test]
fn nothing_that_was_released_is_broken() {
    let Some(workshop) = Workshop::open(env!("CARGO_TARGET_TMPDIR")) else {
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut released = root.join(RELEASED);
    if !released.exists() {
        println!("there was no release yet: only the deprecations are looked at");
        released = PathBuf::from("-");
    }
    let schemas = [released, root.join("schema.graphql")];
    let output = workshop.node("changes.mjs").args(schemas).output().unwrap();
    let said = printed(&output);
    assert!(
        output.status.success(),
        "CONTRIBUTING.md says how something goes\n{said}"
    );
}

const BEFORE: &str = r#"
type Query {
  lead(id: ID!, cycle: Int @deprecated(reason: "It has no effect. Goes after 2027-03-31.")): Lead
  search(text: String): [Hit!]! @deprecated(reason: "Use `leads`. Goes after 2027-03-31.")
  leads(filter: LeadFilter): [Lead!]!
}
type Hit { rank: Int! kind: HitKind! }
enum HitKind { LEAD }
type Lead {
  id: ID!
  score: Int!
  status: LeadStatus!
  fax: String @deprecated(reason: "Use `phone`. Goes after 2027-03-31.")
}
enum LeadStatus { NEW MQL COLD @deprecated(reason: "Use `RECYCLED`. Goes after 2027-03-31.") }
input LeadFilter { score: Int least: Int! = 1 }
scalar Spare
type Mutation { touch: Int! }
interface Contactable { id: ID! }
type Call implements Contactable { id: ID! }
"#;

#[test]
fn what_breaks_callers_has_a_name() {
    let Some(workshop) = Workshop::open(env!("CARGO_TARGET_TMPDIR")) else {
        return;
    };
    for (from, to, said) in [
        ("  score: Int!\n", "", "breaking: Lead.score was removed."),
        (
            "score: Int!",
            "score: Float!",
            "breaking: Lead.score changed type from Int! to Float!.",
        ),
        (
            "score: Int!",
            "score: Int",
            "breaking: Lead.score changed type from Int! to Int.",
        ),
        (
            "lead(id: ID!,",
            "lead(id: ID!, at: Int!,",
            "breaking: A required arg at on Query.lead was added.",
        ),
        (
            "{ score: Int least",
            "{ score: Int team: ID! least",
            "breaking: A required field team on input type LeadFilter was added.",
        ),
        (
            "{ NEW MQL",
            "{ NEW",
            "breaking: MQL was removed from enum type LeadStatus.",
        ),
        (
            "input LeadFilter {",
            "input LeadFilter @oneOf {",
            "breaking: LeadFilter takes exactly one field now.",
        ),
        (
            "least: Int! = 1",
            "least: Int!",
            "breaking: LeadFilter.least has to be given now.",
        ),
        ("scalar Spare\n", "", "breaking: Spare was removed."),
        (
            "type Mutation { touch: Int! }\n",
            "",
            "breaking: Mutation was removed.",
        ),
        (
            "type Call implements Contactable { id: ID! }\n",
            "",
            "breaking: Call was removed.",
        ),
    ] {
        let (fine, report) = compared(&workshop, BEFORE, &BEFORE.replacen(from, to, 1), &[]);
        assert!(!fine && report.trim_end() == said, "{said}\n{report}");
    }
}

#[test]
fn what_callers_may_have_to_look_at_is_told_and_passes() {
    let Some(workshop) = Workshop::open(env!("CARGO_TARGET_TMPDIR")) else {
        return;
    };
    for (from, to, said) in [
        (
            "{ NEW MQL",
            "{ NEW MQL SQL",
            "dangerous: SQL was added to enum type LeadStatus.\n",
        ),
        (
            "filter: LeadFilter",
            "filter: LeadFilter, first: Int",
            "dangerous: An optional arg first on Query.leads was added.\n",
        ),
        ("score: Int!", "score: Int! fit: Int", ""),
    ] {
        let compared = compared(&workshop, BEFORE, &BEFORE.replacen(from, to, 1), &[]);
        assert_eq!(compared, (true, said.to_owned()));
    }
}

#[test]
fn what_was_announced_goes_when_its_day_has_come() {
    let Some(workshop) = Workshop::open(env!("CARGO_TARGET_TMPDIR")) else {
        return;
    };
    let announced = |line: &&str| !line.contains("Hit") && !line.contains("fax");
    let after = BEFORE
        .lines()
        .filter(announced)
        .collect::<Vec<_>>()
        .join("\n");
    let after = after.replace(
        r#", cycle: Int @deprecated(reason: "It has no effect. Goes after 2027-03-31.")"#,
        "",
    );
    let after = after.replace(
        r#" COLD @deprecated(reason: "Use `RECYCLED`. Goes after 2027-03-31.")"#,
        "",
    );

    let (fine, report) = compared(&workshop, BEFORE, &after, &["--day", "2027-03-31"]);
    assert!(
        !fine && report.matches("breaking: ").count() == 6,
        "{report}"
    );
    let (fine, report) = compared(&workshop, BEFORE, &after, &["--day", "2027-04-01"]);
    assert!(
        fine && report.matches("as announced: ").count() == 6,
        "{report}"
    );
}

#[test]
fn a_deprecation_says_until_when_and_a_release_gives_half_a_year() {
    let Some(workshop) = Workshop::open(env!("CARGO_TARGET_TMPDIR")) else {
        return;
    };
    let fresh = |reason: &str| {
        BEFORE.replace(
            "score: Int!",
            &format!("score: Int! @deprecated(reason: \"{reason}\")"),
        )
    };
    let silent = fresh("Use `fit`.");
    let (fine, report) = compared(&workshop, BEFORE, &silent, &[]);
    assert!(
        !fine && report.starts_with("Lead.score: a reason such as "),
        "{report}"
    );

    let told = fresh("Use `fit`. Goes after 2027-06-30.");
    assert_eq!(
        compared(&workshop, BEFORE, &told, &[]),
        (true, String::new())
    );
    let released = |day| compared(&workshop, BEFORE, &told, &["--release", "--day", day]);
    assert_eq!(released("2027-01-01"), (true, String::new()));
    let (fine, report) = released("2027-01-02");
    assert!(
        !fine && report.contains("stays until 2027-07-01 at least"),
        "{report}"
    );

    let sooner = BEFORE.replace(
        "Use `phone`. Goes after 2027-03-31",
        "Use `phone`. Goes after 2027-03-30",
    );
    let said = "Lead.fax: callers were told that it stays until 2027-03-31\n";
    assert_eq!(
        compared(&workshop, BEFORE, &sooner, &[]),
        (false, said.to_owned())
    );
}
