//! Media types: the caller chooses, and the status follows.

use reqwest::{StatusCode, header::ACCEPT};
use serde_json::json;
use tests::app::each_app;

use super::{GRAPHQL, PLAIN, answer, post};

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
