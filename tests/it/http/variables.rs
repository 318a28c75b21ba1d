//! Variables that do not fit: told before anything is executed, with the place and what would be right.

use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
};

use super::{GRAPHQL, answer, post};

const FILTER: &str = "query($f: LeadFilter) { leads(filter: $f) { totalCount } }";
const FIRST: &str = "query($n: Int) { leads(first: $n) { totalCount } }";
const ID: &str = "query($id: ID!) { lead(id: $id) { id } }";
const ORDER: &str = "query($o: [LeadOrder!]) { leads(orderBy: $o) { totalCount } }";
const STATUS: &str = "query($s: LeadStatus) { leads(filter: {status: {eq: $s}}) { totalCount } }";

/// A document, its variables, the place that is at fault and the sentence about it.
fn wrong() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let of_f = |filter: Value| json!({ "f": filter });
    vec![
        // A wrong shape
        (
            FILTER,
            of_f(json!("x")),
            "variables.f",
            "a LeadFilter is required",
        ),
        (
            FILTER,
            of_f(json!(5)),
            "variables.f",
            "a LeadFilter is required",
        ),
        (
            FILTER,
            of_f(json!([{}])),
            "variables.f",
            "a LeadFilter is required",
        ),
        (
            FILTER,
            of_f(json!({ "account": { "name": "Acme" } })),
            "variables.f.account.name",
            "a StringFilter is required",
        ),
        (
            FIRST,
            json!({ "n": [1] }),
            "variables.n",
            "an Int is required",
        ),
        (
            FIRST,
            json!({ "n": "1" }),
            "variables.n",
            "an Int is required",
        ),
        (
            FIRST,
            json!({ "n": 1.5 }),
            "variables.n",
            "an Int is required",
        ),
        (
            FIRST,
            json!({ "n": 3_000_000_000_u64 }),
            "variables.n",
            "an Int is required",
        ),
        (ID, json!({ "id": {} }), "variables.id", "an ID is required"),
        (
            ID,
            json!({ "id": true }),
            "variables.id",
            "an ID is required",
        ),
        (
            FILTER,
            of_f(json!({ "and": [{}, { "score": { "in": [1, [2]] } }] })),
            "variables.f.and.1.score.in.1",
            "an Int is required",
        ),
        (
            FILTER,
            of_f(json!({ "createdAt": { "gt": 2026 } })),
            "variables.f.createdAt.gt",
            "a DateTime is required",
        ),
        // Null, or nothing, where there must be something
        (
            ID,
            json!({ "id": null }),
            "variables.id",
            "an ID! is required",
        ),
        (ID, json!({}), "variables.id", "an ID! is required"),
        (
            FILTER,
            of_f(json!({ "score": { "in": [1, null] } })),
            "variables.f.score.in.1",
            "an Int! is required",
        ),
        (
            FILTER,
            of_f(json!({ "score": { "between": { "from": 1 } } })),
            "variables.f.score.between.to",
            "an Int! is required",
        ),
        // Keys that there are not, and too many of those that there are
        (
            FILTER,
            of_f(json!({ "secret": { "eq": 1 } })),
            "variables.f.secret",
            "there is no such field of LeadFilter",
        ),
        (
            ORDER,
            json!({ "o": [{ "score": "ASC" }, { "score": "ASC", "cycle": "ASC" }] }),
            "variables.o.1",
            "exactly one of its fields must be given, and not null",
        ),
        (
            ORDER,
            json!({ "o": { "score": null } }),
            "variables.o",
            "exactly one of its fields must be given, and not null",
        ),
    ]
}

async fn ask(app: &TestApp, query: &str, variables: &Value, accept: &str) -> Response {
    let body = json!({ "query": query, "variables": variables });
    let request = post(app).await.header("accept", accept);
    answer(request.body(body.to_string())).await
}

/// The only error of an answer to a request that was not executed.
fn refusal(response: &Response) -> &Value {
    assert_eq!(
        response.status,
        StatusCode::BAD_REQUEST,
        "{}",
        response.text
    );
    assert_eq!(response.header("content-type"), GRAPHQL);
    assert!(response.body.get("data").is_none(), "{}", response.text);
    let errors = response.body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{}", response.text);
    assert!(errors[0].get("path").is_none(), "{}", response.text);
    &errors[0]
}

#[tokio::test]
async fn a_variable_that_does_not_fit_is_an_error_of_the_request() {
    each_app(async |app| {
        for (query, variables, field, problem) in wrong() {
            let response = ask(app, query, &variables, "application/graphql-response+json").await;
            let error = refusal(&response);
            let extensions = json!({ "code": "VALIDATION", "field": field });
            assert_eq!(error["extensions"], extensions, "{variables}");
            assert_eq!(error["message"], format!("{field}: {problem}"));
            assert!(error["locations"].is_array(), "{}", response.text);
            // Who does not ask for statuses gets none.
            let plain = ask(app, query, &variables, "application/json").await;
            assert_eq!(plain.status, StatusCode::OK);
            assert_eq!(plain.body, response.body);
        }
    })
    .await;
}

#[tokio::test]
async fn where_there_are_few_values_they_are_told() {
    each_app(async |app| {
        let graphql = "application/graphql-response+json";
        for (query, variables, field) in [
            (STATUS, json!({ "s": "SECRET" }), "variables.s"),
            (
                FILTER,
                json!({ "f": { "status": { "in": ["MQL", "SECRET"] } } }),
                "variables.f.status.in.1",
            ),
        ] {
            let response = ask(app, query, &variables, graphql).await;
            let error = refusal(&response);
            assert_eq!(error["extensions"]["code"], "VALIDATION");
            assert_eq!(error["extensions"]["field"], field);
            let allowed = error["extensions"]["allowed"].as_array().unwrap();
            assert!(allowed.contains(&json!("MQL")) && allowed.len() == 10);
            assert!(!response.text.contains("SECRET"), "{}", response.text);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_written_into_the_document_is_an_error_of_the_document() {
    each_app(async |app| {
        for (arguments, field, problem) in [
            ("filter: \"x\"", "filter", "a LeadFilter is required"),
            ("filter: [{}]", "filter", "a LeadFilter is required"),
            (
                "filter: {score: 5}",
                "filter.score",
                "an IntFilter is required",
            ),
            (
                "filter: {and: [{}, 5]}",
                "filter.and.1",
                "a LeadFilter is required",
            ),
            ("orderBy: [5]", "orderBy.0", "a LeadOrder is required"),
            ("first: [1]", "first", "an Int is required"),
            ("first: 3000000000", "first", "an Int is required"),
            // What is wrong beside a variable that was not given
            (
                "filter: {score: {eq: $n}, secret: {eq: 1}}",
                "filter.secret",
                "there is no such field of LeadFilter",
            ),
        ] {
            let defined = if arguments.contains("$n") {
                "query($n: Int)"
            } else {
                ""
            };
            let query = format!("{defined} {{ leads({arguments}) {{ totalCount }} }}");
            let response = ask(app, &query, &json!({}), "application/graphql-response+json").await;
            let error = refusal(&response);
            let extensions = json!({ "code": "GRAPHQL_VALIDATION_FAILED", "field": field });
            assert_eq!(
                error["extensions"], extensions,
                "{arguments}: {}",
                response.text
            );
            assert_eq!(error["message"], format!("{field}: {problem}"));
        }
        let default = "query($f: LeadFilter = 5) { leads(filter: $f) { totalCount } }";
        let response = ask(
            app,
            default,
            &json!({}),
            "application/graphql-response+json",
        )
        .await;
        assert_eq!(
            refusal(&response)["message"],
            "$f: a LeadFilter is required"
        );
    })
    .await;
}

#[tokio::test]
async fn the_document_is_looked_at_before_its_variables() {
    each_app(async |app| {
        let query = "query($n: Int) { leads(first: $n) { nothing } }";
        let graphql = "application/graphql-response+json";
        let response = ask(app, query, &json!({ "n": "1" }), graphql).await;
        let error = refusal(&response);
        assert_eq!(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
        assert_eq!(error["extensions"]["field"], "nothing");
        // Each variable that does not fit is told.
        let query = "query($n: Int, $s: String) { leads(first: $n, after: $s) { totalCount } }";
        let response = ask(app, query, &json!({ "n": "1", "s": 1 }), graphql).await;
        assert_eq!(response.codes(), ["VALIDATION", "VALIDATION"]);
    })
    .await;
}

#[tokio::test]
async fn what_fits_is_taken_as_it_always_was() {
    each_app(async |app| {
        for (query, variables) in [
            (FIRST, json!({ "n": null })),
            (FIRST, json!({})),
            (FIRST, json!({ "n": 1, "other": { "not": "defined" } })),
            (ID, json!({ "id": 5 })),
            // One is a list of one.
            (FILTER, json!({ "f": { "and": { "score": { "in": 1 } } } })),
            (ORDER, json!({ "o": { "score": "DESC" } })),
            (STATUS, json!({ "s": "MQL" })),
        ] {
            let response = ask(app, query, &variables, "application/graphql-response+json").await;
            assert_eq!(
                response.status,
                StatusCode::OK,
                "{variables}: {}",
                response.text
            );
            let _data = response.data();
        }
    })
    .await;
}
