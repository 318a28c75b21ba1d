//! Bodies: how long they may be, how long they may take, and what they are to be.

use api::views::Role;
use reqwest::{Method, StatusCode, header::CONTENT_TYPE};
use tests::{
    app::{TestApp, each_app},
    database::each_database,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{answer, post};

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
            r#"{"query": "{ __typename }", "query": "{ __typename }"}"#,
            r#"{"query": "{ __typename }", "variables": {"a": [{"b": 1, "b": 1}]}}"#,
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
        for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
            let request = app.http.request(method, format!("{}/graphql", app.url));
            let response = answer(request).await;
            assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(response.header("allow"), "GET, HEAD, POST");
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
