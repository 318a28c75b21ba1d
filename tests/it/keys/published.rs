//! `/.well-known/jwks.json`: what others need to check tokens of the hub, and no more.

use api::{
    services::signing_key::{self, Registration},
    views::Role,
};
use chrono::TimeDelta;
use entity::signing_key::SigningAlgorithm::{self, EdDsa, Es256, Rs256};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tests::{
    app::{TestApp, each_app},
    client::Response,
};

use super::{each_app_with, key, retire};

async fn get(app: &TestApp, method: Method, known: Option<&str>) -> Response {
    let url = format!("{}/.well-known/jwks.json", app.url);
    let mut request = app.http.request(method, url);
    if let Some(tag) = known {
        request = request.header("if-none-match", tag);
    }
    Response::read(request.send().await.unwrap()).await
}

/// The names of the keys that are published.
async fn kids(app: &TestApp) -> Vec<String> {
    let response = get(app, Method::GET, None).await;
    let keys: JwkSet = serde_json::from_value(response.body).unwrap();
    let kids = keys.keys.into_iter().map(|key| key.common.key_id.unwrap());
    kids.collect()
}

/// Registers the public key for `algorithm`, as another hub would.
async fn register(app: &TestApp, algorithm: SigningAlgorithm) -> String {
    let (public, _) = key(algorithm);
    let kid = public.kid.clone();
    let registered = signing_key::register(&app.database, app.clock.now(), public).await;
    assert_eq!(registered.unwrap(), Registration::New);
    kid
}

#[tokio::test]
async fn who_knows_the_published_keys_can_check_a_token() {
    for algorithm in [EdDsa, Es256, Rs256] {
        each_app_with(algorithm, async |app| {
            let token = app.token_for(Role::Analyst).await;
            let keys = get(app, Method::GET, None).await.body;
            let keys: JwkSet = serde_json::from_value(keys).unwrap();
            let header = decode_header(&token).unwrap();
            let jwk = keys.find(&header.kid.unwrap()).unwrap();
            assert!(jwk.is_supported());
            let named = jwk.common.key_algorithm.unwrap();
            assert_eq!(header.alg, named.try_into().unwrap());
            let mut rules = Validation::new(header.alg);
            rules.set_audience(&["revhub"]);
            rules.set_issuer(&["revhub"]);
            rules.validate_exp = false;
            let key = DecodingKey::from_jwk(jwk).unwrap();
            decode::<Value>(&token, &key, &rules).unwrap();
        })
        .await;
    }
}

#[tokio::test]
async fn everybody_may_ask_and_keep_the_answer() {
    each_app(async |app| {
        let first = get(app, Method::GET, None).await;
        assert_eq!(first.status, StatusCode::OK);
        assert_eq!(first.header("content-type"), "application/json");
        assert_eq!(first.header("cache-control"), "public, max-age=300");
        let tag = first.header("etag");
        assert!(tag.starts_with("W/\""), "{tag}");

        let head = get(app, Method::HEAD, None).await;
        assert_eq!(head.status, StatusCode::OK);
        assert_eq!(head.text, "");
        for header in ["etag", "cache-control", "content-length"] {
            assert_eq!(head.header(header), first.header(header), "{header}");
        }

        let known = get(app, Method::GET, Some(tag)).await;
        assert_eq!(known.status, StatusCode::NOT_MODIFIED);
        assert_eq!(known.text, "");
        assert_eq!(known.header("cache-control"), "public, max-age=300");

        app.clock.set(TestApp::now() + TimeDelta::seconds(1));
        register(app, Es256).await;
        let changed = get(app, Method::GET, Some(tag)).await;
        assert_eq!(changed.status, StatusCode::OK);

        let post = get(app, Method::POST, None).await;
        assert_eq!(post.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(post.header("allow"), "GET, HEAD");
    })
    .await;
}

#[tokio::test]
async fn keys_are_there_from_the_moment_they_are_registered_until_they_retire() {
    each_app(async |app| {
        let own = kids(app).await;
        assert_eq!(own.len(), 1);
        app.clock.set(TestApp::now() + TimeDelta::seconds(1));
        let other = register(app, Rs256).await;
        assert_eq!(kids(app).await, [own[0].clone(), other.clone()]);
        retire(app, &own[0]).await;
        assert_eq!(kids(app).await, [other]);
    })
    .await;
}

#[tokio::test]
async fn who_asks_often_costs_one_statement_a_second() {
    each_app(async |app| {
        app.clock.set(TestApp::now() + TimeDelta::seconds(1));
        let _before = app.take_statements();
        for _ in 0..20 {
            kids(app).await;
        }
        assert_eq!(app.take_statements().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_keys_are_there_while_the_database_is_not() {
    each_app(async |app| {
        let before = kids(app).await;
        app.database.close().await;
        app.clock.set(TestApp::now() + TimeDelta::hours(1));
        assert_eq!(kids(app).await, before);
    })
    .await;
}
