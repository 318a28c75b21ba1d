//! A row that is hidden looks like one that is deleted and one that never was: in every byte of
//! the answer, and in what the database is asked.

use serde_json::json;
use tests::{
    client::Response,
    oracle::{Caller, Noun, Oracle, global_id},
    rows::{Cell, Rows, cell},
};
use uuid::Uuid;

use super::{
    callers::{built_in_roles, program, user},
    documents::{guarded, lists},
    hubs::{Hub, Hubs},
    sweep::SEED,
};

#[tokio::test]
async fn hidden_deleted_and_absent_are_the_same() {
    let rows = || Rows::random(SEED, 40);
    let mut hubs = Hubs::open(rows(), built_in_roles(), &[]).await;
    let callers = [
        (user(&rows(), 1, &["SALES_REP"], &[]), 8),
        (user(&rows(), 2, &["MARKETER"], &[]), 2),
        // Sees leads, and nothing else.
        (program(&["ADMIN"], &["lead:read"]), 15),
        (program(&["ADMIN"], &["account:read", "campaign:read"]), 13),
    ];
    for (caller, least) in &callers {
        hubs.turn_to(caller).await;
        let mut nouns = 0;
        for noun in Noun::all() {
            let ids = hidden_deleted_and_absent(&hubs.oracle, noun);
            let hidden = ids.len() == 3;
            nouns += usize::from(hidden);
            let document = document(&hubs.oracle, noun);
            for hub in hubs.each() {
                compare(hub, caller, &document, &ids).await;
            }
        }
        assert!(
            nouns >= *least,
            "{:?} is hidden {nouns} nouns",
            caller.roles
        );
    }
    hubs.close().await;
}

/// The id of a row that there never was, of one that is deleted, and of one that is hidden, where
/// there are any.
fn hidden_deleted_and_absent(oracle: &Oracle, noun: &Noun) -> Vec<String> {
    let mut ids = vec![global_id(noun, Uuid::from_u128(0x0190_163d_8694_739b))];
    let id = |row: &tests::rows::Row| match cell(row, "id") {
        Cell::Id(id) => *id,
        other => panic!("{other:?} is no id"),
    };
    let rows = oracle.rows.of(noun.table);
    let is_deleted =
        |row: &&tests::rows::Row| row.get("deleted_at").is_some_and(|at| *at != Cell::Null);
    let deleted = rows.iter().find(is_deleted).map(id);
    let there = rows.iter().filter(|row| !is_deleted(row)).map(id);
    let hidden = there.filter(|id| !oracle.lens.sees(noun, *id));
    // What is only added is never deleted: two that never were.
    ids.push(global_id(noun, deleted.unwrap_or(Uuid::from_u128(7))));
    ids.extend(hidden.take(1).map(|id| global_id(noun, id)));
    ids
}

/// All ways to ask for `$id`: where it is, and in each list of it.
fn document(oracle: &Oracle, noun: &Noun) -> String {
    let fields = guarded(&oracle.model, noun);
    let (name, single, plural) = (noun.name, noun.single, noun.plural);
    let list = "filter: {id: {eq: $id}}";
    let page = "{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor }
        nodes { id } edges { cursor } }";
    let mut text = format!(
        "{single}(id: $id) {{ {fields} }}
         node(id: $id) {{ id ... on {name} {{ {fields} }} }}
         nodes(ids: [$id]) {{ __typename id ... on {name} {{ {fields} }} }}
         {plural}({list}) {page}"
    );
    for parent in Noun::all() {
        for (field, _) in lists(&oracle.model, parent.name).filter(|(_, it)| it.name == name) {
            text = format!(
                "{text} {}_{field}: {}(first: 40) {{ nodes {{ id {field}({list}) {page} }} }}",
                parent.name, parent.plural
            );
        }
    }
    format!("query($id: ID!) {{ {text} }}")
}

async fn compare(hub: &Hub, caller: &Caller, document: &str, ids: &[String]) {
    let mut answers: Vec<(&String, Response, Vec<String>)> = Vec::new();
    for id in ids {
        drop(hub.app.take_statements());
        let response = hub.ask(document, json!({ "id": id })).await;
        assert!(response.body.get("errors").is_none(), "{}", response.text);
        let statements = hub.app.take_statements();
        let mut statements: Vec<_> = statements.iter().map(|it| without_marks(it)).collect();
        // The fields of the root are read at the same time.
        statements.sort();
        answers.push((id, response, statements));
    }
    let Some(((_, absent, asked), others)) = answers.split_first() else {
        return;
    };
    for (id, other, statements) in others {
        let who = format!("{:?}, {id}: {document}", caller.roles);
        assert_eq!(other.status, absent.status, "{who}");
        assert_eq!(other.text, absent.text, "{who}");
        for (one, other) in statements.iter().zip(asked) {
            assert_eq!(one, other, "{who}");
        }
        assert_eq!(
            statements.len(),
            asked.len(),
            "{who}: {statements:#?} {asked:#?}"
        );
    }
}

/// Without the marks of cursors: eight digits that tell lists apart, and so those with one filter
/// from those with another.
fn without_marks(statement: &str) -> String {
    let parts: Vec<_> = statement.split('\'').collect();
    let is_mark = |part: &&str| {
        part.len() == 8 && part.bytes().all(|byte| b"0123456789abcdef".contains(&byte))
    };
    let parts = parts
        .iter()
        .map(|part| if is_mark(part) { "mark" } else { part });
    parts.collect::<Vec<_>>().join("'")
}
