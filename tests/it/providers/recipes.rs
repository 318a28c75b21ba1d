//! The recipes of `docs/operations.md`: each is read as it stands, and takes tokens as that provider writes them.

use std::fs;

use api::{
    app,
    auth::{Identity, Providers, UserKey},
    clock::Clock,
    config::{Config, Provider, Sources},
};
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    database::{each_database, each_empty_database},
};

use super::{assert_is, claims, hub, issuer::Issuer, settings, who, with};
use crate::program::{revhub, run};

/// What `docs/operations.md` says in TOML where it says `word`.
fn recipe(word: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md");
    let text = fs::read_to_string(path).unwrap();
    let blocks = text.split("```toml\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap().to_owned());
    let mut found = blocks.filter(|block| block.contains(word));
    found
        .next()
        .unwrap_or_else(|| panic!("no recipe says {word}"))
}

/// The provider of a recipe, as a hub reads it.
fn provider(word: &str) -> Provider {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("revhub.toml");
    fs::write(&file, recipe(word)).unwrap();
    let sources = Sources {
        file: Some(file),
        variables: Vec::new(),
    };
    let config = Config::load(sources).unwrap();
    let views = app::views(&config).unwrap();
    app::providers(&config, &views, &Clock::system()).unwrap();
    let [provider] = config.providers() else {
        panic!("{word}: one provider is expected")
    };
    provider.clone()
}

/// Whom a token with these claims stands for, signed by somebody who can.
async fn identity(mut provider: Provider, issuer: &Issuer, changes: Value) -> Identity {
    provider.issuer.clone_from(&issuer.url);
    let providers = Providers::new(&[provider], &Clock::fixed(TestApp::now())).unwrap();
    let claims = with(
        &claims(issuer),
        json!({ "email": null, "email_verified": null }),
    );
    let token = issuer.sign(&with(&claims, changes));
    let verified = providers.verify(&issuer.url, &token).await.unwrap();
    verified.unwrap()
}

#[tokio::test]
async fn each_provider_is_understood() {
    let issuer = Issuer::start();
    let key = |system: &str, key: &str| UserKey::ExternalId {
        system: system.to_owned(),
        key: key.to_owned(),
    };
    let ada = UserKey::Email("ada@example.com".to_owned());
    for (word, claims, user, roles) in [
        (
            "/realms/",
            json!({
                "aud": ["revhub", "account"],
                "typ": "Bearer",
                "azp": "front-end",
                "realm_access": { "roles": ["offline_access", "revhub-sales"] },
                "email": "ada@example.com",
                "email_verified": true,
            }),
            ada.clone(),
            Some("SALES_REP"),
        ),
        (
            "login.microsoftonline.com",
            json!({
                "aud": "a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf",
                "nbf": TestApp::now().timestamp(),
                "oid": "5a1f",
                "roles": ["Revenue.Reports"],
                "ver": "2.0",
            }),
            key("entra", "5a1f"),
            Some("ANALYST"),
        ),
        (
            "okta.com",
            json!({
                "aud": "api://revhub",
                "sub": "ada@example.com",
                "uid": "00u1",
                "groups": ["Everyone", "Revenue Sales"],
            }),
            key("okta", "00u1"),
            Some("SALES_REP"),
        ),
        (
            "accounts.google.com",
            json!({
                "aud": "1234567890-abc.apps.googleusercontent.com",
                "email": "ada@example.com",
                "email_verified": true,
            }),
            ada,
            None,
        ),
    ] {
        let found = identity(provider(word), &issuer, claims).await;
        assert_eq!(found.user, user, "{word}");
        assert_eq!(
            found.roles,
            roles.map(|role| vec![role.to_owned()]),
            "{word}"
        );
    }
}

#[tokio::test]
async fn who_was_imported_with_their_id_is_known_by_it() {
    for database in each_database() {
        let folder = tempfile::tempdir().unwrap();
        let mapping = recipe("provider-users");
        fs::write(folder.path().join("provider-users.toml"), mapping).unwrap();
        let people = "id,name,email\n00u1,Ada Byron,ada.byron@example.com\n";
        fs::write(folder.path().join("people.csv"), people).unwrap();
        let import = ["import", "--map", "provider-users.toml", "people.csv"];
        let imported = run(revhub(&database, &folder, &import));
        assert!(imported.status.success(), "{imported:?}");
        let issuer = Issuer::start();
        let more = [
            ("USER__CLAIM", "sub"),
            ("USER__IS", "external_id"),
            ("USER__SYSTEM", "okta"),
        ];
        let app = hub(database, &settings(0, &issuer.url, &more)).await;
        let token = issuer.sign(&claims(&issuer));
        assert_is(&who(&app, &token).await, "Ada Byron", &[]);
        app.stop().await;
    }
}

#[test]
fn the_doctor_asks_each_provider_for_its_keys() {
    let database = each_empty_database().next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let issuer = Issuer::start();
    let doctor = |issuer: &str| {
        let mut doctor = revhub(&database, &folder, &["doctor"]);
        for (name, value) in settings(0, issuer, &[]) {
            doctor.env(format!("REVHUB__{name}"), value);
        }
        let output = run(doctor);
        (
            output.status.success(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (well, report) = doctor(&issuer.url);
    assert!(well, "{report}");
    let found = format!(
        "ok      the identity provider {} answers, and 1 of its keys",
        issuer.url
    );
    assert!(report.contains(&found), "{report}");
    let nobody = "http://127.0.0.1:1";
    let (well, report) = doctor(nobody);
    assert!(!well, "{report}");
    let told = format!("FAILED  the identity provider {nobody}: {nobody}/.well-known/");
    assert!(report.contains(&told), "{report}");
}

#[test]
fn a_role_that_there_is_not_stops_the_start() {
    let database = each_empty_database().next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut serve = revhub(&database, &folder, &["serve"]);
    let more = [("ROLES__CLAIM", "groups"), ("ROLES__MAP__SALES", "BOSS")];
    for (name, value) in settings(0, "http://127.0.0.1:1", &more) {
        serve.env(format!("REVHUB__{name}"), value);
    }
    let output = run(serve);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(
        error.contains("auth.providers.0.roles.map (from REVHUB__AUTH"),
        "{error}"
    );
    assert!(
        error.contains("\"sales\" is \"BOSS\", and there is no such role"),
        "{error}"
    );
}
