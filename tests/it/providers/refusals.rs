//! Each attack with a token of a provider, or what looks like one, and what it gets: nothing, and no word why.

use api::views::Role;
use entity::external_id;
use futures::future::join_all;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    database::{TestDatabase, each_database},
    fixtures,
};

use super::{
    AUDIENCE, assert_is, assert_refused, claims, hub,
    issuer::{Issuer, Key},
    settings, who, with,
};

/// Runs `test` with a provider and a hub on each engine that takes its tokens, with `more` settings.
async fn each_hub(more: &[(&str, &str)], test: impl AsyncFn(&TestApp, &Issuer)) {
    let run = async |database: TestDatabase| {
        let issuer = Issuer::start();
        let app = hub(database, &settings(0, &issuer.url, more)).await;
        fixtures::user(&app.database, "Ada Byron", &[Role::SalesRep]).await;
        test(&app, &issuer).await;
        app.stop().await;
    };
    join_all(each_database().map(run)).await;
}

/// Tokens that are as good as that of Ada, but for one thing.
fn forged(issuer: &Issuer) -> Vec<(&'static str, String)> {
    let (key, good) = (issuer.key(), claims(issuer));
    let signed = issuer.sign(&good);
    let parts: Vec<_> = signed.split('.').collect();
    let claimed = |changes| key.sign(&with(&good, changes));
    let with_header = |change: &dyn Fn(&mut Header)| {
        let mut header = key.header();
        change(&mut header);
        key.sign_with(&header, &good)
    };
    // {"alg":"none","typ":"JWT","kid":"first"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIiwia2lkIjoiZmlyc3QifQ";
    let public = key.public()["x"].as_str().unwrap().to_owned();
    let symmetric = Header {
        kid: key.header().kid,
        ..Header::new(Algorithm::HS256)
    };
    let confused = |secret: &EncodingKey| encode(&symmetric, &good, secret).unwrap();
    let admin = issuer.sign(&with(&good, json!({ "sub": "admin" })));
    let tampered: Vec<_> = admin.split('.').collect();
    let now = TestApp::now().timestamp();
    vec![
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("alg none", format!("{none}.{}.", parts[1])),
        (
            "alg none, signed",
            format!("{none}.{}.{}", parts[1], parts[2]),
        ),
        (
            "HS256 with the public key as text",
            confused(&EncodingKey::from_secret(public.as_bytes())),
        ),
        (
            "HS256 with the public key",
            confused(&EncodingKey::from_base64_secret(&base64(&public)).unwrap()),
        ),
        (
            "another's claims",
            format!("{}.{}.{}", parts[0], tampered[1], parts[2]),
        ),
        ("another key of that name", Key::new("first").sign(&good)),
        ("unknown kid", Key::new("third").sign(&good)),
        (
            "a kid with a path",
            with_header(&|header| header.kid = Some("../../../dev/null".to_owned())),
        ),
        (
            "a kid with SQL",
            with_header(&|header| header.kid = Some("' OR '1'='1".to_owned())),
        ),
        ("a key of its own", {
            let own = Key::new("own");
            let jwk = serde_json::from_value(own.public()).unwrap();
            let header = Header {
                jwk: Some(jwk),
                ..own.header()
            };
            own.sign_with(&header, &good)
        }),
        (
            "crit",
            with_header(&|header| header.crit = Some(vec!["exp".to_owned()])),
        ),
        (
            "a logout token",
            with_header(&|header| header.typ = Some("logout+jwt".to_owned())),
        ),
        ("no iss", claimed(json!({ "iss": null }))),
        (
            "another iss",
            claimed(json!({ "iss": format!("{}/", issuer.url) })),
        ),
        ("iss is a list", claimed(json!({ "iss": [issuer.url] }))),
        ("the hub's own iss", claimed(json!({ "iss": "revhub" }))),
        ("no aud", claimed(json!({ "aud": null }))),
        ("another aud", claimed(json!({ "aud": "urn:revhub2" }))),
        (
            "other auds",
            claimed(json!({ "aud": ["account", { "urn:revhub": true }] })),
        ),
        ("no sub", claimed(json!({ "sub": null }))),
        ("an empty sub", claimed(json!({ "sub": "" }))),
        ("no exp", claimed(json!({ "exp": null }))),
        ("no iat", claimed(json!({ "iat": null }))),
        ("expired", claimed(json!({ "exp": now - 5 }))),
        ("not yet valid", claimed(json!({ "nbf": now + 6 }))),
        ("not yet signed", claimed(json!({ "iat": now + 6 }))),
        (
            "bound to a key",
            claimed(json!({ "cnf": { "jkt": "0ZcOCORZNYy" } })),
        ),
        (
            "an address that is not verified",
            claimed(json!({ "email_verified": false })),
        ),
        ("no address", claimed(json!({ "email": null }))),
        (
            "a stranger",
            claimed(json!({ "email": "mallory@example.com" })),
        ),
        ("a pattern", claimed(json!({ "email": "%@example.com" }))),
    ]
}

/// The same bytes in the alphabet of base64 that the library wants a secret in.
fn base64(url_safe: &str) -> String {
    url_safe.replace('-', "+").replace('_', "/") + "="
}

#[tokio::test]
async fn a_token_that_is_not_right_in_every_way_is_refused() {
    each_hub(&[], async |app, issuer| {
        let good = issuer.sign(&claims(issuer));
        assert_is(&who(app, &good).await, "Ada Byron", &["SALES_REP"]);
        for (attack, token) in forged(issuer) {
            let _before = app.take_statements();
            assert_refused(&who(app, &token).await, attack);
            let looked_up = !app.take_statements().is_empty();
            let asked_for = ["a stranger", "a pattern"].contains(&attack);
            assert_eq!(looked_up, asked_for, "{attack} costs statements");
        }
        for aud in [json!([AUDIENCE]), json!(["account", AUDIENCE])] {
            let token = issuer.sign(&with(&claims(issuer), json!({ "aud": aud })));
            assert_is(&who(app, &token).await, "Ada Byron", &["SALES_REP"]);
        }
        for typ in [None, Some("at+jwt"), Some("application/at+JWT")] {
            let mut header = issuer.key().header();
            header.typ = typ.map(str::to_owned);
            let token = issuer.key().sign_with(&header, &claims(issuer));
            assert_is(&who(app, &token).await, "Ada Byron", &["SALES_REP"]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_nobody_named_lets_nobody_in() {
    each_hub(&[], async |app, _issuer| {
        let stranger = Issuer::start();
        let token = stranger.sign(&claims(&stranger));
        assert_refused(&who(app, &token).await, "a stranger's");
        assert!(stranger.asked().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_token_of_16_kib_is_read_and_a_longer_one_is_not() {
    each_hub(&[], async |app, issuer| {
        let padded = |length: usize| {
            let groups = json!({ "groups": ["x".repeat(length)] });
            issuer.sign(&with(&claims(issuer), groups))
        };
        let mut longest = 11_800;
        while padded(longest + 1).len() <= 16 * 1024 {
            longest += 1;
        }
        let token = padded(longest);
        assert_is(&who(app, &token).await, "Ada Byron", &["SALES_REP"]);
        assert_refused(&who(app, &padded(longest + 1)).await, "too long");
    })
    .await;
}

#[tokio::test]
async fn a_user_who_left_or_never_came_is_refused() {
    each_hub(&[], async |app, issuer| {
        let user = fixtures::user(&app.database, "Grace Hopper", &[Role::Marketer]).await;
        let token = with(
            &claims(issuer),
            json!({ "email": "Grace.Hopper@Example.com" }),
        );
        let token = issuer.sign(&token);
        assert_is(&who(app, &token).await, "Grace Hopper", &["MARKETER"]);
        let mut user = user.into_active_model();
        user.active = Set(false);
        let user = user.update(app.database.writes()).await.unwrap();
        app.forget_callers();
        assert_refused(&who(app, &token).await, "not active");
        let mut user = user.into_active_model();
        user.active = Set(true);
        user.deleted_at = Set(Some(TestApp::now()));
        user.update(app.database.writes()).await.unwrap();
        assert_refused(&who(app, &token).await, "deleted");
    })
    .await;
}

#[tokio::test]
async fn roles_of_the_provider_stand_in_for_those_of_the_user() {
    let more = [
        ("ROLES__CLAIM", "groups"),
        ("ROLES__MAP__REPORTS", "ANALYST"),
        ("ROLES__MAP__FIELD", "SALES_REP"),
    ];
    each_hub(&more, async |app, issuer| {
        let token =
            |groups: Value| issuer.sign(&with(&claims(issuer), json!({ "groups": groups })));
        let both = who(app, &token(json!(["field", "reports", "canteen"]))).await;
        assert_is(&both, "Ada Byron", &["SALES_REP", "ANALYST"]);
        let one = who(app, &token(json!(["reports"]))).await;
        assert_is(&one, "Ada Byron", &["ANALYST"]);
        assert_refused(&who(app, &token(json!(["canteen"]))).await, "no role");
        assert_refused(&who(app, &token(json!(["ADMIN"]))).await, "no group");
        // Their own tokens would have the roles of the hub.
        let own = "mutation { createPersonalToken(input: {name: \"a\"}) { token } }";
        let made = app.graphql(&token(json!(["field"])), own, json!({})).await;
        assert_eq!(made.codes(), ["FORBIDDEN_SCOPE"]);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_only_looks_like_a_users_is_none() {
    each_hub(&[], async |app, issuer| {
        fixtures::user(&app.database, "Karl Key", &[Role::Admin]).await;
        // The first letter is the sign of the unit kelvin, whose small letter is `k`.
        for (address, found) in [
            ("KARL.key@Example.com", true),
            ("\u{212a}arl.key@example.com", false),
        ] {
            let token = issuer.sign(&with(&claims(issuer), json!({ "email": address })));
            let answer = who(app, &token).await;
            assert_eq!(answer.status.is_success(), found, "{address}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_user_is_found_by_what_the_provider_calls_them() {
    let more = [
        ("USER__CLAIM", "sub"),
        ("USER__IS", "external_id"),
        ("USER__SYSTEM", "okta"),
    ];
    each_hub(&more, async |app, issuer| {
        let token = issuer.sign(&claims(issuer));
        assert_refused(&who(app, &token).await, "nobody is called that");
        let user = fixtures::user(&app.database, "Grace Hopper", &[Role::Marketer]).await;
        let known = |entity: &str, system: &str| external_id::Model {
            entity: entity.to_owned(),
            system: system.to_owned(),
            key: "00u1".to_owned(),
            entity_id: user.id,
            created_at: TestApp::now(),
        };
        for (entity, system, found) in [
            ("user", "salesforce", false),
            ("lead", "okta", false),
            ("user", "okta", true),
        ] {
            let row = known(entity, system).into_active_model();
            let insert = external_id::Entity::insert(row);
            let inserted = insert.exec_without_returning(app.database.writes());
            inserted.await.unwrap();
            let answer = who(app, &token).await;
            if found {
                assert_is(&answer, "Grace Hopper", &["MARKETER"]);
            } else {
                assert_refused(&answer, system);
            }
        }
    })
    .await;
}
