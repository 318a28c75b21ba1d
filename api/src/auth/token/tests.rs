//! A token is good with the key that it names, for whom it is meant and in its time.

use std::{fs, os::unix::fs::PermissionsExt};

use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::Value;

use super::*;
use crate::auth::{
    SigningKey,
    fixture::{Fixture, generated, noon, seconds},
};

fn day() -> TimeDelta {
    TimeDelta::days(1)
}

/// The same hub under other names.
fn renamed(tokens: &Tokens, issuer: &str, audience: &str) -> Tokens {
    Tokens {
        issuer: issuer.to_owned(),
        audience: audience.to_owned(),
        ..tokens.clone()
    }
}

async fn signed(tokens: &Tokens) -> Signed {
    let id = Uuid::now_v7();
    let signed = tokens.sign(id, id, noon(), noon() + day()).await;
    signed.unwrap()
}

fn key_of(tokens: &Tokens) -> SigningKey {
    tokens.file.load().unwrap()
}

/// Signs `claims` with the hub's own key.
fn forge(tokens: &Tokens, header: &Header, claims: &impl Serialize) -> String {
    let key = jwk::encoding_key(&key_of(tokens)).unwrap();
    encode(header, claims, &key).unwrap()
}

fn header(algorithm: Algorithm, kid: &str) -> Header {
    Header {
        kid: Some(kid.to_owned()),
        ..Header::new(algorithm)
    }
}

fn is_invalid(verified: &Result<Claims, Refusal>) -> bool {
    matches!(verified, Err(Refusal::Invalid(_)))
}

#[tokio::test]
async fn a_token_is_valid_from_its_start_to_its_end() {
    let hub = Fixture::new().await;
    let tokens = hub.tokens("key.pem").await;
    let (jti, sub) = (Uuid::now_v7(), Uuid::now_v7());
    let signed = tokens.sign(jti, sub, noon(), noon() + day()).await.unwrap();
    let claims = tokens.verify(&signed.token).await.unwrap();
    assert_eq!((claims.jti, claims.sub), (jti, sub));
    for (at, expected) in [
        (-6, Some(Refusal::NotYet)),
        (-5, None),
        (86_404, None),
        (86_405, Some(Refusal::Expired)),
    ] {
        hub.clock.set(noon() + seconds(at));
        assert_eq!(tokens.verify(&signed.token).await.err(), expected, "{at}");
    }
}

#[tokio::test]
async fn a_token_for_others_or_by_others_is_refused() {
    let hub = Fixture::new().await;
    let ours = hub.tokens("key.pem").await;
    for theirs in [
        renamed(&ours, "other", "hub"),
        renamed(&ours, "hub", "other"),
    ] {
        let token = signed(&theirs).await.token;
        assert!(is_invalid(&ours.verify(&token).await));
    }
    let elsewhere = Fixture::new().await;
    let stranger = elsewhere.tokens("key.pem").await;
    let token = signed(&stranger).await.token;
    assert_eq!(ours.verify(&token).await, Err(Refusal::UnknownKey));
}

#[tokio::test]
async fn each_replica_checks_what_the_others_signed() {
    let hub = Fixture::new().await;
    let (one, other) = (hub.tokens("one.pem").await, hub.tokens("other.pem").await);
    let token = signed(&one).await;
    assert!(other.verify(&token.token).await.is_ok());
    let back = signed(&other).await;
    assert_ne!(token.kid, back.kid);
    hub.clock.set(noon() + seconds(1));
    assert!(one.verify(&back.token).await.is_ok());
}

#[tokio::test]
async fn each_algorithm_signs_and_checks() {
    for algorithm in [
        SigningAlgorithm::EdDsa,
        SigningAlgorithm::Es256,
        SigningAlgorithm::Rs256,
    ] {
        let hub = Fixture::new().await;
        let tokens = hub.tokens("key.pem").await;
        let key = generated(algorithm);
        let public = hub.register(&key).await;
        tokens.file.draft(&key).unwrap().replace().unwrap();
        let signed = signed(&tokens).await;
        assert_eq!(signed.kid, public.kid);
        let header = decode_header(&signed.token).unwrap();
        assert_eq!(header.alg, jwk::name(algorithm));
        assert_eq!(header.kid, Some(public.kid));
        assert!(tokens.verify(&signed.token).await.is_ok(), "{algorithm:?}");
    }
}

#[tokio::test]
async fn a_key_checks_its_own_algorithm_and_no_other() {
    let hub = Fixture::new().await;
    let tokens = hub.tokens("key.pem").await;
    let claims = tokens.verify(&signed(&tokens).await.token).await.unwrap();
    let rsa = generated(SigningAlgorithm::Rs256);
    let public = hub.register(&rsa).await;
    hub.clock.set(noon() + seconds(1));
    let key = jwk::encoding_key(&rsa).unwrap();
    let token = encode(&header(Algorithm::RS256, &public.kid), &claims, &key).unwrap();
    assert!(tokens.verify(&token).await.is_ok());
    for other in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256] {
        let token = encode(&header(other, &public.kid), &claims, &key).unwrap();
        assert!(is_invalid(&tokens.verify(&token).await), "{other:?}");
    }
    // The public key is no secret, whatever form of it is taken for one.
    let modulus = public.jwk["n"].as_str().unwrap();
    for secret in [modulus, &public.jwk.to_string()] {
        for other in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let secret = EncodingKey::from_secret(secret.as_bytes());
            let token = encode(&header(other, &public.kid), &claims, &secret).unwrap();
            assert!(is_invalid(&tokens.verify(&token).await), "{other:?}");
        }
    }
    // Signed with one key of the hub, and said to be signed with another.
    let ours = jwk::encoding_key(&key_of(&tokens)).unwrap();
    let token = encode(&header(Algorithm::EdDSA, &public.kid), &claims, &ours).unwrap();
    assert!(is_invalid(&tokens.verify(&token).await));
}

#[tokio::test]
async fn what_is_critical_or_not_a_jwt_or_names_no_key_is_refused() {
    let hub = Fixture::new().await;
    let tokens = hub.tokens("key.pem").await;
    let good = signed(&tokens).await;
    let claims = tokens.verify(&good.token).await.unwrap();
    let plain = header(Algorithm::EdDSA, &good.kid);
    let critical = Header {
        crit: Some(vec!["exp".to_owned()]),
        ..plain.clone()
    };
    let untyped = Header {
        typ: None,
        ..plain.clone()
    };
    let nameless = Header { kid: None, ..plain };
    for header in [critical, untyped, nameless] {
        let token = forge(&tokens, &header, &claims);
        assert!(matches!(
            tokens.verify(&token).await,
            Err(Refusal::Header(_))
        ));
    }
}

#[tokio::test]
async fn every_claim_is_required() {
    let hub = Fixture::new().await;
    let tokens = hub.tokens("key.pem").await;
    let good = signed(&tokens).await;
    let claims = serde_json::to_value(tokens.verify(&good.token).await.unwrap()).unwrap();
    for claim in ["iss", "aud", "sub", "jti", "iat", "nbf", "exp"] {
        let mut claims: Value = claims.clone();
        claims.as_object_mut().unwrap().remove(claim);
        let token = forge(&tokens, &header(Algorithm::EdDSA, &good.kid), &claims);
        assert!(is_invalid(&tokens.verify(&token).await), "{claim}");
    }
}

#[tokio::test]
async fn what_a_key_signed_is_good_until_it_retires() {
    let hub = Fixture::new().await;
    let tokens = hub.tokens("key.pem").await;
    let good = signed(&tokens).await;
    hub.retire(&good.kid, noon() + seconds(10)).await;
    tokens.reload().await.unwrap();
    hub.clock.set(noon() + seconds(9));
    assert!(tokens.verify(&good.token).await.is_ok());
    // A hub that still has the old file goes on.
    let id = Uuid::now_v7();
    let late = tokens.sign(id, id, hub.clock.now(), noon() + day()).await;
    assert!(tokens.verify(&late.unwrap().token).await.is_ok());
    hub.clock.set(noon() + seconds(10));
    let refused = tokens.verify(&good.token).await;
    assert_eq!(refused, Err(Refusal::RetiredKey));
}

#[tokio::test]
async fn nothing_is_signed_that_would_not_be_let_in() {
    let hub = Fixture::new().await;
    let stranger = Tokens::new(
        hub.file("stranger.pem"),
        hub.keyring(),
        "hub",
        "hub",
        hub.clock.clone(),
    );
    let tokens = hub.tokens("key.pem").await;
    hub.retire(&signed(&tokens).await.kid, noon()).await;
    tokens.reload().await.unwrap();
    let open = hub.tokens("open.pem").await;
    let mode = fs::Permissions::from_mode(0o644);
    fs::set_permissions(open.file.path(), mode).unwrap();
    for (tokens, expected) in [
        (stranger, "is not registered; start the hub again"),
        (tokens, "has retired; put the new one there"),
        (open, "run `chmod 600"),
    ] {
        let id = Uuid::now_v7();
        let signed = tokens.sign(id, id, noon(), noon() + day()).await;
        let Err(ApiError::Internal(cause)) = signed else {
            panic!("it was signed, or refused otherwise: {expected}");
        };
        assert!(cause.to_string().contains(expected), "{cause}");
    }
}

#[tokio::test]
async fn an_endless_token_is_not_looked_at() {
    let hub = Fixture::new().await;
    let tokens = hub.tokens("key.pem").await;
    let endless = "a".repeat(5000);
    assert_eq!(tokens.verify(&endless).await, Err(Refusal::TooLong));
}

#[tokio::test]
async fn what_a_stranger_writes_does_not_come_into_the_log() {
    let hub = Fixture::new().await;
    let tokens = hub.tokens("key.pem").await;
    // {"alg":"x\nINFO forged","typ":"JWT","kid":"k"}, and what is not even JSON.
    let strange = "eyJhbGciOiJ4XG5JTkZPIGZvcmdlZCIsInR5cCI6IkpXVCIsImtpZCI6ImsifQ.e30.e30";
    for token in [strange, "garbage", "a.b.c", "e30.e30.e30"] {
        let refusal = tokens.verify(token).await.unwrap_err().to_string();
        assert!(
            !refusal.contains("forged") && !refusal.contains('\n'),
            "{refusal}"
        );
    }
}
