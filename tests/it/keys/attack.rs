//! Whatever a token says of its key: it is checked with the key of that name and its one algorithm, or
//! refused.

use std::fs;

use api::{services::signing_key, views::Role};
use chrono::TimeDelta;
use entity::signing_key::SigningAlgorithm::{EdDsa, Es256, Rs256};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::Value;
use tests::app::{Bearer, TestApp, each_app};

use crate::tokens::ends_within_a_second;

use super::{assert_let_in, assert_refused, claims, each_app_with, forged, key, retire};

#[tokio::test]
async fn a_hub_of_each_algorithm_lets_in_what_it_signed_and_nothing_else() {
    for (algorithm, own, others) in [
        (EdDsa, Algorithm::EdDSA, [].as_slice()),
        (Es256, Algorithm::ES256, &[]),
        (
            Rs256,
            Algorithm::RS256,
            &[Algorithm::RS384, Algorithm::RS512, Algorithm::PS256],
        ),
    ] {
        each_app_with(algorithm, async |app| {
            let good = app.token_for(Role::Admin).await;
            assert_let_in(app, &good).await;
            let header = jsonwebtoken::decode_header(&good).unwrap();
            let (public, private) = key(algorithm);
            let kid = Some(public.kid.as_str());
            assert_eq!((header.alg, header.kid.as_deref()), (own, kid));
            let claims = claims(&good);
            let again = forged(own, kid, &claims, &private);
            assert_let_in(app, &again).await;

            for other in others {
                assert_refused(app, &forged(*other, kid, &claims, &private)).await;
            }
            for confused in confused(&public.jwk, kid, &claims) {
                assert_refused(app, &confused).await;
            }
        })
        .await;
    }
}

/// Tokens signed with HS256, with what everybody can know of the key for a secret.
fn confused(jwk: &Value, kid: Option<&str>, claims: &Value) -> Vec<String> {
    let members = ["x", "n"].map(|member| jwk.get(member).and_then(Value::as_str));
    let members = members.into_iter().flatten();
    let mut secrets: Vec<_> = members
        .clone()
        .map(|member| EncodingKey::from_secret(member.as_bytes()))
        .collect();
    secrets.extend(
        members.map(|member| EncodingKey::from_urlsafe_base64_secret(&padded(member)).unwrap()),
    );
    secrets.push(EncodingKey::from_secret(jwk.to_string().as_bytes()));
    let algorithms = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
    let forge = |algorithm| {
        let secrets = secrets.iter();
        secrets.map(move |secret| forged(algorithm, kid, claims, secret))
    };
    algorithms.into_iter().flat_map(forge).collect()
}

/// Base64 as long as whoever decodes it here wants it.
fn padded(text: &str) -> String {
    let missing = (4 - text.len() % 4) % 4;
    format!("{text}{}", "=".repeat(missing))
}

#[tokio::test]
async fn a_key_of_one_algorithm_does_not_sign_in_the_name_of_another() {
    each_app_with(Es256, async |app| {
        let claims = claims(&app.token_for(Role::Admin).await);
        let (own, _) = key(Es256);
        for (algorithm, name) in [(EdDsa, Algorithm::EdDSA), (Rs256, Algorithm::RS256)] {
            let (other, private) = key(algorithm);
            for kid in [&own.kid, &other.kid] {
                assert_refused(app, &forged(name, Some(kid), &claims, &private)).await;
            }
        }
    })
    .await;
}

/// What strangers could write where a key is named.
fn names(second: i64) -> Vec<String> {
    let mut names: Vec<_> = [
        "",
        "token-key.pem",
        "../../../../../../../../../etc/passwd",
        "/dev/random",
        "file:///etc/passwd",
        "https://example.com/jwks.json",
        "' OR '1'='1",
        "x' UNION SELECT id, 'kid', 'EdDSA', '{}', NULL, NULL --",
        "'; DROP TABLE signing_key; --",
        "%00",
        "\0",
        "kid\nother: header",
        "ключ",
    ]
    .map(str::to_owned)
    .into();
    names.extend([2500, 5000].map(|length| "a".repeat(length)));
    // Such as keys have, and nobody has these.
    names.extend((0..20).map(|number| format!("{second:020}{number:023}")));
    names
}

#[tokio::test]
async fn a_key_that_the_hub_does_not_have_costs_one_statement_a_second() {
    each_app(async |app| {
        let good = app.token_for(Role::Admin).await;
        let claims = claims(&good);
        let pem = fs::read(app.key_file()).unwrap();
        let private = EncodingKey::from_ed_pem(&pem).unwrap();
        for second in 1..=3 {
            app.clock.set(TestApp::now() + TimeDelta::seconds(second));
            let _before = app.take_statements();
            for name in names(second) {
                let token = forged(Algorithm::EdDSA, Some(&name), &claims, &private);
                assert_refused(app, &token).await;
            }
            assert_refused(app, &forged(Algorithm::EdDSA, None, &claims, &private)).await;
            let statements = app.take_statements();
            assert_eq!(statements.len(), 1, "{statements:?}");
            assert!(statements[0].contains("signing_key"), "{statements:?}");
            assert_let_in(app, &good).await;
            assert!(app.take_statements().is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_retired_key_signed_is_refused() {
    each_app(async |app| {
        let good = app.token_for(Role::Admin).await;
        let kid = jsonwebtoken::decode_header(&good).unwrap().kid.unwrap();
        assert_let_in(app, &good).await;
        retire(app, &kid).await;
        assert_refused(app, &good).await;
        // Nor is anything signed with it.
        let bearer = Bearer::Service {
            name: "late".to_owned(),
            role: Role::Analyst.to_string(),
        };
        let late = app.issue(bearer, &[]).await;
        assert_eq!(late.err().unwrap().code(), "INTERNAL");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_retires_takes_its_tokens_with_it_within_a_second() {
    each_app(async |app| {
        let good = app.token_for(Role::Admin).await;
        let kid = jsonwebtoken::decode_header(&good).unwrap().kid.unwrap();
        assert_let_in(app, &good).await;
        let retired = signing_key::retire(&app.database, app.clock.now(), &kid);
        retired.await.unwrap();
        ends_within_a_second(app, &app.url, &good).await;
    })
    .await;
}
