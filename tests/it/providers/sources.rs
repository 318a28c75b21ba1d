//! Where a provider's keys may come from, and which of them count.

use api::{auth::Refusal, clock::Clock};
use jsonwebtoken::Header;
use serde_json::{Value, json};
use tests::app::TestApp;

use super::{
    claims,
    issuer::{Issuer, KEYS, Key, METADATA},
    providers, settings, taking, verify,
};

/// Whether a token of `issuer` is taken now.
async fn is_taken(issuer: &Issuer, more: &[(&str, &str)]) -> bool {
    let providers = taking(issuer, more, &Clock::fixed(TestApp::now()));
    let token = issuer.sign(&claims(issuer));
    verify(&providers, issuer, &token).await.is_ok()
}

/// What is wrong with the provider, as an operator reads it.
async fn problem(issuer: &Issuer) -> String {
    let providers = taking(issuer, &[], &Clock::fixed(TestApp::now()));
    let mut probed = providers.probe().await;
    let (name, found) = probed.remove(0);
    assert_eq!(name, issuer.url);
    found.unwrap_err()
}

#[tokio::test]
async fn keys_are_where_the_settings_say() {
    let issuer = Issuer::start();
    issuer.answers(METADATA, "404 Not Found", "");
    assert!(!is_taken(&issuer, &[]).await);
    let url = format!("{}{KEYS}", issuer.url);
    assert!(is_taken(&issuer, &[("JWKS_URL", &url)]).await);
}

#[tokio::test]
async fn an_issuer_may_end_with_a_slash() {
    let mut issuer = Issuer::start();
    let keys = format!("{}{KEYS}", issuer.url);
    issuer.url.push('/');
    issuer.says(METADATA, &json!({ "issuer": issuer.url, "jwks_uri": keys }));
    assert!(is_taken(&issuer, &[]).await);
    let without = issuer.url.trim_end_matches('/').to_owned();
    let clock = Clock::fixed(TestApp::now());
    let other = providers(&settings(0, &without, &[]), &clock);
    let token = issuer.sign(&claims(&issuer));
    assert_eq!(other.verify(&issuer.url, &token).await, None);
    assert_eq!(other.issuer_of(&token), None);
}

#[tokio::test]
async fn what_is_not_a_provider_of_that_name_has_no_keys() {
    let issuer = Issuer::start();
    let keys = format!("{}{KEYS}", issuer.url);
    let metadata = |issuer: &str, keys: &str| json!({ "issuer": issuer, "jwks_uri": keys });
    for (says, told) in [
        (
            metadata("https://elsewhere.example", &keys),
            "is of another issuer",
        ),
        (
            metadata(&issuer.url, "http://example.com/keys"),
            "does not begin with https://",
        ),
        (
            metadata(&issuer.url, "file:///etc/passwd"),
            "does not begin with https://",
        ),
        (metadata(&issuer.url, "keys"), "is no URL"),
        (
            json!({ "issuer": issuer.url }),
            "has no `issuer` and `jwks_uri`",
        ),
        (json!([]), "has no `issuer` and `jwks_uri`"),
    ] {
        issuer.says(METADATA, &says);
        let problem = problem(&issuer).await;
        assert!(problem.contains(told), "{problem}");
        assert!(!is_taken(&issuer, &[]).await, "{says}");
    }
}

#[tokio::test]
async fn an_answer_that_leads_elsewhere_or_never_ends_is_none() {
    let issuer = Issuer::start();
    let (moved, keys) = (Issuer::start(), json!({ "keys": [issuer.key().public()] }));
    moved.says(KEYS, &keys);
    let moved = format!("302 Found\r\nLocation: {}{KEYS}", moved.url);
    let padded = |length| format!("{keys}{}", " ".repeat(length - keys.to_string().len()));
    let megabyte = 1024 * 1024;
    for (status, body, told) in [
        (moved.as_str(), String::new(), "answers with 302 Found"),
        ("200 OK", padded(megabyte + 1), "more than 1048576 bytes"),
        ("200 OK", "<html>".to_owned(), "not a JSON Web Key Set"),
        (
            "200 OK",
            r#"{"keys":{}}"#.to_owned(),
            "not a JSON Web Key Set",
        ),
        (
            "200 OK",
            r#"{"keys":[]}"#.to_owned(),
            "none of its keys can be used",
        ),
        (
            "500 Internal Server Error",
            keys.to_string(),
            "answers with 500",
        ),
    ] {
        issuer.answers(KEYS, status, &body);
        let problem = problem(&issuer).await;
        assert!(problem.contains(told), "{problem}");
        assert!(!is_taken(&issuer, &[]).await, "{told}");
    }
    issuer.answers(KEYS, "200 OK", &padded(megabyte));
    assert!(is_taken(&issuer, &[]).await);
}

#[tokio::test]
async fn nobody_waits_longer_than_five_seconds() {
    let issuer = Issuer::start();
    issuer.hold(true);
    let started = std::time::Instant::now();
    assert!(!is_taken(&issuer, &[]).await);
    let waited = started.elapsed().as_secs();
    assert!((5..7).contains(&waited), "{waited}");
    issuer.hold(false);
}

/// `key` with other members; null takes one out.
fn changed(key: &Value, members: Value) -> Value {
    super::with(key, members)
}

#[tokio::test]
async fn only_a_key_for_this_algorithm_and_for_signatures_counts() {
    let issuer = Issuer::start();
    let key = issuer.key().public();
    for (members, counts) in [
        (json!({}), true),
        (json!({ "alg": null }), true),
        (json!({ "use": "sig", "key_ops": ["verify"] }), true),
        (json!({ "x5c": 1 }), false),
        (json!({ "use": "enc" }), false),
        (json!({ "key_ops": ["encrypt"] }), false),
        (json!({ "alg": "RS256" }), false),
        (json!({ "alg": "Ed448" }), false),
        (json!({ "crv": "P-256" }), false),
        (json!({ "kid": "another" }), false),
        (json!({ "kid": null }), false),
        (json!({ "kty": "oct", "k": key["x"] }), false),
    ] {
        // One that makes no sense spoils no other.
        let strange = json!({ "kty": "LATTICE", "kid": 7 });
        let keys = json!([strange, changed(&key, members.clone())]);
        issuer.says(KEYS, &json!({ "keys": keys }));
        assert_eq!(is_taken(&issuer, &[]).await, counts, "{members}");
    }
}

#[tokio::test]
async fn an_algorithm_that_the_settings_leave_out_is_refused() {
    let issuer = Issuer::start();
    assert!(is_taken(&issuer, &[("ALGORITHMS", "ES256,EdDSA")]).await);
    assert!(!is_taken(&issuer, &[("ALGORITHMS", "ES256,RS256")]).await);
}

#[tokio::test]
async fn a_token_that_names_no_key_is_for_the_only_one() {
    let issuer = Issuer::start();
    let providers = || taking(&issuer, &[], &Clock::fixed(TestApp::now()));
    let (key, other) = (issuer.key(), Key::new("second"));
    let header = Header {
        kid: None,
        ..key.header()
    };
    let token = key.sign_with(&header, &claims(&issuer));
    assert!(verify(&providers(), &issuer, &token).await.is_ok());
    issuer.says(KEYS, &json!({ "keys": [key.public(), other.public()] }));
    assert_eq!(
        verify(&providers(), &issuer, &token).await,
        Err(Refusal::Identity("its provider has no such key"))
    );
}
