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
        let settings = [("SERVER__BATCH_LIMIT", "9")];
        let app = TestApp::start_with(database, &settings).await;
        let batch = json!([
            { "query": "query($name: String!) { __type(name: $name) { name } }", "variables": { "name": "Lead" } },
            { "query": "{ nothing }" },
            { "query": 1 },
            { "query": "query A { a: __typename } query B { b: __typename }", "operationName": "B" },
            {},
            5,
            [{ "query": "{ __typename }" }],
            null,
            { "query": "{ __typename }" },
        ]);
        let request = post(&app)
            .await
            .header("accept", "application/graphql-response+json");
        let response = answer(request.body(batch.to_string())).await;
        assert_eq!(response.status, StatusCode::OK);
        assert_eq!(response.header("content-type"), GRAPHQL);
        let answers = response.body.as_array().unwrap();
        assert_eq!(answers.len(), 9);
        assert_eq!(answers[0]["data"], json!({ "__type": { "name": "Lead" } }));
        for (at, code) in [
            (1, "GRAPHQL_VALIDATION_FAILED"),
            (2, "BAD_REQUEST"),
            (4, "BAD_REQUEST"),
            (5, "BAD_REQUEST"),
            (6, "BAD_REQUEST"),
            (7, "BAD_REQUEST"),
        ] {
            assert_eq!(answers[at]["errors"][0]["extensions"]["code"], code, "{at}");
            assert!(answers[at].get("data").is_none());
        }
        assert_eq!(answers[3]["data"], json!({ "b": "Query" }));
        assert_eq!(answers[8]["data"], json!({ "__typename": "Query" }));
        // A name twice is a matter of the request that has it.
        let doubled = r#"[{"query":"{__typename}","query":"{x}"},{"query":"{__typename}"}]"#;
        let response = answer(post(&app).await.body(doubled)).await;
        assert_eq!(response.status, StatusCode::OK);
        assert_eq!(
            response.body[0]["errors"][0]["extensions"]["code"],
            "BAD_REQUEST"
        );
        assert_eq!(response.body[1]["data"], json!({ "__typename": "Query" }));
        // What is not JSON holds no requests.
        for broken in [
            r#"[{"query":"{__typename}"},{"query":}]"#,
            r#"[{"query":"{__typename}"}"#,
            r#"[{"query":"{__typename}"}] 1"#,
        ] {
            let response = answer(post(&app).await.body(broken)).await;
            assert_eq!(response.status, StatusCode::BAD_REQUEST, "{broken}");
            assert_eq!(response.codes(), ["BAD_REQUEST"], "{broken}");
        }
        app.stop().await;
    }
}

#[tokio::test]
async fn each_request_of_a_batch_has_the_limits_of_one() {
    for database in each_database() {
        let settings = [
            ("SERVER__BATCH_LIMIT", "3"),
            ("LIMITS__VARIABLE_VALUES", "1000"),
        ];
        let app = TestApp::start_with(database, &settings).await;
        // A list of so many values, itself among them.
        let request = |values: usize| {
            let query = "query($v: [Int!]) { leads(filter: {score: {in: $v}}) { totalCount } }";
            json!({ "query": query, "variables": { "v": vec![1; values - 1] } })
        };
        let batch = json!([request(400), request(5000), request(400)]);
        let response = send(&app, &batch).await;
        assert_eq!(response.status, StatusCode::OK, "{}", response.text);
        let answers = response.body.as_array().unwrap();
        for at in [0, 2] {
            assert_eq!(
                answers[at]["data"]["leads"]["totalCount"], 0,
                "{}",
                answers[at]
            );
        }
        let refused = &answers[1]["errors"][0]["extensions"];
        assert_eq!(refused["code"], "LIMIT_EXCEEDED");
        assert_eq!(
            (&refused["which"], &refused["limit"]),
            (&json!("variable_values"), &json!(1000))
        );
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
            (json!(["{ __typename }"]), 200),
            (json!([[{ "query": "{ __typename }" }]]), 200),
            (json!([1, 2, 3]), 400),
        ] {
            let response = send(&app, &body).await;
            assert_eq!(response.status.as_u16(), status, "{body}");
            assert_eq!(response.body.is_array(), status == 200);
        }
        // Its caller is looked up once, and a single request is still one.
        let single = post(&app)
            .await
            .body(json!({ "query": "{ __typename }" }).to_string());
        assert_eq!(
            answer(single).await.data(),
            &json!({ "__typename": "Query" })
        );
        let token = app.token_for(Role::Analyst).await;
        let _before = app.take_lookups();
        let request = app
            .http
            .post(format!("{}/graphql", app.url))
            .bearer_auth(token);
        let request = request.header("content-type", "application/json");
        assert_eq!(
            answer(request.body(batch(2).to_string())).await.status,
            StatusCode::OK
        );
        assert_eq!(app.take_lookups(), 1);
        app.stop().await;
    }
}
