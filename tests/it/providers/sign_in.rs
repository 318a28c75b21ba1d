//! People sign in at a real provider, the package `oidc-provider`, and bring its tokens to the hub.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use api::views::Role;
use chrono::{TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{app::TestApp, database::each_database, fixtures, npm::Workshop};

use super::{AUDIENCE, assert_is, assert_refused, hub, settings, who};

/// A provider as a process of its own, until it is dropped.
struct OpenIdProvider {
    issuer: String,
    process: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What a person has after they signed in.
struct SignedIn {
    access_token: String,
    id_token: String,
}

impl OpenIdProvider {
    fn start(workshop: &Workshop) -> Self {
        let mut command = workshop.node("provider.mjs");
        // It has to say that it is not for production; a failure is said by the test.
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let mut answers = BufReader::new(process.stdout.take().unwrap());
        let issuer = answer(&mut answers)["issuer"].as_str().unwrap().to_owned();
        Self {
            issuer,
            commands: process.stdin.take().unwrap(),
            process,
            answers,
        }
    }

    fn run(&mut self, command: &Value) -> Value {
        writeln!(self.commands, "{command}").unwrap();
        answer(&mut self.answers)
    }

    /// Ada signs in, and gets tokens for `resource` that are signed with `algorithm`.
    fn sign_in(&mut self, resource: &str, algorithm: &str) -> SignedIn {
        let signed_in = self.run(&json!({
            "do": "sign-in",
            "sub": "00u1",
            "claims": {
                "email": "ada.byron@example.com",
                "email_verified": true,
                "realm_access": { "roles": ["reports", "offline_access"] },
            },
            "resource": resource,
            "alg": algorithm,
        }));
        let token = |kind: &str| signed_in[kind].as_str().unwrap().to_owned();
        SignedIn {
            access_token: token("access"),
            id_token: token("id"),
        }
    }
}

impl Drop for OpenIdProvider {
    fn drop(&mut self) {
        let _gone_already = self.process.kill();
        let _status = self.process.wait();
    }
}

fn answer(answers: &mut BufReader<ChildStdout>) -> Value {
    let mut line = String::new();
    answers.read_line(&mut line).unwrap();
    serde_json::from_str(&line).expect("the provider ended; run tests/npm/provider.mjs to see why")
}

fn workshop() -> Option<Workshop> {
    Workshop::open(env!("CARGO_TARGET_TMPDIR"))
}

/// A hub that takes tokens of `providers`, with Ada, at the time that the providers have.
async fn start(settings: &[(String, String)]) -> TestApp {
    let database = each_database().next().unwrap();
    let app = hub(database, settings).await;
    app.clock.set(Utc::now());
    fixtures::user(&app.database, "Ada Byron", &[Role::SalesRep]).await;
    app
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_and_the_hub_knows_them() {
    let Some(workshop) = workshop() else {
        return;
    };
    let mut provider = OpenIdProvider::start(&workshop);
    let app = start(&settings(0, &provider.issuer, &[])).await;
    for algorithm in ["RS256", "PS256", "ES256", "ES384", "EdDSA"] {
        let token = provider.sign_in(AUDIENCE, algorithm).access_token;
        assert_is(&who(&app, &token).await, "Ada Byron", &["SALES_REP"]);
    }
    // What is for another resource, or for the front end that they signed in to, is not for the hub.
    let signed_in = provider.sign_in("urn:payroll", "RS256");
    assert_refused(&who(&app, &signed_in.access_token).await, "for others");
    assert_refused(&who(&app, &signed_in.id_token).await, "for the front end");
    // Tokens of the hub itself go on.
    let own = app.token_of("ada.byron@example.com").await;
    assert_is(&who(&app, &own).await, "Ada Byron", &["SALES_REP"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_changes_its_keys_and_goes_down_and_nobody_notices() {
    let Some(workshop) = workshop() else {
        return;
    };
    let mut provider = OpenIdProvider::start(&workshop);
    let app = start(&settings(0, &provider.issuer, &[])).await;
    let old = provider.sign_in(AUDIENCE, "ES256").access_token;
    provider.run(&json!({ "do": "close" }));
    // Nobody can say whether it is a good one: there is no reason to sign in anew.
    let unknown = who(&app, &old).await;
    assert_eq!(unknown.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(unknown.codes(), ["SERVICE_UNAVAILABLE"]);
    provider.run(&json!({ "do": "open" }));
    let later = || app.clock.set(app.clock.now() + TimeDelta::seconds(30));
    later();
    assert_is(&who(&app, &old).await, "Ada Byron", &["SALES_REP"]);

    provider.run(&json!({ "do": "rotate" }));
    later();
    let new = provider.sign_in(AUDIENCE, "ES256").access_token;
    assert_is(&who(&app, &new).await, "Ada Byron", &["SALES_REP"]);
    assert_refused(&who(&app, &old).await, "signed with a key that is gone");

    provider.run(&json!({ "do": "close" }));
    app.clock.set(app.clock.now() + TimeDelta::minutes(58));
    assert_is(&who(&app, &new).await, "Ada Byron", &["SALES_REP"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_providers_at_once_each_by_its_own_rules() {
    let Some(workshop) = workshop() else {
        return;
    };
    let mut staff = OpenIdProvider::start(&workshop);
    let mut partners = OpenIdProvider::start(&workshop);
    let rules = [
        ("AUDIENCES", "urn:partners, front-end"),
        ("ROLES__CLAIM", "realm_access.roles"),
        ("ROLES__MAP__REPORTS", "ANALYST"),
    ];
    let mut both = settings(0, &staff.issuer, &[]);
    both.extend(settings(1, &partners.issuer, &rules));
    let app = start(&both).await;
    let token = staff.sign_in(AUDIENCE, "RS256").access_token;
    assert_is(&who(&app, &token).await, "Ada Byron", &["SALES_REP"]);
    let token = partners.sign_in("urn:partners", "RS256").access_token;
    assert_is(&who(&app, &token).await, "Ada Byron", &["ANALYST"]);
    // The audience of one is not that of the other.
    let token = partners.sign_in(AUDIENCE, "RS256").access_token;
    assert_refused(&who(&app, &token).await, "for the staff");
    let token = staff.sign_in("urn:partners", "RS256").access_token;
    assert_refused(&who(&app, &token).await, "for partners");
    app.stop().await;
}
