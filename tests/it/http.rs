//! What the door lets in and how it says no.

#![cfg(test)]

mod audit;

use api::views::Role;
use reqwest::{
    Method, RequestBuilder, StatusCode,
    header::{ACCEPT, CONTENT_TYPE},
};
use serde_json::json;
use tests::{
    app::{TestApp, each_app},
    client::Response,
    database::each_database,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const PLAIN: &str = "application/json; charset=utf-8";
const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";

/// A request to `/graphql` with a good token.
async fn post(app: &TestApp) -> RequestBuilder {
    let token = app.token_for(Role::Admin).await;
    let url = format!("{}/graphql", app.url);
    let request = app.http.post(url).bearer_auth(token);
    request.header(CONTENT_TYPE, "application/json")
}

async fn answer(request: RequestBuilder) -> Response {
    Response::read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn the_caller_chooses_the_media_type_and_the_status_follows() {
    each_app(async |app| {
        let good = json!({ "query": "{ __typename }" }).to_string();
        let wrong = json!({ "query": "{ nothing }" }).to_string();
        let broken = json!({ "query": "{ nothing" }).to_string();
        for (accept, media, failed) in [
            ("*/*", PLAIN, 200),
            ("application/json", PLAIN, 200),
            ("application/graphql-response+json", GRAPHQL, 400),
        ] {
            for (body, status, codes) in [
                (&good, 200, vec![]),
                (&wrong, failed, vec!["GRAPHQL_VALIDATION_FAILED"]),
                (&broken, failed, vec!["GRAPHQL_PARSE_FAILED"]),
            ] {
                let request = post(app).await.header(ACCEPT, accept).body(body.clone());
                let response = answer(request).await;
                assert_eq!(response.status.as_u16(), status, "{accept} {body}");
                assert_eq!(response.header("content-type"), media);
                assert_eq!(response.codes(), codes);
                assert_eq!(response.body.get("data").is_some(), codes.is_empty());
            }
        }
        let request = post(app).await.header(ACCEPT, "text/html").body(good);
        let response = answer(request).await;
        assert_eq!(response.status, StatusCode::NOT_ACCEPTABLE);
        assert_eq!(response.codes(), ["NOT_ACCEPTABLE"]);
    })
    .await;
}

#[tokio::test]
async fn a_syntax_error_says_where_and_quotes_nothing() {
    each_app(async |app| {
        let query = "query secretName {\n  leads(";
        let response = answer(post(app).await.body(json!({ "query": query }).to_string())).await;
        let error = &response.body["errors"][0];
        assert_eq!(error["message"], "syntax error");
        assert_eq!(error["locations"][0]["line"], 2);
        assert!(!response.text.contains("secretName"), "{}", response.text);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_not_a_request_is_refused_in_json() {
    each_app(async |app| {
        for body in [
            "",
            "{",
            "null",
            "\"{ __typename }\"",
            "[{\"query\": \"{ __typename }\"}]",
            "{}",
            r#"{"query": 1}"#,
            r#"{"query": "{ __typename }", "variables": []}"#,
            r#"{"query": "{ __typename }", "variables": "{}"}"#,
            r#"{"query": "{ __typename }", "operationName": {}}"#,
            r#"{"query": "{ __typename }", "extensions": 1}"#,
        ] {
            let response = answer(post(app).await.body(body)).await;
            assert_eq!(response.status, StatusCode::BAD_REQUEST, "{body}");
            assert_eq!(response.codes(), ["BAD_REQUEST"], "{body}");
        }
        let invalid_utf8 = b"{\"query\": \"\xff\"}".to_vec();
        let response = answer(post(app).await.body(invalid_utf8)).await;
        assert_eq!(response.codes(), ["BAD_REQUEST"]);
        let nulls = r#"{"query": "{ __typename }", "variables": null, "operationName": null}"#;
        assert_eq!(
            answer(post(app).await.body(nulls)).await.status,
            StatusCode::OK
        );
    })
    .await;
}

#[tokio::test]
async fn only_json_is_read_so_that_a_foreign_page_cannot_write() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        for content_type in [
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("multipart/form-data; boundary=x"),
            Some("application/json; charset=utf-16"),
            None,
        ] {
            let mut request = app.http.post(format!("{}/graphql", app.url));
            request = request
                .bearer_auth(&token)
                .body(r#"{"query":"{ __typename }"}"#);
            if let Some(content_type) = content_type {
                request = request.header(CONTENT_TYPE, content_type);
            }
            let response = answer(request).await;
            assert_eq!(response.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
            assert_eq!(response.codes(), ["UNSUPPORTED_MEDIA_TYPE"]);
        }
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let request = app.http.request(method, format!("{}/graphql", app.url));
            let response = answer(request).await;
            assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(response.header("allow"), "POST");
            assert_eq!(response.codes(), ["METHOD_NOT_ALLOWED"]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_may_be_so_long_and_take_so_long() {
    for database in each_database() {
        let settings = [
            ("SERVER__BODY_LIMIT_BYTES", "2048"),
            ("SERVER__BODY_TIMEOUT_SECONDS", "1"),
        ];
        let app = TestApp::start_with(database, &settings).await;
        let padded = |bytes: usize| {
            let query = r#"{"query":"{ __typename }"}"#;
            format!("{query}{}", " ".repeat(bytes - query.len()))
        };
        let response = answer(post(&app).await.body(padded(2048))).await;
        assert_eq!(response.status, StatusCode::OK);
        let response = answer(post(&app).await.body(padded(2049))).await;
        assert_eq!(response.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(response.codes(), ["PAYLOAD_TOO_LARGE"]);
        let chunk = format!("fff\r\n{}\r\n0\r\n\r\n", padded(0xfff));
        let chunked = raw(&app, "transfer-encoding: chunked", &chunk).await;
        assert!(chunked.starts_with("HTTP/1.1 413 "), "{chunked}");
        let slow = raw(&app, "content-length: 100", "{").await;
        assert!(slow.starts_with("HTTP/1.1 408 "), "{slow}");
        assert!(slow.contains("REQUEST_TIMEOUT"), "{slow}");
        app.stop().await;
    }
}

/// Sends the beginning of a request and reads until the hub closes the connection.
async fn raw(app: &TestApp, header: &str, body: &str) -> String {
    let token = app.token_for(Role::Admin).await;
    let address = app.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\n{header}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is reset after the answer has still answered.
    let _end = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn elsewhere_is_nothing_and_the_root_points_the_way() {
    each_app(async |app| {
        let get = |path: &str| app.http.get(format!("{}{path}", app.url));
        let response = answer(get("/nowhere")).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND);
        assert_eq!(response.codes(), ["NOT_FOUND"]);
        let live = format!("{}/health/live", app.url);
        let response = answer(app.http.post(&live)).await;
        assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.header("allow"), "GET, HEAD");
        let probe = answer(app.http.head(&live)).await;
        assert_eq!(probe.status, StatusCode::OK);
        let response = answer(get("/")).await;
        assert_eq!(response.status, StatusCode::OK);
        assert!(response.text.contains("/graphql"));
    })
    .await;
}

#[tokio::test]
async fn every_answer_has_the_request_s_id() {
    each_app(async |app| {
        let get = || app.http.get(format!("{}/nowhere", app.url));
        let response = answer(get().header("x-request-id", "order-42")).await;
        assert_eq!(response.header("x-request-id"), "order-42");
        assert_eq!(response.header("x-content-type-options"), "nosniff");
        assert_eq!(response.header("cache-control"), "no-store");
        let response = answer(get().header("x-request-id", "not a plain id")).await;
        assert_eq!(response.header("x-request-id").len(), 36);
    })
    .await;
}
