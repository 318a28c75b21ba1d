//! Files of roles: what they can say, and what makes no sense.

#![cfg(test)]

use api::{
    dataset::vocabulary,
    views::{Policy, Role, View},
};

const BUILT_IN: &str = include_str!("../../roles.default.toml");

fn problems(text: &str) -> Vec<String> {
    Policy::parse("mine.toml", text, &vocabulary())
        .unwrap_err()
        .0
}

/// The built-in roles, and `more`.
fn with(more: &str) -> String {
    format!("{BUILT_IN}\n{more}")
}

/// The line of the first complaint about a policy with `more` in it, counted from its first line.
fn first_problem(more: &str) -> (Option<usize>, String) {
    let problems = problems(&with(more));
    let (place, problem) = problems[0].split_once(": ").unwrap();
    let line: usize = place.strip_prefix("mine.toml:").unwrap().parse().unwrap();
    let line = line.checked_sub(BUILT_IN.lines().count() + 1);
    (line, problem.to_owned())
}

#[test]
fn the_built_in_policy_has_the_seven_roles() {
    let policy = Policy::built_in(&vocabulary()).unwrap();
    let names: Vec<_> = policy.roles.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(names, Role::ALL.map(Role::as_str));
}

#[test]
fn a_role_of_ones_own_inherits_and_says_what_is_different() {
    let more = r#"
[KEY_ACCOUNTS]
inherits = "SALES_REP"
[KEY_ACCOUNTS.Contact]
rows = "own"
masks = { phone = "hide outside own" }
clear = ["email"]
[KEY_ACCOUNTS.Lead]
can = { accept = "none" }
"#;
    let policy = Policy::parse("mine.toml", &with(more), &vocabulary()).unwrap();
    let (rep, own) = (
        policy.role("SALES_REP").unwrap(),
        policy.role("KEY_ACCOUNTS").unwrap(),
    );
    assert_eq!(own.description, rep.description);
    assert_eq!(own.nouns["Account"].rows, rep.nouns["Account"].rows);
    let contact = &own.nouns["Contact"];
    assert_eq!(contact.rows.to_string(), "own");
    assert_eq!(contact.masks.keys().collect::<Vec<_>>(), [&"phone"]);
    assert!(!own.nouns["Lead"].can.contains_key("accept"));
    assert!(own.nouns["Lead"].can.contains_key("reject"));
}

#[test]
fn a_role_may_be_bound_to_trusted_documents_and_set_free_again() {
    let more = r#"
[APP]
inherits = "ANALYST"
documents = "trusted"
[SPECIAL_APP]
inherits = "APP"
[FREE]
inherits = "SPECIAL_APP"
documents = "any"
"#;
    let policy = Policy::parse("mine.toml", &with(more), &vocabulary()).unwrap();
    let bound = |role: &str| policy.role(role).unwrap().trusted_documents;
    assert!(bound("APP") && bound("SPECIAL_APP") && !bound("FREE") && !bound("ANALYST"));
    let said = "may only run documents that the operator trusts (documents)";
    assert_eq!(policy.matrix().matches(said).count(), 2);
    let only = |roles: &[&str]| {
        let roles: Vec<_> = roles.iter().map(|role| (*role).to_owned()).collect();
        View::of(&policy, &roles, &[]).trusted_documents_only
    };
    assert!(only(&["APP"]) && only(&["APP", "SPECIAL_APP"]));
    assert!(!only(&["APP", "ANALYST"]) && !only(&[]));
}

#[test]
fn what_makes_no_sense_is_refused_with_its_line_and_the_fix() {
    let cases = [
        ("[Rep]", 1, "is no name for a role"),
        ("[X]\ninherits = \"BOSS\"", 2, "there is no role `BOSS`"),
        ("[X]\ninherits = \"X\"", 2, "`X` inherits itself"),
        (
            "[X]\ninherits = \"ADMIN\"\ndocuments = \"trust\"",
            3,
            "there is no kind of documents `trust`. Did you mean `trusted`?",
        ),
        (
            "[X]\ninherits = \"ADMIN\"\nleads = 1",
            3,
            "there is no entity or setting `leads`. Did you mean `Lead`?",
        ),
        (
            "[X]\ninherits = \"ADMIN\"\nLead = { row = \"all\" }",
            3,
            "there is no setting `row`. Did you mean `rows`?",
        ),
        (
            "[X]\ninherits = \"ADMIN\"\nLead = { rows = \"mine\" }",
            3,
            "there is no word \"mine\"",
        ),
        (
            "[X]\ninherits = \"ADMIN\"\nLead = { rows = \"consent\" }",
            3,
            "`consent` says nothing about Lead rows",
        ),
        (
            "[X]\ninherits = \"ADMIN\"\nLead = { masks = { status = \"hide all\" } }",
            3,
            "there is no field that can be masked `status`",
        ),
        (
            "[X]\ninherits = \"ADMIN\"\nLead = { masks = { email = \"band all\" } }",
            3,
            "there is no kind of mask for this field `band`",
        ),
        (
            "[X]\ninherits = \"ADMIN\"\nLead = { masks = { email = \"hide\" } }",
            3,
            "say which rows",
        ),
        (
            "[X]\ninherits = \"ADMIN\"\nLead = { masks = { email = \"hide all\" }, clear = [\"email\"] }",
            3,
            "something else is said of `email` before",
        ),
        (
            "[X]\ninherits = \"ADMIN\"\nLead = { can = { fly = \"all\" } }",
            3,
            "there is no action `fly`",
        ),
        (
            "[X]\ninherits = \"ADMIN\"\nTouch = { reference = true }",
            3,
            "nothing refers to Touch rows by name",
        ),
        (
            "[X]\ninherits = \"ADMIN\"\nCampaignCost = { rows = \"all\" }",
            3,
            "a part is seen with its Campaign",
        ),
        (
            "[X]\ninherits = \"SALES_REP\"\nLeadMatch = { rows = \"parent\" }",
            3,
            "a part is seen with its Lead: say `rows = \"parent and seen\"` or `\"none\"`",
        ),
        (
            "[X]\ninherits = \"SALES_REP\"\nDuplicateCandidate = { rows = \"all\" }",
            3,
            "it tells of other rows, and is seen with them: say `rows = \"seen\"` or `\"none\"`",
        ),
        (
            "[X]\ninherits = \"SALES_REP\"\nAccount = { can = { update = \"all\" } }",
            3,
            "`X` may update Account rows (all) that it does not see (own + territory)",
        ),
        (
            "[X]\ninherits = \"SALES_REP\"\n[X.Contact]\nmasks = { lastName = \"hide all\" }",
            3,
            "may know the name of Contact rows by `reference`",
        ),
        (
            "[X]\ninherits = \"SALES_REP\"\n[X.Opportunity]\nmasks = { amount = \"band all\" }",
            0,
            "which `OpportunityChange.fromValue` tells",
        ),
        (
            "[X]\ndescription = \"Nobody.\"",
            1,
            "`X` says nothing about User: add `User = { rows = \"none\" }`",
        ),
        ("[X\n", 1, "unclosed table"),
    ];
    for (more, line, problem) in cases {
        // What is inherited is complained about where it is said.
        let line = (line > 0).then_some(line);
        let (at, said) = first_problem(more);
        assert!(said.contains(problem), "{more}\n{said}");
        assert_eq!(at, line, "{more}\n{said}");
    }
}

#[test]
fn a_field_that_nobody_has_classified_is_named() {
    let text = BUILT_IN.replace("\"fromValue\", \"toValue\"", "\"fromValue\"");
    let problems = problems(&text);
    assert!(!problems.is_empty());
    for problem in problems {
        assert!(
            problem.contains("sees `toValue` of OpportunityChange rows: add it to `clear`, or to `masks` as \"hide all\""),
            "{problem}"
        );
    }
}

#[test]
fn a_noun_that_nobody_has_classified_is_named() {
    let text = BUILT_IN.replace("Territory = { rows = \"all\" }\n", "");
    let said = problems(&text);
    assert!(said[0].contains("says nothing about Territory"), "{said:?}");
}
