//! The schema at a path of its own.

use api::views::Role;
use reqwest::{StatusCode, header::IF_NONE_MATCH};
use tests::app::each_app;

use super::answer;

#[tokio::test]
async fn the_schema_is_there_for_who_has_a_token() {
    each_app(async |app| {
        let url = format!("{}/schema.graphql", app.url);
        let refused = answer(app.http.get(&url)).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert_eq!(refused.codes(), ["UNAUTHENTICATED"]);
        let token = app.token_for(Role::SalesRep).await;
        let get = || app.http.get(&url).bearer_auth(&token);

        let schema = answer(get()).await;

        assert_eq!(schema.status, StatusCode::OK);
        assert_eq!(schema.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(schema.header("cache-control"), "private, no-cache");
        let kept = include_str!("../../../schema.graphql");
        assert_eq!(schema.text.trim_end(), kept.trim_end());
        let same = answer(get().header(IF_NONE_MATCH, schema.header("etag"))).await;
        assert_eq!(same.status, StatusCode::NOT_MODIFIED);
        let head = answer(app.http.head(&url).bearer_auth(&token)).await;
        assert_eq!(head.header("content-length"), schema.text.len().to_string());
        let posted = answer(app.http.post(&url).bearer_auth(&token)).await;
        assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(posted.header("allow"), "GET, HEAD");
    })
    .await;
}
