//! Keys that are none, and requests that take none.

use reqwest::{RequestBuilder, header::HeaderValue};
use tests::database::each_database;

use super::*;

async fn post(
    app: &TestApp,
    token: &str,
    body: &Value,
    headers: &[(&str, HeaderValue)],
) -> Response {
    let mut request = app.http.post(format!("{}/graphql", app.url));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    answer(
        request
            .bearer_auth(token)
            .header("content-type", "application/json")
            .body(body.to_string()),
    )
    .await
}

async fn answer(request: RequestBuilder) -> Response {
    Response::read(request.send().await.unwrap()).await
}

fn key(text: &[u8]) -> (&'static str, HeaderValue) {
    ("Idempotency-KEY", HeaderValue::from_bytes(text).unwrap())
}

#[tokio::test]
async fn what_is_no_key_is_refused_before_anything_runs() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let id = some_token(app, "one").await;
        let long = "k".repeat(256);
        let cases = [
            vec![key(b"")],
            vec![key(b"two words")],
            vec![key("schl\u{fc}ssel".as_bytes())],
            vec![key(b"\xff")],
            vec![key(long.as_bytes())],
            vec![key(b"one"), key(b"one")],
        ];
        for headers in &cases {
            let refused = post(app, &admin, &revoke(&id), headers).await;
            assert_eq!(
                (refused.codes(), refused.status),
                (vec!["VALIDATION"], StatusCode::BAD_REQUEST)
            );
            assert_eq!(
                refused.body["errors"][0]["extensions"]["field"],
                "Idempotency-Key"
            );
            // A query has no use for one.
            let query = json!({ "query": "{ __typename }" });
            assert_done(&post(app, &admin, &query, headers).await);
        }
        assert!(!is_revoked(app, &id).await);
        let url = format!("{}/graphql?query=%7B__typename%7D", app.url);
        let got = app
            .http
            .get(url)
            .bearer_auth(&admin)
            .header("idempotency-key", "a b");
        assert_done(&answer(got).await);
        assert_eq!(rows(app).await, 0);
        assert_done(&post(app, &admin, &revoke(&id), &[key(&long.as_bytes()[1..])]).await);
        assert_eq!(rows(app).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_batch_takes_none() {
    for database in each_database() {
        let app = TestApp::start_with(database, &[("SERVER__BATCH_LIMIT", "3")]).await;
        let admin = app.token_for(Role::Admin).await;
        let id = some_token(&app, "one").await;
        for batch in [
            json!([revoke(&id)]),
            json!([{ "query": "{ __typename }" }, revoke(&id)]),
        ] {
            let refused = post(&app, &admin, &batch, &[key(b"a")]).await;
            assert_eq!(
                (refused.codes(), refused.status),
                (vec!["VALIDATION"], StatusCode::BAD_REQUEST)
            );
            assert!(!is_revoked(&app, &id).await);
        }
        let done = post(&app, &admin, &json!([revoke(&id)]), &[]).await;
        assert_eq!(done.status, StatusCode::OK);
        assert!(is_revoked(&app, &id).await);
        app.stop().await;
    }
}

#[tokio::test]
async fn what_shows_a_secret_takes_none() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let create =
            "createServiceToken(input: { name: \"a\", role: \"ADMIN\" }) { apiToken { id } }";
        let before = api_token::Entity::find()
            .count(app.database.reads())
            .await
            .unwrap();
        for query in [
            format!("mutation {{ {create} }}"),
            format!("mutation {{ other: {create} }}"),
            format!(
                "mutation {{ ... on Mutation {{ ...f }} }} fragment f on Mutation {{ {create} }}"
            ),
            "mutation { createPersonalToken(input: { name: \"a\" }) { token } }".to_owned(),
            "mutation { rotateToken(input: { id: \"a\" }) { token } }".to_owned(),
        ] {
            let refused = send(&app.url, &admin, "key", &json!({ "query": query })).await;
            assert_eq!(
                (refused.codes(), refused.status),
                (vec!["VALIDATION"], StatusCode::BAD_REQUEST)
            );
            assert_eq!(
                refused.body["errors"][0]["extensions"]["field"],
                "Idempotency-Key"
            );
        }
        let after = api_token::Entity::find()
            .count(app.database.reads())
            .await
            .unwrap();
        assert_eq!((before, rows(app).await), (after, 0));
    })
    .await;
}

#[tokio::test]
async fn with_other_eyes_nothing_is_done_and_no_key_is_used() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let id = some_token(app, "one").await;
        let eyes = [("view-as", HeaderValue::from_static("ADMIN")), key(b"key")];
        let refused = post(app, &admin, &revoke(&id), &eyes).await;
        assert_eq!(refused.codes(), ["FORBIDDEN_SCOPE"]);
        assert_eq!(rows(app).await, 0);
        let done = send(&app.url, &admin, "key", &revoke(&id)).await;
        assert!(!replayed(&done) && is_revoked(app, &id).await);
    })
    .await;
}
