//! Filters: with values that there are not, and with what only one database could compare.

use serde_json::{Value as Json, json};

use super::{
    hub::{each_hub, noun, oracle, text, variables},
    refusals::{assert_never_read, assert_refused_with},
};

const BY_VARIABLE: &str = "query($f: LeadFilter) { leads(filter: $f) { totalCount } }";
const ACCOUNT: &str = "acc_0190163d8694739baea5966c26f8ad91";

#[tokio::test]
async fn values_that_a_field_cannot_have_are_refused_by_name() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
        for (field, operator, operand) in [
            ("email", "eq", json!("\0")),
            ("createdAt", "gt", json!("yesterday")),
            ("createdAt", "gt", json!("2026-02-30T00:00:00Z")),
            ("createdAt", "gt", json!("9999-12-31T23:59:59-10:00")),
            ("createdAt", "gt", json!("0000-01-01T00:00:00+10:00")),
            ("id", "eq", json!(ACCOUNT)),
            ("id", "in", json!([ACCOUNT])),
            ("ownerId", "ne", json!(ACCOUNT)),
            ("score", "in", json!(vec![1; 501])),
        ] {
            let given = json!({ "f": { field: { operator: operand } } });
            let path = format!("filter.{field}.{operator}");
            assert_refused_with(hub, BY_VARIABLE, given, "VALIDATION", &path).await;
        }
        let query = "query($d: Date) {
            campaignCosts(filter: {incurredOn: {gt: $d}}) { totalCount }
        }";
        let path = "filter.incurredOn.gt";
        for day in [
            "+12345-01-01",
            "-0001-01-01",
            "2026-02-30",
            "01.02.2026",
            "",
        ] {
            assert_refused_with(hub, query, json!({ "d": day }), "VALIDATION", path).await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_no_filter_never_reaches_the_database() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
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
            let query = format!("{{ leads(filter: {filter}) {{ totalCount }} }}");
            assert_never_read(hub, &query, json!({})).await;
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
            assert_never_read(hub, BY_VARIABLE, json!({ "f": filter })).await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_instant_is_compared_in_microseconds_on_both_databases() {
    let oracle = oracle(3, 20);
    let instants = oracle.stored(noun("Lead"), "createdAt");
    let query = "query($at: DateTime) { leads(filter: {createdAt: {eq: $at}}) { totalCount } }";
    each_hub(&oracle, async |hub| {
        let count = async |at: Json| {
            let answer = hub.ask_with(query, &variables(json!({ "at": at }))).await;
            answer.data()["leads"]["totalCount"].as_u64().unwrap()
        };
        for at in &instants {
            let counted = count(at.clone()).await;
            let finer = text(at).replace('Z', "999Z");
            assert!(counted > 0);
            assert_eq!(count(json!(finer)).await, counted, "{finer}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_variable_without_a_value_takes_only_its_own_test_away() {
    let oracle = oracle(3, 20);
    let query = "query($status: LeadStatus, $score: Int) {
        some: leads(filter: {status: {eq: $status}, score: {gt: $score}}) { totalCount }
        same: leads(filter: {score: {gt: $score}}) { totalCount }
        all: leads { totalCount }
    }";
    each_hub(&oracle, async |hub| {
        let answer = hub.ask_with(query, &variables(json!({ "score": 5 }))).await;
        let data = answer.data();
        assert_eq!(data["some"], data["same"]);
        assert_ne!(data["some"], data["all"]);
    })
    .await;
}
