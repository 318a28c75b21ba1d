//! Batches: off, and limited when they are on.

use api::views::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    database::each_database,
};

use super::{GRAPHQL, answer, post};

async fn send(app: &TestApp, body: &Value) -> Response {
    answer(post(app).await.body(body.to_string())).await
}

#[tokio::test]
async fn a_batch_is_refused_unless_the_settings_allow_it() {
    each_app(async |app| {
        let response = send(app, &json!([{ "query": "{ __typename }" }])).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST);
        assert_eq!(response.codes(), ["BAD_REQUEST"]);
        assert!(
            response.text.contains("server.batch_limit"),
            "{}",
            response.text
        );
    })
    .await;
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order_and_each_request_has_its_own_errors() {
    for database in each_database() {
        let settings = [("SERVER__BATCH_LIMIT", "4")];
        let app = TestApp::start_with(database, &settings).await;
        let batch = json!([
            { "query": "query($name: String!) { __type(name: $name) { name } }", "variables": { "name": "Lead" } },
            { "query": "{ nothing }" },
            { "query": 1 },
            { "query": "query A { a: __typename } query B { b: __typename }", "operationName": "B" },
        ]);
        let request = post(&app)
            .await
            .header("accept", "application/graphql-response+json");
        let response = answer(request.body(batch.to_string())).await;
        assert_eq!(response.status, StatusCode::OK);
        assert_eq!(response.header("content-type"), GRAPHQL);
        let answers = response.body.as_array().unwrap();
        assert_eq!(answers.len(), 4);
        assert_eq!(answers[0]["data"], json!({ "__type": { "name": "Lead" } }));
        for (at, code) in [(1, "GRAPHQL_VALIDATION_FAILED"), (2, "BAD_REQUEST")] {
            assert_eq!(answers[at]["errors"][0]["extensions"]["code"], code);
            assert!(answers[at].get("data").is_none());
        }
        assert_eq!(answers[3]["data"], json!({ "b": "Query" }));
        app.stop().await;
    }
}

#[tokio::test]
async fn a_batch_has_a_longest_and_a_shortest() {
    for database in each_database() {
        let settings = [("SERVER__BATCH_LIMIT", "2")];
        let app = TestApp::start_with(database, &settings).await;
        let batch = |count: usize| json!(vec![json!({ "query": "{ __typename }" }); count]);
        for (body, status) in [
            (batch(1), 200),
            (batch(2), 200),
            (batch(3), 400),
            (batch(0), 400),
            (json!(["{ __typename }"]), 400),
            (json!([[{ "query": "{ __typename }" }]]), 400),
        ] {
            let response = send(&app, &body).await;
            assert_eq!(response.status.as_u16(), status, "{body}");
            assert_eq!(response.body.is_array(), status == 200);
        }
        // Its caller is looked up once, and a single request is still one.
        let _before = app.take_statements();
        let single = post(&app)
            .await
            .body(json!({ "query": "{ __typename }" }).to_string());
        assert_eq!(
            answer(single).await.data(),
            &json!({ "__typename": "Query" })
        );
        let token = app.token_for(Role::Analyst).await;
        let _before = app.take_statements();
        let request = app
            .http
            .post(format!("{}/graphql", app.url))
            .bearer_auth(token);
        let request = request.header("content-type", "application/json");
        assert_eq!(
            answer(request.body(batch(2).to_string())).await.status,
            StatusCode::OK
        );
        assert_eq!(app.take_statements().len(), 1);
        app.stop().await;
    }
}
