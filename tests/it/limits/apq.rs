//! Automatic persisted queries: a document is sent once, and then by its hash alone.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{app::TestApp, client::Response};

use super::{assert_answered, extensions, hub};

/// `{ __typename }`
const TYPENAME: &str = "7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b";

async fn post(app: &TestApp, token: &str, body: &Value) -> Response {
    let request = app.http.post(format!("{}/graphql", app.url));
    let request = request
        .bearer_auth(token)
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .body(body.to_string());
    Response::read(request.send().await.unwrap()).await
}

async fn get(app: &TestApp, token: &str, parameters: &[(&str, &str)]) -> Response {
    let url = reqwest::Url::parse_with_params(&format!("{}/graphql", app.url), parameters).unwrap();
    let request = app.http.request(Method::GET, url).bearer_auth(token);
    let request = request.header("accept", "application/graphql-response+json");
    Response::read(request.send().await.unwrap()).await
}

fn persisted(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

#[tokio::test]
async fn a_document_is_sent_once_and_then_by_its_hash() {
    let app = hub(&[]).await;
    let token = app.token_for(api::views::Role::Admin).await;
    let by_hash = json!({ "extensions": persisted(TYPENAME) });
    let unknown = post(&app, &token, &by_hash).await;
    assert_eq!(unknown.status, 400);
    assert_eq!(
        unknown.body["errors"][0]["message"],
        "PersistedQueryNotFound"
    );
    assert_eq!(extensions(&unknown)["code"], "PERSISTED_QUERY_NOT_FOUND");

    let once = json!({ "query": "{ __typename }", "extensions": persisted(TYPENAME) });
    assert_answered(&post(&app, &token, &once).await);
    let again = post(&app, &token, &by_hash).await;
    assert_eq!(again.data(), &json!({ "__typename": "Query" }));
    let parameter = persisted(TYPENAME).to_string();
    let again = get(&app, &token, &[("extensions", &parameter)]).await;
    assert_eq!(again.data(), &json!({ "__typename": "Query" }));
}

#[tokio::test]
async fn it_is_found_only_by_who_sent_it_with_its_hash() {
    let app = hub(&[]).await;
    let one = app.token_for(api::views::Role::Admin).await;
    let other = app.token_for(api::views::Role::Admin).await;
    let by_hash = json!({ "extensions": persisted(TYPENAME) });
    let without = json!({ "query": "{ __typename }" });
    let with = json!({ "query": "{ __typename }", "extensions": persisted(TYPENAME) });
    assert_answered(&post(&app, &one, &without).await);
    let unknown = post(&app, &one, &by_hash).await;
    assert_eq!(extensions(&unknown)["code"], "PERSISTED_QUERY_NOT_FOUND");
    assert_answered(&post(&app, &one, &with).await);
    assert_answered(&post(&app, &one, &by_hash).await);
    let unknown = post(&app, &other, &by_hash).await;
    assert_eq!(extensions(&unknown)["code"], "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn over_get_it_is_learned_too() {
    let app = hub(&[]).await;
    let token = app.token_for(api::views::Role::Admin).await;
    let parameter = persisted(TYPENAME).to_string();
    let by_hash = [("extensions", parameter.as_str())];
    let unknown = get(&app, &token, &by_hash).await;
    assert_eq!(extensions(&unknown)["code"], "PERSISTED_QUERY_NOT_FOUND");
    let once = [("query", "{ __typename }"), ("extensions", &parameter)];
    assert_answered(&get(&app, &token, &once).await);
    assert_answered(&get(&app, &token, &by_hash).await);
}

#[tokio::test]
async fn what_is_none_of_the_protocol_is_refused() {
    let app = hub(&[]).await;
    let token = app.token_for(api::views::Role::Admin).await;
    let other = TYPENAME.replace('7', "8");
    for (extension, field) in [
        (json!({ "version": 1, "sha256Hash": other }), "sha256Hash"),
        (json!({ "version": 1, "sha256Hash": "" }), "sha256Hash"),
        (json!({ "version": 1, "sha256Hash": 5 }), "sha256Hash"),
        (json!({ "version": 1 }), "sha256Hash"),
        (json!({ "version": 2, "sha256Hash": TYPENAME }), "version"),
        (json!({ "sha256Hash": TYPENAME }), "version"),
    ] {
        let body =
            json!({ "query": "{ __typename }", "extensions": { "persistedQuery": extension } });
        let answer = post(&app, &token, &body).await;
        let said = extensions(&answer);
        assert_eq!(said["code"], "VALIDATION", "{body}");
        assert_eq!(
            said["field"],
            format!("extensions.persistedQuery.{field}"),
            "{body}"
        );
    }
    let body = json!({ "query": "{ __typename }", "extensions": { "persistedQuery": [] } });
    let answer = post(&app, &token, &body).await;
    assert_eq!(extensions(&answer)["field"], "extensions.persistedQuery");

    // What is refused is not kept.
    let large = format!("{{ {} }}", "a ".repeat(2000));
    post(&app, &token, &json!({ "query": large })).await;
    let answer = post(&app, &token, &json!({ "extensions": persisted(&other) })).await;
    assert_eq!(extensions(&answer)["code"], "PERSISTED_QUERY_NOT_FOUND");
}
