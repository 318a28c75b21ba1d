//! Tokens: who may make which, what they may be used for, and how they end.

#![cfg(test)]

mod ending;
mod making;
mod using;

use std::time::{Duration, Instant};

use entity::{api_token, change};
use reqwest::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::{app::TestApp, client};

const CREATE: &str = "mutation($input: CreateServiceTokenInput!) { createServiceToken(input: $input) {
  token apiToken { id name hint roles scopes ipAllow requestsPerMinute pointsPerMinute issuedAt expiresAt revokedAt user { name } } } }";
const CREATE_OWN: &str =
    "mutation($input: CreatePersonalTokenInput!) { createPersonalToken(input: $input) {
  token apiToken { id name scopes roles user { name } } } }";
const ROTATE: &str = "mutation($input: RotateTokenInput!) { rotateToken(input: $input) {
  token apiToken { id name scopes expiresAt rotatedFrom { id expiresAt } } } }";
const REVOKE: &str = "mutation($input: RevokeTokenInput!) { revokeToken(input: $input) { apiToken { id revokedAt } } }";
const WHO: &str = "{ viewer { name roles } }";

fn input(input: &Value) -> Value {
    json!({ "input": input })
}

/// A system's token as an administrator makes it: the token, and its global id.
async fn made(app: &TestApp, admin: &str, of: Value) -> (String, String) {
    let answer = app.graphql(admin, CREATE, input(&of)).await;
    let made = &answer.data()["createServiceToken"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["token"]), text(&made["apiToken"]["id"]))
}

async fn changes(app: &TestApp) -> Vec<change::Model> {
    let log = change::Entity::find()
        .filter(change::Column::Entity.eq("api_token"))
        .order_by_asc(change::Column::Seq);
    log.all(app.database.reads()).await.unwrap()
}

async fn tokens(app: &TestApp) -> Vec<api_token::Model> {
    let all = api_token::Entity::find().all(app.database.reads()).await;
    all.unwrap()
}

/// Asks `url` until `token` is refused. Nothing that is asked a second or more after it ended is answered.
pub(crate) async fn ends_within_a_second(app: &TestApp, url: &str, token: &str) {
    let ended = Instant::now();
    loop {
        let asked = ended.elapsed();
        let answer = client::graphql(&app.http, url, token, WHO, json!({})).await;
        if answer.status == StatusCode::UNAUTHORIZED {
            return;
        }
        assert!(asked < Duration::from_secs(1), "answered after {asked:?}");
    }
}
