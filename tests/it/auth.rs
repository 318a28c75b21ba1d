//! A token is required, and a bad one is never a guest.

#![cfg(test)]

use std::{fs, time::Instant};

use api::{
    auth::{KeyFile, Keyring, PublicKey, Tokens},
    clock::Clock,
    views::Role,
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use chrono::TimeDelta;
use entity::{api_token, signing_key::SigningAlgorithm, user};
use jsonwebtoken::{Algorithm, EncodingKey, Header, decode_header, encode};
use reqwest::{StatusCode, header::AUTHORIZATION};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    database::each_database,
    fixtures,
};
use uuid::Uuid;

const QUERY: &str = "{ __typename }";

/// Sends a query with this `Authorization` header, or none.
async fn ask(app: &TestApp, authorization: Option<&str>) -> Response {
    let mut request = app
        .http
        .post(format!("{}/graphql", app.url))
        .header("content-type", "application/json")
        .body(json!({ "query": QUERY }).to_string());
    if let Some(authorization) = authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    Response::read(request.send().await.unwrap()).await
}

async fn ask_with(app: &TestApp, token: &str) -> Response {
    ask(app, Some(&format!("Bearer {token}"))).await
}

/// Says that nobody is let in, and nobody is told why.
fn assert_refused(response: &Response, challenge: &str) {
    assert_eq!(response.status, StatusCode::UNAUTHORIZED);
    assert_eq!(response.header("www-authenticate"), challenge);
    assert_eq!(
        response.text,
        r#"{"errors":[{"message":"a valid bearer token is required","extensions":{"code":"UNAUTHENTICATED"}}]}"#
    );
}

const INVALID: &str = r#"Bearer realm="revhub", error="invalid_token""#;

#[tokio::test]
async fn a_token_opens_the_door_and_is_looked_up_once() {
    each_app(async |app| {
        let user = fixtures::user(&app.database, "Ada Byron", &[Role::SalesRep]).await;
        for token in [
            app.token_of(&user.email).await,
            app.token_of("ADA.Byron@Example.com").await,
            app.token_for(Role::Analyst).await,
        ] {
            let _before = (app.take_statements(), app.take_lookups());
            let response = ask_with(app, &token).await;
            assert_eq!(response.data(), &json!({ "__typename": "Query" }));
            assert_eq!(app.take_lookups(), 1);
            assert!(app.take_statements().is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_token_the_body_is_not_even_read() {
    each_app(async |app| {
        let none = r#"Bearer realm="revhub""#;
        assert_refused(&ask(app, None).await, none);
        let request = app.http.post(format!("{}/graphql", app.url)).body("{");
        assert_refused(&Response::read(request.send().await.unwrap()).await, none);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_a_token_is_refused() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let long = format!("Bearer {}", "a".repeat(10_000).as_str());
        for authorization in [
            "Bearer garbage",
            "Bearer a.b.c",
            "Bearer ",
            "Basic dXNlcjpwYXNz",
            &token,
            &long[..8000],
        ] {
            assert_refused(&ask(app, Some(authorization)).await, INVALID);
        }
        let twice = app
            .http
            .post(format!("{}/graphql", app.url))
            .header("content-type", "application/json")
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .body(json!({ "query": QUERY }).to_string());
        assert_refused(&Response::read(twice.send().await.unwrap()).await, INVALID);
    })
    .await;
}

/// The claims of a good token, to forge others from.
async fn claims(token: &str, app: &TestApp) -> Value {
    let claims = tokens(app, "revhub", "revhub").verify(token).await;
    serde_json::to_value(claims.unwrap()).unwrap()
}

/// Signs with the hub's own key, under another name.
fn tokens(app: &TestApp, issuer: &str, audience: &str) -> Tokens {
    let clock = Clock::fixed(TestApp::now());
    let keyring = Keyring::new(app.database.clone(), clock.clone());
    Tokens::new(
        KeyFile::at(app.key_file()),
        keyring,
        issuer,
        audience,
        clock,
    )
}

/// `claims`, and one more.
fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

#[tokio::test]
async fn a_token_that_is_not_signed_with_the_key_is_refused() {
    each_app(async |app| {
        let good = app.token_for(Role::Admin).await;
        assert_eq!(ask_with(app, &good).await.status, StatusCode::OK);
        let claims = claims(&good, app).await;
        let parts: Vec<_> = good.split('.').collect();
        let public = PublicKey::of(&KeyFile::at(app.key_file()).load().unwrap()).unwrap();
        let named = |algorithm| Header {
            kid: Some(public.kid.clone()),
            ..Header::new(algorithm)
        };
        let none = json!({ "alg": "none", "typ": "JWT", "kid": public.kid });
        let none = BASE64_URL_SAFE_NO_PAD.encode(none.to_string());
        // The public key as a secret, in each form in which people keep it.
        let x = public.jwk["x"].as_str().unwrap();
        let raw = BASE64_URL_SAFE_NO_PAD.decode(x).unwrap();
        let der = [
            &b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"[..],
            &raw,
        ]
        .concat();
        let pem = BASE64_STANDARD.encode(&der);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n");
        let secrets = [
            x.as_bytes(),
            &raw,
            &der,
            pem.as_bytes(),
            pem.trim().as_bytes(),
        ];
        for secret in secrets {
            let secret = EncodingKey::from_secret(secret);
            let confused = encode(&named(Algorithm::HS256), &claims, &secret).unwrap();
            assert_refused(&ask_with(app, &confused).await, INVALID);
        }
        // Signed as it should be, and longer than any token of the hub.
        let own = EncodingKey::from_ed_pem(&fs::read(app.key_file()).unwrap()).unwrap();
        let long = with(&claims, "more", json!("a".repeat(4096)));
        let long = encode(&named(Algorithm::EdDSA), &long, &own).unwrap();
        assert_refused(&ask_with(app, &long).await, INVALID);
        let short = with(&claims, "more", json!("a"));
        let short = encode(&named(Algorithm::EdDSA), &short, &own).unwrap();
        assert_eq!(ask_with(app, &short).await.status, StatusCode::OK);
        let other = tempfile::tempdir().unwrap();
        let other = KeyFile::at(other.path().join("key.pem"));
        other.load_or_create(SigningAlgorithm::EdDsa).unwrap();
        let other = EncodingKey::from_ed_pem(&fs::read(other.path()).unwrap()).unwrap();
        let stranger = encode(&named(Algorithm::EdDSA), &claims, &other).unwrap();
        let another = app.token_for(Role::Analyst).await;
        let another: Vec<_> = another.split('.').collect();
        for forged in [
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            stranger,
            format!("{}.{}.{}", parts[0], another[1], parts[2]),
            format!("{}.{}.", parts[0], parts[1]),
        ] {
            assert_refused(&ask_with(app, &forged).await, INVALID);
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_for_others_or_of_another_time_is_refused() {
    each_app(async |app| {
        let good = app.token_for(Role::Admin).await;
        let claims = claims(&good, app).await;
        let id: Uuid = claims["jti"].as_str().unwrap().parse().unwrap();
        let now = TestApp::now();
        let (yesterday, tomorrow) = (now - TimeDelta::days(1), now + TimeDelta::days(1));
        let ours = tokens(app, "revhub", "revhub");
        let (elsewhere, others) = (
            tokens(app, "elsewhere", "revhub"),
            tokens(app, "revhub", "elsewhere"),
        );
        for (tokens, jti, sub, from, until) in [
            (&elsewhere, id, id, now, tomorrow),
            (&others, id, id, now, tomorrow),
            (&ours, id, id, yesterday, now - TimeDelta::seconds(6)),
            (&ours, id, id, now + TimeDelta::seconds(6), tomorrow),
            (&ours, id, Uuid::now_v7(), now, tomorrow),
            (&ours, Uuid::now_v7(), id, now, tomorrow),
        ] {
            let wrong = tokens.sign(jti, sub, from, until).await.unwrap();
            assert_refused(&ask_with(app, &wrong.token).await, INVALID);
        }
        app.clock.set(tomorrow + TimeDelta::seconds(6));
        assert_refused(&ask_with(app, &good).await, INVALID);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_was_taken_back_is_refused_at_once() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let claims = claims(&token, app).await;
        let id: Uuid = claims["jti"].as_str().unwrap().parse().unwrap();
        let row = api_token::Entity::find_by_id(id)
            .one(app.database.reads())
            .await;
        assert_eq!(row.unwrap().unwrap().issued_at, TestApp::now());
        assert_eq!(ask_with(app, &token).await.status, StatusCode::OK);
        let issuer = app.issuer();
        let revoke = async || {
            issuer
                .as_operator(async |write| issuer.revoke(write, id, false).await)
                .await
        };
        revoke().await.unwrap();
        assert_refused(&ask_with(app, &token).await, INVALID);
        assert_eq!(revoke().await.unwrap_err().code(), "NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn a_user_who_left_is_refused() {
    each_app(async |app| {
        for leave in [
            |user: &mut user::ActiveModel| user.active = Set(false),
            |user: &mut user::ActiveModel| user.deleted_at = Set(Some(TestApp::now())),
        ] {
            let name = Uuid::now_v7().to_string();
            let user = fixtures::user(&app.database, &name, &[Role::Marketer]).await;
            let token = app.token_of(&user.email).await;
            assert_eq!(ask_with(app, &token).await.status, StatusCode::OK);
            let mut user = user.into_active_model();
            leave(&mut user);
            user.update(app.database.writes()).await.unwrap();
            app.forget_callers();
            assert_refused(&ask_with(app, &token).await, INVALID);
        }
    })
    .await;
}

#[tokio::test]
async fn a_role_that_somebody_writes_into_their_token_is_none() {
    each_app(async |app| {
        let good = app.token_for(Role::Analyst).await;
        let mut claims = claims(&good, app).await;
        for (name, value) in [
            ("role", json!("ADMIN")),
            ("roles", json!(["ADMIN"])),
            ("scopes", json!(["*:write"])),
            ("scope", json!("*:write")),
        ] {
            claims[name] = value;
        }
        let parts: Vec<_> = good.split('.').collect();
        let written = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
        let forged = format!("{}.{written}.{}", parts[0], parts[2]);
        assert_refused(&ask_with(app, &forged).await, INVALID);
        // Not even where it is signed with the hub's own key: what counts is on record.
        let pem = fs::read(app.key_file()).unwrap();
        let key = EncodingKey::from_ed_pem(&pem).unwrap();
        let signed = encode(&decode_header(&good).unwrap(), &claims, &key).unwrap();
        let who = app.graphql(
            &signed,
            "{ viewer { roles can(action: \"capture\", entity: LEAD) } }",
            json!({}),
        );
        let nobody = json!({ "viewer": { "roles": ["ANALYST"], "can": false } });
        assert_eq!(who.await.data(), &nobody);
    })
    .await;
}

#[tokio::test]
async fn a_token_in_a_url_is_refused_even_beside_a_good_one() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        for authorization in [None, Some(&token)] {
            for (path, name) in [
                ("graphql", "access_token"),
                ("schema.graphql", "access_token"),
                ("graphql", "token"),
                ("graphql", "access%5Ftoken"),
                ("graphql", "Authorization"),
                ("graphql", "id_token"),
            ] {
                let url = format!("{}/{path}?query=%7B__typename%7D&{name}={token}", app.url);
                let mut request = app.http.get(url);
                if let Some(token) = authorization {
                    request = request.bearer_auth(token);
                }
                let response = Response::read(request.send().await.unwrap()).await;
                assert_eq!(response.status, StatusCode::BAD_REQUEST);
                assert_eq!(response.codes(), ["BAD_REQUEST"]);
                assert!(!response.text.contains(&token));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn how_much_of_a_signature_is_right_does_not_show_in_the_time() {
    let app = TestApp::start(each_database().next().unwrap()).await;
    let good = app.token_for(Role::Admin).await;
    // Wrong from the first character on, and in the last ones alone.
    let at = good.rfind('.').unwrap() + 1;
    let other = |letter: &str| if letter == "A" { "B" } else { "A" };
    let early = format!(
        "{}{}{}",
        &good[..at],
        other(&good[at..=at]),
        &good[at + 1..]
    );
    let late = good.len() - 4;
    let late = format!(
        "{}{}{}",
        &good[..late],
        other(&good[late..=late]),
        &good[late + 1..]
    );
    let tokens = tokens(&app, "revhub", "revhub");
    let time = async |token: &str| {
        let began = Instant::now();
        assert!(tokens.verify(token).await.is_err());
        began.elapsed()
    };
    let (mut of_early, mut of_late) = (Vec::new(), Vec::new());
    for _ in 0..400 {
        of_early.push(time(&early).await);
        of_late.push(time(&late).await);
    }
    of_early.sort_unstable();
    of_late.sort_unstable();
    let ratio = of_early[200].as_secs_f64() / of_late[200].as_secs_f64();
    assert!((0.7..1.4).contains(&ratio), "{ratio}");
    app.stop().await;
}
