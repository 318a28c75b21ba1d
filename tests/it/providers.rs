//! Tokens of identity providers: who they let in, and whom not.

#![cfg(test)]

mod identities;
mod issuer;
mod keys;
mod recipes;
mod refusals;
mod sign_in;
mod sources;

use api::{
    auth::{Identity, Providers, Refusal},
    clock::Clock,
    config::{Config, ConfigError, Sources},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    client::{self, Response},
};

use issuer::Issuer;

/// Whom the tokens of these tests are for.
const AUDIENCE: &str = "urn:revhub";

/// The settings of a provider, as the environment sets them; its users are known by their e-mail addresses
/// unless `more` says otherwise.
fn settings(number: usize, issuer: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut settings = vec![
        ("ISSUER", issuer),
        ("AUDIENCES", AUDIENCE),
        ("USER__CLAIM", "email"),
        ("USER__IS", "email"),
    ];
    for (name, value) in more {
        settings.retain(|(known, _)| known != name);
        settings.push((name, value));
    }
    let prefix = format!("AUTH__PROVIDERS__{number}__");
    let named = settings.into_iter();
    named
        .map(|(name, value)| (format!("{prefix}{name}"), value.to_owned()))
        .collect()
}

/// The settings as a hub reads them.
fn config(settings: &[(String, String)]) -> Result<Config, ConfigError> {
    let variables = settings.iter();
    let variables = variables.map(|(name, value)| (format!("REVHUB__{name}"), value.clone()));
    Config::load(Sources {
        file: None,
        variables: variables.collect(),
    })
}

/// The providers of a hub with these settings, without the hub.
fn providers(settings: &[(String, String)], clock: &Clock) -> Providers {
    Providers::new(config(settings).unwrap().providers(), clock).unwrap()
}

/// Takes tokens of `issuer`, with `more` settings.
fn taking(issuer: &Issuer, more: &[(&str, &str)], clock: &Clock) -> Providers {
    providers(&settings(0, &issuer.url, more), clock)
}

/// Whom a token of `issuer` stands for.
async fn verify(providers: &Providers, issuer: &Issuer, token: &str) -> Result<Identity, Refusal> {
    providers.verify(&issuer.url, token).await.unwrap()
}

/// Starts a hub on `database` that takes tokens of providers.
async fn hub(database: tests::database::TestDatabase, settings: &[(String, String)]) -> TestApp {
    let settings = settings.iter();
    let settings: Vec<_> = settings
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    TestApp::start_with(database, &settings).await
}

/// Asks the hub who is calling.
async fn who(app: &TestApp, token: &str) -> Response {
    let query = "{ viewer { name roles } }";
    client::graphql(&app.http, &app.url, token, query, json!({})).await
}

/// Says that the token is that of somebody with this name and these roles.
fn assert_is(response: &Response, name: &str, roles: &[&str]) {
    let expected = json!({ "viewer": { "name": name, "roles": roles } });
    assert_eq!(response.data(), &expected);
}

/// Says that nobody is let in, and nobody is told why.
fn assert_refused(response: &Response, why: &str) {
    assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{why}");
    assert_eq!(
        response.header("www-authenticate"),
        r#"Bearer realm="revhub", error="invalid_token""#,
        "{why}"
    );
    assert_eq!(
        response.text,
        r#"{"errors":[{"message":"a valid bearer token is required","extensions":{"code":"UNAUTHENTICATED"}}]}"#,
        "{why}"
    );
}

/// What a token says that lets Ada in at [`TestApp::NOW`], for an hour.
fn claims(issuer: &Issuer) -> Value {
    let now = TestApp::now().timestamp();
    json!({
        "iss": issuer.url,
        "aud": AUDIENCE,
        "sub": "00u1",
        "iat": now,
        "exp": now + 3600,
        "email": "ada.byron@example.com",
        "email_verified": true,
    })
}

/// The same claims with others in their place; null takes one out.
fn with(claims: &Value, others: Value) -> Value {
    let mut claims = claims.as_object().unwrap().clone();
    let Value::Object(others) = others else {
        panic!("claims are an object: {others}")
    };
    for (name, value) in others {
        if value.is_null() {
            claims.remove(&name);
        } else {
            claims.insert(name, value);
        }
    }
    Value::Object(claims)
}
