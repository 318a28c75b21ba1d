//! Whom a token stands for, by what it says.

use api::{
    auth::{Identity, Refusal, UserKey},
    clock::Clock,
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::app::TestApp;

use super::{claims, issuer::Issuer, taking, verify, with};

/// Whom a good token with `changes` stands for, with `more` settings.
async fn identity(
    issuer: &Issuer,
    more: &[(&str, &str)],
    changes: Value,
) -> Result<Identity, Refusal> {
    let providers = taking(issuer, more, &Clock::fixed(TestApp::now()));
    let token = issuer.sign(&with(&claims(issuer), changes));
    verify(&providers, issuer, &token).await
}

fn ada() -> UserKey {
    UserKey::Email("ada.byron@example.com".to_owned())
}

#[tokio::test]
async fn a_user_is_known_by_an_address_that_the_provider_has_verified() {
    let issuer = Issuer::start();
    let unverified =
        Refusal::Identity("its provider does not say that the e-mail address is verified");
    for (verified, taken) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(false), false),
        (json!("yes"), false),
        (json!(1), false),
        (Value::Null, false),
    ] {
        let claims = json!({ "email_verified": verified });
        let found = identity(&issuer, &[], claims.clone()).await;
        let expected = if taken {
            Ok(ada())
        } else {
            Err(unverified.clone())
        };
        assert_eq!(found.map(|identity| identity.user), expected);
        let assumed = [("USER__VERIFIED_EMAIL", "assumed")];
        let found = identity(&issuer, &assumed, claims).await;
        assert_eq!(found.unwrap().user, ada());
    }
}

#[tokio::test]
async fn a_user_is_known_by_what_the_provider_calls_them() {
    let issuer = Issuer::start();
    let known = |claim: &'static str| {
        [
            ("USER__CLAIM", claim),
            ("USER__IS", "external_id"),
            ("USER__SYSTEM", "okta"),
        ]
    };
    let key = |key: &str| UserKey::ExternalId {
        system: "okta".to_owned(),
        key: key.to_owned(),
    };
    let nobody = Refusal::Identity("it does not say whose it is");
    let long = "x".repeat(256);
    for (claim, claims, expected) in [
        ("sub", json!({}), Ok(key("00u1"))),
        ("ids.crm", json!({ "ids": { "crm": "7" } }), Ok(key("7"))),
        (
            "https://example.com/id",
            json!({ "https://example.com/id": "8" }),
            Ok(key("8")),
        ),
        ("oid", json!({}), Err(nobody.clone())),
        ("oid", json!({ "oid": "" }), Err(nobody.clone())),
        ("oid", json!({ "oid": 7 }), Err(nobody.clone())),
        ("oid", json!({ "oid": ["7"] }), Err(nobody.clone())),
        ("oid", json!({ "oid": long }), Err(nobody.clone())),
        ("ids.crm", json!({ "ids": "7" }), Err(nobody.clone())),
    ] {
        let found = identity(&issuer, &known(claim), claims.clone()).await;
        assert_eq!(found.map(|identity| identity.user), expected, "{claims}");
    }
}

#[tokio::test]
async fn roles_are_those_of_the_hub_unless_the_provider_says_them() {
    let issuer = Issuer::start();
    let found = identity(&issuer, &[], json!({ "groups": ["sales"] })).await;
    assert_eq!(found.unwrap().roles, None);
    let said = |claim: &'static str| {
        [
            ("ROLES__CLAIM", claim),
            ("ROLES__MAP__SALES", "SALES_REP"),
            ("ROLES__MAP__FIELD-SALES", "SALES_REP"),
            ("ROLES__MAP__REPORTS", "ANALYST"),
        ]
    };
    let none = Refusal::Identity("its provider says no role of this hub");
    for (claim, claims, expected) in [
        (
            "groups",
            json!({ "groups": ["reports", "canteen", "sales", "field-sales"] }),
            Some(vec!["ANALYST", "SALES_REP"]),
        ),
        (
            "groups",
            json!({ "groups": "sales" }),
            Some(vec!["SALES_REP"]),
        ),
        (
            "realm_access.roles",
            json!({ "realm_access": { "roles": ["reports"] } }),
            Some(vec!["ANALYST"]),
        ),
        (
            "groups",
            json!({ "groups": ["canteen", "SALES", 7, ["sales"]] }),
            None,
        ),
        ("groups", json!({ "groups": "sales reports" }), None),
        ("groups", json!({ "groups": [] }), None),
        ("groups", json!({}), None),
    ] {
        let found = identity(&issuer, &said(claim), claims.clone()).await;
        let expected = expected.map(|roles| roles.into_iter().map(str::to_owned).collect());
        let expected = expected.ok_or(none.clone()).map(Some);
        assert_eq!(found.map(|identity| identity.roles), expected, "{claims}");
    }
}

#[tokio::test]
async fn a_token_is_valid_from_its_start_to_its_end() {
    let issuer = Issuer::start();
    let now = TestApp::now().timestamp();
    let wrong = |claim: &str| {
        Err(Refusal::Invalid(format!(
            "its `{claim}` is missing or wrong"
        )))
    };
    for (claims, expected) in [
        (json!({ "exp": now - 4 }), Ok(())),
        (json!({ "exp": now - 5 }), Err(Refusal::Expired)),
        (json!({ "iat": now + 5 }), Ok(())),
        (json!({ "iat": now + 6 }), Err(Refusal::NotYet)),
        (json!({ "nbf": now + 5 }), Ok(())),
        (json!({ "nbf": now + 6 }), Err(Refusal::NotYet)),
        (json!({ "exp": 1.9e9, "iat": 1.5e9 }), Ok(())),
        (json!({ "exp": "2100-01-01" }), wrong("exp")),
        (json!({ "exp": 1e300 }), wrong("exp")),
        (json!({ "exp": -1 }), Err(Refusal::Expired)),
        (json!({ "nbf": "now" }), wrong("nbf")),
    ] {
        let found = identity(&issuer, &[], claims.clone()).await;
        assert_eq!(found.map(drop), expected, "{claims}");
    }
    let token = json!({ "nbf": now - 60, "iat": now - 90 });
    let found = identity(&issuer, &[], token).await.unwrap();
    assert_eq!(found.valid_from, TestApp::now() - TimeDelta::seconds(60));
    assert_eq!(found.valid_until, TestApp::now() + TimeDelta::hours(1));
}

#[tokio::test]
async fn one_person_has_one_number_whatever_their_token() {
    let (issuer, other) = (Issuer::start(), Issuer::start());
    let number = async |issuer: &Issuer, changes| {
        let found = identity(issuer, &[], changes).await;
        found.unwrap().subject
    };
    let ada = number(&issuer, json!({})).await;
    assert_eq!(ada, number(&issuer, json!({ "jti": "other" })).await);
    assert_ne!(ada, number(&issuer, json!({ "sub": "00u2" })).await);
    assert_ne!(ada, number(&other, json!({})).await);
}
