//! Queries in a URL, and why they are safe there.

use api::views::Role;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tests::app::each_app;

use super::{answer, ask, get};

#[tokio::test]
async fn a_url_says_what_a_body_says() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let parameters = [
            (
                "query",
                "query A { __typename } query B($name: String!) { __type(name: $name) { name } }",
            ),
            ("operationName", "B"),
            ("variables", r#"{"name": "Lead"}"#),
        ];
        let response = answer(get(app, &token, &parameters)).await;
        assert_eq!(response.data(), &json!({ "__type": { "name": "Lead" } }));
    })
    .await;
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        for query in [
            "{ __typename }",
            "{ __schema { types { name } } }",
            "{ nothing }",
        ] {
            let parameters = [("query", query)];
            let got = answer(get(app, &token, &parameters)).await;
            let head = answer(ask(app, Method::HEAD, &token, &parameters)).await;
            assert_eq!(head.status, got.status);
            assert_eq!(head.text, "");
            for name in [
                "content-length",
                "content-type",
                "etag",
                "cache-control",
                "vary",
            ] {
                assert_eq!(head.header(name), got.header(name), "{query} {name}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_browser_cannot_ask_in_its_visitor_s_name() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let url = format!("{}/graphql?query=%7B__typename%7D", app.url);
        // All that a form, a link or a picture on a foreign page can bring along.
        let foreign = app
            .http
            .get(&url)
            .header("cookie", format!("token={token}"));
        let foreign = answer(foreign.header("sec-fetch-site", "cross-site")).await;
        assert_eq!(foreign.status, StatusCode::UNAUTHORIZED);
        let _before = app.take_statements();
        let malformed = format!("{}/graphql?query=%", app.url);
        let foreign = answer(app.http.get(malformed).basic_auth("token", Some(&token))).await;
        assert_eq!(foreign.codes(), ["UNAUTHENTICATED"]);
        assert!(app.take_statements().is_empty());
    })
    .await;
}
