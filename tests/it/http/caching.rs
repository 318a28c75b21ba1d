//! Answers that a caller keeps: tags, and 304 in place of the same again.

use api::views::Role;
use chrono::TimeDelta;
use reqwest::{StatusCode, header::IF_NONE_MATCH};
use serde_json::json;
use tests::{
    app::{TestApp, each_app},
    client::Response,
    fixtures,
};

use super::{VARY, answer, get, post};

const QUERY: [(&str, &str); 1] = [("query", "{ users { totalCount } }")];

async fn ask(app: &TestApp, token: &str, headers: &[(&str, &str)]) -> Response {
    let request = get(app, token, &QUERY);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    answer(request).await
}

#[tokio::test]
async fn who_has_the_answer_gets_304_until_it_changes() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let first = ask(app, &token, &[]).await;
        assert_eq!(first.status, StatusCode::OK);
        let tag = first.header("etag");
        assert!(tag.starts_with("W/\"") && tag.ends_with('"'), "{tag}");
        assert_eq!(first.header("cache-control"), "private, no-cache");
        assert_eq!(first.header("vary"), VARY);

        let strong = tag.trim_start_matches("W/");
        for known in [tag, strong, "*", &format!("\"other\", W/\"x\", {tag}")] {
            let same = ask(app, &token, &[("if-none-match", known)]).await;
            assert_eq!(same.status, StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(same.text, "");
            for name in ["etag", "cache-control", "vary"] {
                assert_eq!(same.header(name), first.header(name), "{name}");
            }
        }
        let other = ask(app, &token, &[("if-none-match", "W/\"other\"")]).await;
        assert_eq!(other.text, first.text);

        let _ada = fixtures::user(&app.database, "Ada Byron", &[Role::SalesRep]).await;
        let changed = ask(app, &token, &[("if-none-match", tag)]).await;
        assert_eq!(changed.data(), &json!({ "users": { "totalCount": 1 } }));
        assert_ne!(changed.header("etag"), tag);
    })
    .await;
}

#[tokio::test]
async fn the_same_answer_at_another_time_is_the_same() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let first = ask(app, &token, &[]).await;
        app.clock.set(TestApp::now() + TimeDelta::hours(1));
        let later = ask(app, &token, &[]).await;
        assert_ne!(later.body["extensions"], first.body["extensions"]);
        assert_eq!(later.header("etag"), first.header("etag"));
    })
    .await;
}

#[tokio::test]
async fn a_tag_is_one_of_a_caller_and_a_media_type() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let first = ask(app, &token, &[]).await;
        let tag = first.header("etag");
        let stranger = app.token_for(Role::Analyst).await;
        for (token, headers) in [
            (&stranger, vec![]),
            (&token, vec![("view-as", "ANALYST")]),
            (
                &token,
                vec![("accept", "application/graphql-response+json")],
            ),
        ] {
            let headers = [headers, vec![("if-none-match", tag)]].concat();
            let other = ask(app, token, &headers).await;
            assert_eq!(other.status, StatusCode::OK, "{headers:?}");
            assert_eq!(other.text, first.text);
        }
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_says_what_it_cost_is_another_one() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let plain = ask(app, &token, &[]).await;
        let cost = ("graphql-cost", "report");
        let tag = ("if-none-match", plain.header("etag"));
        let other = ask(app, &token, &[cost, tag]).await;
        assert_eq!(other.status, StatusCode::OK);
        assert!(other.body["extensions"]["cost"].is_object());
        let tag = ("if-none-match", other.header("etag"));
        let same = ask(app, &token, &[cost, tag]).await;
        assert_eq!(same.status, StatusCode::NOT_MODIFIED);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_answer_to_a_query_by_get_is_not_kept() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let posted = post(app)
            .await
            .body(json!({ "query": "{ __typename }" }).to_string());
        for request in [
            posted,
            get(app, &token, &[("query", "{ nothing }")]),
            get(app, &token, &[("query", "mutation { __typename }")]),
            get(app, "no token", &QUERY),
        ] {
            let response = answer(request.header(IF_NONE_MATCH, "*")).await;
            assert_ne!(response.status, StatusCode::NOT_MODIFIED);
            assert_eq!(response.header("cache-control"), "no-store");
            assert_eq!(response.header("etag"), "");
        }
    })
    .await;
}

#[tokio::test]
async fn a_field_that_failed_is_part_of_the_answer() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let partial =
            |first: &str| format!("{{ __typename users(first: {first}) {{ totalCount }} }}");
        let mut tags = Vec::new();
        for first in ["1", "-1"] {
            let response = answer(get(app, &token, &[("query", &partial(first))])).await;
            assert_eq!(response.status, StatusCode::OK);
            tags.push(response.header("etag").to_owned());
        }
        assert!(tags.iter().all(|tag| !tag.is_empty()));
        assert_ne!(tags[0], tags[1]);
    })
    .await;
}
