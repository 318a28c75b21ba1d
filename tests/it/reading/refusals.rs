//! What is refused: with a code, with the argument at fault, and in the hub's own words.

use serde_json::{Map, Value as Json, json};

use super::hub::{Answer, Hub, each_hub, oracle};

/// The one error of the answer, which must give nothing away.
fn refusal(answer: &Answer) -> (String, String, String) {
    let errors = answer.errors();
    assert_eq!(errors.len(), 1, "{}", answer.text);
    for leak in [
        "SELECT", "sqlx", "sqlite", "postgres", "syntax", "JSON", "panick", "\"t1\"",
    ] {
        assert!(!answer.text.contains(leak), "{}", answer.text);
    }
    assert!(answer.statements.is_empty(), "{:?}", answer.statements);
    let (code, field, message) = errors[0];
    (code.to_owned(), field.to_owned(), message.to_owned())
}

async fn assert_refused(hub: &Hub, query: &str, code: &str, field: &str) {
    assert_refused_with(hub, query, json!({}), code, field).await;
}

async fn assert_refused_with(hub: &Hub, query: &str, variables: Json, code: &str, field: &str) {
    let variables: Map<String, Json> = variables.as_object().unwrap().clone();
    let answer = hub.ask_with(query, &variables).await;
    let (is_code, is_field, message) = refusal(&answer);
    assert_eq!(
        (is_code.as_str(), is_field.as_str()),
        (code, field),
        "{query}: {message}"
    );
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
            let query = format!("{{ leads({arguments}) {{ totalCount }} }}");
            assert_refused(hub, &query, "VALIDATION", field).await;
            let query =
                format!("{{ accounts {{ nodes {{ leads({arguments}) {{ totalCount }} }} }} }}");
            assert_refused(hub, &query, "VALIDATION", field).await;
        }
        for (value, field) in [
            (json!("5"), "first"),
            (json!(1.5), "first"),
            (json!([1]), "first"),
            (json!(u64::MAX), "first"),
            (json!({}), "first"),
            (json!(true), "first"),
        ] {
            let query = "query($v: Int) { leads(first: $v) { totalCount } }";
            let answer = hub
                .ask_with(query, &Map::from_iter([("v".to_owned(), value)]))
                .await;
            let errors = answer.errors();
            assert_eq!(errors.len(), 1, "{}", answer.text);
            // The library finds some of it before we do, and says so without a field.
            assert!(["", field].contains(&errors[0].1), "{}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn cursors_of_other_lists_and_forged_ones() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
        let answer = hub
            .ask("{ users { edges { cursor } } leads { edges { cursor } } filtered: leads(filter: {score: {gte: -5}}) { edges { cursor } } }")
            .await;
        let cursor = |list: &str| answer.data()[list]["edges"][0]["cursor"].as_str().unwrap().to_owned();
        let of_users = cursor("users");
        for (list, cursor) in [("leads", &of_users), ("leads", &cursor("filtered")), ("users", &cursor("leads"))] {
            let query = format!("{{ {list}(after: \"{cursor}\") {{ totalCount }} }}");
            assert_refused(hub, &query, "VALIDATION", "after").await;
        }
        let mark = &of_users[..8];
        let id = "0190163d8694739baea5966c26f8ad91";
        for forged in [
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
            let payload: String = forged.to_string().bytes().map(|byte| format!("{byte:02x}")).collect();
            let query = format!("{{ users(after: \"{mark}{payload}\") {{ totalCount }} }}");
            assert_refused(hub, &query, "VALIDATION", "after").await;
        }
        // Well-formed, of a row that there never was: a place between rows.
        let payload: String = json!(["' OR 1=1 --", id]).to_string().bytes().map(|byte| format!("{byte:02x}")).collect();
        let query = format!("{{ users(after: \"{mark}{payload}\", first: 500) {{ nodes {{ id }} totalCount }} }}");
        hub.ask(&query).await.data();
    })
    .await;
}

#[tokio::test]
async fn filters_with_values_that_there_are_not() {
    let oracle = oracle(3, 6);
    let account = "acc_0190163d8694739baea5966c26f8ad91";
    each_hub(&oracle, async |hub| {
        let by_variable = "query($f: LeadFilter) { leads(filter: $f) { totalCount } }";
        for (filter, field) in [
            (json!({"email": {"eq": "\0"}}), "filter.email.eq"),
            (
                json!({"createdAt": {"gt": "yesterday"}}),
                "filter.createdAt.gt",
            ),
            (
                json!({"createdAt": {"gt": "2026-02-30T00:00:00Z"}}),
                "filter.createdAt.gt",
            ),
            (
                json!({"createdAt": {"gt": "9999-12-31T23:59:59-10:00"}}),
                "filter.createdAt.gt",
            ),
            (
                json!({"createdAt": {"gt": "0000-01-01T00:00:00+10:00"}}),
                "filter.createdAt.gt",
            ),
            (json!({"id": {"eq": account}}), "filter.id.eq"),
            (json!({"id": {"in": [account]}}), "filter.id.in"),
            (json!({"ownerId": {"ne": account}}), "filter.ownerId.ne"),
            (json!({"score": {"in": vec![1; 501]}}), "filter.score.in"),
        ] {
            assert_refused_with(
                hub,
                by_variable,
                json!({ "f": filter }),
                "VALIDATION",
                field,
            )
            .await;
        }
        for filter in [
            "{score: {eq: \"5\"}}",
            "{score: {eq: 5.5}}",
            "{score: {eq: 3000000000}}",
            "{score: {eq: [1, 2]}}",
            "{score: {eq: true}}",
            "{score: 5}",
            "{score: [5]}",
            "{status: {eq: NO_SUCH}}",
            "{nothing: {eq: 1}}",
            "{score: {nothing: 1}}",
            "{deletedAt: {isNull: false}}",
            "{rawCapture: {isNull: false}}",
            "{customFields: {isNull: true}}",
            "{status: {in: [null]}}",
            "{mqlAt: {isNull: \"x\"}}",
            "[]",
            "\"x\"",
            "1",
        ] {
            // By the library or by us: never by the database.
            let answer = hub
                .ask(&format!("{{ leads(filter: {filter}) {{ totalCount }} }}"))
                .await;
            assert!(!answer.errors().is_empty(), "{filter}: {}", answer.text);
            assert!(
                answer.errors().iter().all(|error| error.0 != "INTERNAL"),
                "{}",
                answer.text
            );
            assert!(answer.statements.is_empty());
        }
        for filter in [
            json!({"status": {"eq": "NO_SUCH"}}),
            json!({"status": {"eq": "mql"}}),
            json!({"status": {"in": ["MQL", "NO_SUCH"]}}),
            json!({"nothing": {"eq": 1}}),
            json!({"score": {"nothing": 1}}),
            json!({"score": null}),
            json!({"score": {"eq": null}}),
            json!({"score": {"in": null}}),
            json!({"score": {"isNull": null}}),
            json!([]),
            json!(5),
        ] {
            let answer = hub
                .ask_with(by_variable, &Map::from_iter([("f".to_owned(), filter)]))
                .await;
            assert!(!answer.errors().is_empty(), "{}", answer.text);
            assert!(
                answer.errors().iter().all(|error| error.0 != "INTERNAL"),
                "{}",
                answer.text
            );
        }
        let costs =
            "query($d: Date) { campaignCosts(filter: {incurredOn: {gt: $d}}) { totalCount } }";
        for day in [
            "+12345-01-01",
            "-0001-01-01",
            "2026-02-30",
            "01.02.2026",
            "",
        ] {
            assert_refused_with(
                hub,
                costs,
                json!({ "d": day }),
                "VALIDATION",
                "filter.incurredOn.gt",
            )
            .await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_instant_is_compared_in_microseconds_on_both_databases() {
    let oracle = oracle(3, 20);
    let finest = oracle.shown(super::hub::noun("Lead"), "createdAt");
    each_hub(&oracle, async |hub| {
        for at in &finest {
            let finer = at.as_str().unwrap().replace('Z', "999Z");
            let query =
                "query($at: DateTime) { leads(filter: {createdAt: {eq: $at}}) { totalCount } }";
            let count = async |at: Json| {
                let answer = hub
                    .ask_with(query, &Map::from_iter([("at".to_owned(), at)]))
                    .await;
                answer.data()["leads"]["totalCount"].as_u64().unwrap()
            };
            let counted = count(at.clone()).await;
            assert!(counted > 0);
            assert_eq!(count(json!(finer)).await, counted, "{finer}");
        }
    })
    .await;
}

#[tokio::test]
async fn more_rows_than_one_request_may() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
        assert_refused(
            hub,
            "{ leads(first: 500) { nodes { touches(first: 51) { nodes { id } } } } }",
            "COST_TOO_HIGH",
            "",
        )
        .await;
        hub.ask("{ leads(first: 500) { nodes { touches(first: 49) { nodes { id } } } } }")
            .await
            .data();

        // So deep that the rows do not fit into 64 bits, and more than once.
        let mut deep = "id".to_owned();
        for _ in 0..8 {
            deep = format!("duplicates(first: 500) {{ nodes {{ {deep} }} }}");
        }
        let id = "lead_0190163d8694739baea5966c26f8ad91";
        for query in [
            format!("{{ nodes(ids: [\"{id}\", \"{id}\"]) {{ ... on Lead {{ {deep} }} }} }}"),
            format!("{{ nodes(ids: [\"{id}\"]) {{ ... on Lead {{ {deep} other: {deep} }} }} }}"),
            format!("{{ lead(id: \"{id}\") {{ {deep} }} }}"),
            format!(
                "{{ leads(first: 500) {{ nodes {{ {deep} }} edges {{ node {{ {deep} }} }} }} }}"
            ),
        ] {
            assert_refused(hub, &query, "COST_TOO_HIGH", "").await;
        }
    })
    .await;
}

#[tokio::test]
async fn keys_that_the_database_has_no_room_for() {
    let oracle = oracle(3, 6);
    let (fits, too_long) = ("k".repeat(63), "k".repeat(64));
    each_hub(&oracle, async |hub| {
        let query = |key: &str| format!("{{ leads {{ nodes {{ {key}: id }} }} }}");
        hub.ask(&query(&fits)).await.data();
        assert_refused(hub, &query(&too_long), "VALIDATION", &too_long).await;

        // At the root, and in lists, edges and amounts, they have room.
        let anywhere = format!(
            "{{ {too_long}: leads {{ {too_long}: edges {{ {too_long}: cursor }} }} opportunities {{ nodes {{ amount {{ {too_long}: amount }} }} }} }}"
        );
        hub.ask(&anywhere).await.data();

        let many = |count: usize, field: &str| -> String {
            (0..count).map(|number| format!("k{number}: {field} ")).collect()
        };
        let nodes = |count| format!("{{ leads(first: 1) {{ nodes {{ {} }} }} }}", many(count, "email"));
        hub.ask(&nodes(400)).await.data();
        assert_refused(hub, &nodes(401), "VALIDATION", "query").await;
        assert_refused(hub, &nodes(3000), "VALIDATION", "query").await;
        let connections = |count| format!("{{ accounts(first: 2) {{ nodes {{ {} }} }} }}", many(count, "leads(first: 2) { totalCount nodes { id } }"));
        hub.ask(&connections(60)).await.data();
        let counts = |count| format!("{{ leads {{ {} }} }}", many(count, "totalCount"));
        hub.ask(&counts(50)).await.data();
        assert_refused(hub, &counts(51), "VALIDATION", "query").await;
        let roots = format!("{{ {} }}", many(60, "leads(first: 1) { nodes { id } }"));
        assert_eq!(hub.ask(&roots).await.statements.len(), 60);
        assert_refused(hub, &format!("{{ nodes(ids: {:?}) {{ id }} }}", vec!["x"; 101]), "VALIDATION", "ids").await;
        hub.ask(&format!("{{ nodes(ids: {:?}) {{ id }} }}", vec!["lead_0190163d8694739baea5966c26f8ad91"; 100])).await.data();
    })
    .await;
}

#[tokio::test]
async fn ids_that_are_none() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
        for id in [json!("x'; DROP TABLE lead; --"), json!("\0"), json!("👩"), json!("lead_\n"), json!("_".repeat(10_000))] {
            let query = "query($id: ID!) { node(id: $id) { id } lead(id: $id) { id } nodes(ids: [$id, $id]) { id } }";
            let answer = hub.ask_with(query, &Map::from_iter([("id".to_owned(), id)])).await;
            assert_eq!(answer.data(), &json!({ "node": null, "lead": null, "nodes": [null, null] }));
            assert!(answer.statements.len() <= 1, "{:?}", answer.statements);
        }
        for query in ["{ lead { id } }", "{ lead(id: null) { id } }", "{ lead(id: [\"a\"]) { id } }", "{ lead(id: {a: 1}) { id } }", "{ lead(id: true) { id } }", "{ nodes(ids: [null]) { id } }"] {
            let answer = hub.ask(query).await;
            assert_eq!(answer.errors().len(), 1, "{query}: {}", answer.text);
            assert!(answer.statements.is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_nested_deeper_than_anybody_reads() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
        let nested = |levels: usize| {
            let mut selection = "id".to_owned();
            for _ in 0..levels {
                selection = format!("duplicateOf {{ {selection} }}");
            }
            format!("{{ leads {{ nodes {{ {selection} }} }} }}")
        };
        hub.ask(&nested(17)).await.data();
        for levels in [18, 100, 1000] {
            let answer = hub.ask(&nested(levels)).await;
            assert_eq!(answer.errors().len(), 1, "{}", answer.text);
            assert!(answer.statements.is_empty());
        }
    })
    .await;
}
