//! What is refused: with a code, with the argument at fault, and in the hub's own words.

use serde_json::{Value as Json, json};

use super::hub::{Answer, Hub, each_hub, oracle, text, variables};

/// Words that only a library or a database would say.
const LEAKS: [&str; 7] = [
    "SELECT", "sqlx", "sqlite", "postgres", "syntax", "panick", "\"t1\"",
];

/// The one error of the answer: its code, the argument at fault and the message. It gives nothing
/// away, and nothing was read.
fn refusal(answer: &Answer) -> (&str, &str, &str) {
    let errors = answer.errors();
    assert_eq!(errors.len(), 1, "{}", answer.text);
    for leak in LEAKS {
        assert!(!answer.text.contains(leak), "{}", answer.text);
    }
    assert!(answer.statements.is_empty(), "{:?}", answer.statements);
    errors[0]
}

pub(super) async fn assert_refused(hub: &Hub, query: &str, code: &str, field: &str) {
    assert_refused_with(hub, query, json!({}), code, field).await;
}

pub(super) async fn assert_refused_with(
    hub: &Hub,
    query: &str,
    given: Json,
    code: &str,
    field: &str,
) {
    let answer = hub.ask_with(query, &variables(given)).await;
    let (is_code, is_field, message) = refusal(&answer);
    assert_eq!((is_code, is_field), (code, field), "{query}: {message}");
}

/// By the library or by us, as long as nothing is read.
pub(super) async fn assert_never_read(hub: &Hub, query: &str, given: Json) {
    let answer = hub.ask_with(query, &variables(given)).await;
    let errors = answer.errors();
    assert!(!errors.is_empty(), "{query}: {}", answer.text);
    for (code, ..) in errors {
        assert_ne!(code, "INTERNAL", "{query}: {}", answer.text);
    }
    assert!(answer.statements.is_empty(), "{:?}", answer.statements);
}

#[tokio::test]
async fn pages_that_make_no_sense() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
        for (arguments, field) in [
            ("first: 501", "first"),
            ("first: -1", "first"),
            ("first: 2147483647", "first"),
            ("last: 501", "last"),
            ("first: 1, last: 1", "last"),
            ("after: \"\"", "after"),
            ("after: \"never given out\"", "after"),
            ("before: \"👩‍👩‍👧\"", "before"),
            ("before: \"'; DROP TABLE lead; --\"", "before"),
        ] {
            let list = format!("leads({arguments}) {{ totalCount }}");
            assert_refused(hub, &format!("{{ {list} }}"), "VALIDATION", field).await;
            let nested = format!("{{ accounts {{ nodes {{ {list} }} }} }}");
            assert_refused(hub, &nested, "VALIDATION", field).await;
        }
        let query = "query($v: Int) { leads(first: $v) { totalCount } }";
        for value in [
            json!("5"),
            json!(1.5),
            json!([1]),
            json!(u64::MAX),
            json!({}),
            json!(true),
        ] {
            assert_never_read(hub, query, json!({ "v": value })).await;
        }
    })
    .await;
}

/// A forged cursor: the mark of a list, and any payload.
fn forged(mark: &str, payload: &Json) -> String {
    let bytes: Vec<_> = payload.to_string().into_bytes();
    let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{mark}{}", hex.concat())
}

#[tokio::test]
async fn cursors_of_other_lists_and_forged_ones() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
        let query = "{
            users { edges { cursor } }
            leads { edges { cursor } }
            filtered: leads(filter: {score: {gte: -5}}) { edges { cursor } }
        }";
        let answer = hub.ask(query).await;
        let cursor = |list: &str| text(&answer.data()[list]["edges"][0]["cursor"]);
        for (list, cursor) in [
            ("leads", cursor("users")),
            ("leads", cursor("filtered")),
            ("users", cursor("leads")),
        ] {
            let query = format!("{{ {list}(after: \"{cursor}\") {{ totalCount }} }}");
            assert_refused(hub, &query, "VALIDATION", "after").await;
        }

        let mark = &cursor("users")[..8];
        let id = "0190163d8694739baea5966c26f8ad91";
        for payload in [
            json!(["\0", id]),
            json!(["a\0b", id]),
            json!(["name"]),
            json!(["name", "no id"]),
            json!([1, id]),
            json!([null, id]),
            json!([["name"], id]),
            json!({ "name": id }),
            json!(["name", id, "more"]),
        ] {
            let cursor = forged(mark, &payload);
            let query = format!("{{ users(after: \"{cursor}\") {{ totalCount }} }}");
            assert_refused(hub, &query, "VALIDATION", "after").await;
        }

        // Well-formed, of a row that there never was: a place between rows.
        let cursor = forged(mark, &json!(["' OR 1=1 --", id]));
        let query = format!("{{ users(after: \"{cursor}\") {{ nodes {{ id }} totalCount }} }}");
        hub.ask(&query).await.data();
    })
    .await;
}

#[tokio::test]
async fn ids_that_are_none() {
    let oracle = oracle(3, 6);
    let query = "query($id: ID!) {
        node(id: $id) { id } lead(id: $id) { id } nodes(ids: [$id, $id]) { id }
    }";
    let nowhere = json!({ "node": null, "lead": null, "nodes": [null, null] });
    each_hub(&oracle, async |hub| {
        for id in [
            json!("x'; DROP TABLE lead; --"),
            json!("\0"),
            json!("👩"),
            json!("lead_\n"),
            json!("_".repeat(10_000)),
        ] {
            let answer = hub.ask_with(query, &variables(json!({ "id": id }))).await;
            assert_eq!(answer.data(), &nowhere);
        }
        for query in [
            "{ lead { id } }",
            "{ lead(id: null) { id } }",
            "{ lead(id: [\"a\"]) { id } }",
            "{ lead(id: {a: 1}) { id } }",
            "{ lead(id: true) { id } }",
            "{ nodes(ids: [null]) { id } }",
            "query($id: ID!) { lead(id: $id) { id } }",
        ] {
            assert_never_read(hub, query, json!({})).await;
        }
    })
    .await;
}
