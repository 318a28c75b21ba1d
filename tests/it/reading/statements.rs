//! Each root field is one statement, whatever is nested in it and however many rows there are; and
//! what the statements of typical queries look like.

use std::{env, fs, path::Path};

use serde_json::json;

use super::hub::{Hub, each_hub, ids, noun, oracle, variables};

const LEADS: &str = include_str!("../../cases/lead/a_page_with_relations/query.graphql");
const ACCOUNTS: &str = include_str!("../../cases/account/with_first_leads_and_deals/query.graphql");
const LEAD: &str = include_str!("../../cases/lead/one_by_id/query.graphql");
const TEAMS: &str = "{
    users(first: 9) {
        nodes {
            id
            territories(first: 5) {
                nodes { users { totalCount nodes { name reports { totalCount } } } }
            }
        }
    }
}";
const SEVERAL: &str = r#"{
    nodes(ids: ["lead_0190163d8694739baea5966c26f8ad91", "acc_0190163d8694739baea5966c26f8ad91"]) {
        id
        ... on Lead { owner { name } }
        ... on Account { leads { totalCount } }
    }
}"#;
/// Nothing in it can be there.
const NOWHERE: &str = r#"{
    lead(id: "") { id }
    node(id: "lead_1") { id }
    nodes(ids: []) { id }
    account(id: "lead_0190163d8694739baea5966c26f8ad91") { id }
    __typename
    viewer { name }
}"#;

#[tokio::test]
async fn a_root_field_is_one_statement_however_many_rows_there_are() {
    for count in [0, 1, 5, 60] {
        let oracle = oracle(5, count);
        each_hub(&oracle, async |hub| {
            for query in [
                LEADS,
                ACCOUNTS,
                TEAMS,
                SEVERAL,
                "{ leads { __typename totalCount pageInfo { hasPreviousPage } } }",
            ] {
                let answer = hub.ask(query).await;
                answer.data();
                assert_eq!(answer.statements.len(), 1, "{:#?}", answer.statements);
            }
            let two = format!(
                "{{ a: leads {{ totalCount }} b: {}",
                LEADS.split_once('{').unwrap().1
            );
            assert_eq!(hub.ask(&two).await.statements.len(), 2);
        })
        .await;
    }
}

#[tokio::test]
async fn the_same_key_twice_is_one_statement_with_both_selections() {
    let oracle = oracle(5, 12);
    let user = oracle.caller.user.unwrap();
    let id = format!("user_{}", user.simple());
    each_hub(&oracle, async |hub| {
        let query = "
            query { ...F users { totalCount } ... on Query { users { ...G nodes { name } } } }
            fragment F on Query { users { __typename nodes { id } } }
            fragment G on UserConnection { nodes { id email } }";
        let answer = hub.ask(query).await;
        let users = answer.data()["users"].as_object().unwrap();
        assert_eq!(
            users.keys().collect::<Vec<_>>(),
            ["__typename", "nodes", "totalCount"]
        );
        let keys: Vec<_> = users["nodes"][0].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["id", "email", "name"]);
        assert_eq!(answer.statements.len(), 1);

        let viewer = "
            query { viewer { user { id } ...F } viewer { user { active } name } }
            fragment F on Viewer { user { again: id } }";
        let answer = hub.ask(viewer).await;
        let expected = json!({ "viewer": {
            "user": { "id": id, "again": id, "active": answer.data()["viewer"]["user"]["active"] },
            "name": oracle.caller.name,
        }});
        assert_eq!(answer.data().to_string(), expected.to_string());
        assert_eq!(answer.statements.len(), 1);

        let aliases = "{ a: viewer { user { id } } b: viewer { me: user { name } user { name } } }";
        assert_eq!(hub.ask(aliases).await.statements.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_there_is_not_asked_for() {
    let oracle = oracle(5, 3);
    each_hub(&oracle, async |hub| {
        for query in [NOWHERE, "{ leads @skip(if: true) { totalCount } }"] {
            let answer = hub.ask(query).await;
            answer.data();
            assert!(answer.statements.is_empty(), "{:#?}", answer.statements);
        }
    })
    .await;
}

#[tokio::test]
async fn the_statements_of_typical_queries_are_as_checked_in() {
    let oracle = oracle(5, 3);
    let (leads, _) = ids(&oracle, noun("Lead"));
    let lead = json!({ "id": leads[0] });
    each_hub(&oracle, async |hub| {
        assert_statement(hub, "lead/a_page_with_relations", LEADS, &json!({})).await;
        assert_statement(
            hub,
            "account/with_first_leads_and_deals",
            ACCOUNTS,
            &json!({}),
        )
        .await;
        assert_statement(hub, "lead/one_by_id", LEAD, &lead).await;
    })
    .await;
}

async fn assert_statement(hub: &Hub, case: &str, query: &str, given: &serde_json::Value) {
    let answer = hub.ask_with(query, &variables(given.clone())).await;
    answer.data();
    let [statement] = answer.statements.as_slice() else {
        panic!("{case}: {:#?}", answer.statements);
    };
    let statement = broken_into_lines(statement);
    let engine = if hub.is_postgres() {
        "postgres"
    } else {
        "sqlite"
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("cases")
        .join(case)
        .join(format!("statements.{engine}.sql"));
    if env::var_os("UPDATE_CASES").is_some() {
        fs::write(&file, &statement).unwrap();
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        known == statement,
        "{} is not the statement any more; run `UPDATE_CASES=1 cargo test -p tests statements_of_typical` \
         and look at what changed. It is now:\n{statement}",
        file.display()
    );
}

/// A line for each part of the statement, so that a change shows where it is.
fn broken_into_lines(statement: &str) -> String {
    let mut lines = statement.to_owned();
    for word in ["FROM ", "WHERE ", "ORDER BY ", "LIMIT ", "UNION ALL "] {
        lines = lines.replace(&format!(" {word}"), &format!("\n{word}"));
    }
    lines = lines.replace("(SELECT ", "(\nSELECT ");
    for (end, start) in [
        ("\"", "t"),
        ("\"", "'"),
        ("\"", "("),
        ("END", "'"),
        (")", "'"),
    ] {
        lines = lines.replace(&format!("{end}, {start}"), &format!("{end},\n{start}"));
    }
    let mut depth = 0_usize;
    let mut indented = String::new();
    for line in lines.lines() {
        let opened = line.matches('(').count();
        let closed = line.matches(')').count();
        indented.push_str(&"  ".repeat(depth.min(12)));
        indented.push_str(line.trim());
        indented.push('\n');
        depth = (depth + opened).saturating_sub(closed);
    }
    indented
}
