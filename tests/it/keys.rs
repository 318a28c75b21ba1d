//! The keys that sign tokens: each algorithm from end to end, attacks on what a token says of its key,
//! what is published of them, and how they are replaced.

#![cfg(test)]

mod attack;
mod command;
mod doctor;
mod published;
mod rotation;

use std::{fs, path::Path, sync::OnceLock};

use api::{
    auth::{KeyFile, PublicKey},
    services::signing_key,
};
use entity::signing_key::SigningAlgorithm;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::{StatusCode, header::AUTHORIZATION};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    app::TestApp,
    client::Response,
    database::{TestDatabase, each_database},
};

/// A hub on each engine whose key is for `algorithm`.
async fn each_app_with(algorithm: SigningAlgorithm, test: impl AsyncFn(&TestApp)) {
    let dir = key_file(algorithm);
    let path = dir.join("key.pem").display().to_string();
    let start = async |database: TestDatabase| {
        let app = TestApp::start_with(database, &[("AUTH__KEY_FILE", &path)]).await;
        test(&app).await;
        app.stop().await;
    };
    futures::future::join_all(each_database().map(start)).await;
}

/// The folder of a key file for `algorithm`. One for all tests, because a key for RSA takes long to make.
fn key_file(algorithm: SigningAlgorithm) -> &'static Path {
    static FOLDERS: [OnceLock<TempDir>; 3] = [const { OnceLock::new() }; 3];
    let folder = match algorithm {
        SigningAlgorithm::EdDsa => &FOLDERS[0],
        SigningAlgorithm::Es256 => &FOLDERS[1],
        SigningAlgorithm::Rs256 => &FOLDERS[2],
    };
    let folder = folder.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::at(folder.path().join("key.pem"));
        file.load_or_create(algorithm).unwrap();
        folder
    });
    folder.path()
}

/// The public part of the key for `algorithm`, and the private one for forging.
fn key(algorithm: SigningAlgorithm) -> (PublicKey, EncodingKey) {
    let file = KeyFile::at(key_file(algorithm).join("key.pem"));
    let pem = fs::read(file.path()).unwrap();
    let private = match algorithm {
        SigningAlgorithm::EdDsa => EncodingKey::from_ed_pem(&pem),
        SigningAlgorithm::Es256 => EncodingKey::from_ec_pem(&pem),
        SigningAlgorithm::Rs256 => EncodingKey::from_rsa_pem(&pem),
    };
    let public = PublicKey::of(&file.load().unwrap()).unwrap();
    (public, private.unwrap())
}

/// The claims of a token, unchecked.
fn claims(token: &str) -> Value {
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(token);
    claims.unwrap().claims
}

/// A token with these claims whose header names `kid`.
fn forged(algorithm: Algorithm, kid: Option<&str>, claims: &Value, key: &EncodingKey) -> String {
    let header = Header {
        kid: kid.map(str::to_owned),
        ..Header::new(algorithm)
    };
    encode(&header, claims, key).unwrap()
}

async fn ask(app: &TestApp, token: &str) -> Response {
    let request = app
        .http
        .post(format!("{}/graphql", app.url))
        .header("content-type", "application/json")
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .body(json!({ "query": "{ __typename }" }).to_string());
    Response::read(request.send().await.unwrap()).await
}

async fn assert_let_in(app: &TestApp, token: &str) {
    let response = ask(app, token).await;
    assert_eq!(response.data(), &json!({ "__typename": "Query" }));
}

/// Says that nobody is let in, and nobody is told why.
async fn assert_refused(app: &TestApp, token: &str) {
    let response = ask(app, token).await;
    assert_eq!(response.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        response.header("www-authenticate"),
        r#"Bearer realm="revhub", error="invalid_token""#
    );
    assert_eq!(
        response.text,
        r#"{"errors":[{"message":"a valid bearer token is required","extensions":{"code":"UNAUTHENTICATED"}}]}"#
    );
}

/// Retires a key as the command does, and lets the hub's clock go on until it asks again.
async fn retire(app: &TestApp, kid: &str) {
    signing_key::retire(&app.database, app.clock.now(), kid)
        .await
        .unwrap();
    app.clock
        .set(app.clock.now() + chrono::TimeDelta::minutes(1));
    app.forget_callers();
}
