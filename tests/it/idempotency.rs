//! What is sent again with the same key is done once, and answered alike.

#![cfg(test)]

mod attack;
mod kept;
mod refused;
mod time;

use std::future::pending;

use api::views::Role;
use entity::{api_token, change, idempotency};
use reqwest::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{
    app::{Bearer, TestApp, each_app},
    client::{self, Response},
};
use uuid::Uuid;

const REVOKE: &str = "mutation Revoke($id: ID!) { revokeToken(input: { id: $id }) { count apiToken { id revokedAt } } }";

/// The body that takes the token with this global id back.
fn revoke(id: &str) -> Value {
    json!({ "query": REVOKE, "variables": { "id": id } })
}

/// Sends `body` with `key` to the hub at `url`.
async fn send(url: &str, token: &str, key: &str, body: &Value) -> Response {
    let request = client::http().post(format!("{url}/graphql"));
    let request = request
        .bearer_auth(token)
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .header("idempotency-key", key)
        .body(body.to_string());
    Response::read(request.send().await.unwrap()).await
}

/// It was done, or is answered as if it had been.
fn assert_done(answer: &Response) {
    let _data = answer.data();
}

/// Whether the answer was given before.
fn replayed(answer: &Response) -> bool {
    let said = answer.header("idempotency-replayed");
    assert!(["", "true"].contains(&said), "{said}");
    said == "true"
}

/// A token to be taken back: its global id.
async fn some_token(app: &TestApp, name: &str) -> String {
    let bearer = Bearer::Service {
        name: name.to_owned(),
        role: Role::Analyst.to_string(),
    };
    let issued = app.issue(bearer, &[]).await.unwrap();
    format!("tok_{}", issued.id.simple())
}

/// An administrator's token that is valid for long.
async fn lasting_token(app: &TestApp) -> String {
    let create = "mutation { createServiceToken(input: { name: \"lasting\", role: \"ADMIN\", \
                  scopes: [\"*:read\", \"*:write\"], days: 30 }) { token } }";
    let admin = app.token_for(Role::Admin).await;
    let made = app.graphql(&admin, create, json!({})).await;
    made.data()["createServiceToken"]["token"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn uuid(id: &str) -> Uuid {
    id.rsplit('_').next().unwrap().parse().unwrap()
}

/// Whether the token with this global id was taken back.
async fn is_revoked(app: &TestApp, id: &str) -> bool {
    let row = api_token::Entity::find_by_id(uuid(id))
        .one(app.database.reads())
        .await;
    row.unwrap().unwrap().revoked_at.is_some()
}

/// How often it is on record that the token with this global id was changed.
async fn changes(app: &TestApp, id: &str) -> u64 {
    let log = change::Entity::find().filter(change::Column::EntityId.eq(uuid(id)));
    let log = log.filter(change::Column::Kind.eq("UPDATED"));
    log.count(app.database.reads()).await.unwrap()
}

async fn rows(app: &TestApp) -> u64 {
    idempotency::Entity::find()
        .count(app.database.reads())
        .await
        .unwrap()
}

#[tokio::test]
async fn the_same_key_and_body_is_done_once_and_answered_byte_for_byte() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let id = some_token(app, "one").await;
        let first = send(&app.url, &admin, "key-1", &revoke(&id)).await;
        assert_eq!(first.data()["revokeToken"]["count"], 1);
        assert!(!replayed(&first));
        for _ in 0..3 {
            let again = send(&app.url, &admin, "key-1", &revoke(&id)).await;
            assert!(replayed(&again));
            assert_eq!((again.status, &again.text), (StatusCode::OK, &first.text));
        }
        // In another order, and as another client writes it.
        let shuffled =
            json!({ "operationName": "Revoke", "variables": { "id": id }, "query": REVOKE });
        assert!(replayed(&send(&app.url, &admin, "key-1", &shuffled).await));
        assert_eq!((changes(app, &id).await, rows(app).await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn another_body_with_the_same_key_is_a_conflict_and_changes_nothing() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let (one, other) = (some_token(app, "one").await, some_token(app, "other").await);
        assert_done(&send(&app.url, &admin, "key", &revoke(&one)).await);
        let spaced = json!({ "query": format!("{REVOKE} "), "variables": { "id": one } });
        for body in [revoke(&other), spaced] {
            let refused = send(&app.url, &admin, "key", &body).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(refused.codes(), ["IDEMPOTENCY_CONFLICT"]);
            assert_eq!(
                refused.body["errors"][0]["extensions"]["field"],
                "Idempotency-Key"
            );
            assert_eq!(refused.body.get("data"), None);
            assert!(!replayed(&refused));
        }
        assert!(!is_revoked(app, &other).await);
        // Another key, or another caller's, is another matter.
        let theirs = app.token_for(Role::Admin).await;
        let done = send(&app.url, &theirs, "key", &revoke(&other)).await;
        assert!(
            !replayed(&done) && is_revoked(app, &other).await,
            "{}",
            done.text
        );
        let gone = send(&app.url, &admin, "KEY", &revoke(&one)).await;
        assert_eq!((gone.codes(), replayed(&gone)), (vec!["NOT_FOUND"], false));
    })
    .await;
}

#[tokio::test]
async fn what_one_hub_wrote_another_answers() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let replica = app.replica().await;
        let id = some_token(app, "one").await;
        let first = send(&app.url, &admin, "key", &revoke(&id)).await;
        let again = send(&replica.url, &admin, "key", &revoke(&id)).await;
        assert!(replayed(&again));
        assert_eq!(again.text, first.text);
        assert_eq!(changes(app, &id).await, 1);
        replica.stop(pending()).await.unwrap();
    })
    .await;
}
