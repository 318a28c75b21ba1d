//! What tokens may be used for, from where, and who sees them.

use std::time::{Duration, Instant};

use api::{
    auth::{Authenticator, Credentials},
    services::follower,
    views::Role,
};
use chrono::TimeDelta;
use entity::api_token;
use reqwest::StatusCode;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::json;
use tests::{
    app::{Bearer, TestApp, each_app},
    client::Response,
    database::each_database,
    fixtures,
};
use uuid::Uuid;

use super::{CREATE, REVOKE, ROTATE, WHO, input, made, tokens};

#[tokio::test]
async fn nobody_changes_anything_with_the_eyes_of_another_role_or_by_get() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let body =
            json!({ "query": CREATE, "variables": input(&json!({ "name": "a", "role": "ADMIN" })) });
        let request = app
            .http
            .post(format!("{}/graphql", app.url))
            .bearer_auth(&admin)
            .header("content-type", "application/json")
            .header("view-as", "ADMIN")
            .body(body.to_string());
        let before = tokens(app).await.len();
        let answer = Response::read(request.send().await.unwrap()).await;
        assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"]);
        let query = "mutation%7BrevokeToken(input:%7Bid:%22x%22%7D)%7BapiToken%7Bid%7D%7D%7D";
        let request = app
            .http
            .get(format!("{}/graphql?query={query}", app.url))
            .bearer_auth(&admin);
        let answer = Response::read(request.send().await.unwrap()).await;
        assert_eq!(answer.codes(), ["METHOD_NOT_ALLOWED"]);
        assert_eq!(tokens(app).await.len(), before);
    })
    .await;
}

#[tokio::test]
async fn a_mutation_that_says_the_same_field_twice_does_not_run() {
    each_app(async |app| {
        let ada = fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await;
        let admin = app.token_of(&ada.email).await;
        let one = "createPersonalToken(input: {name: \"a\"})";
        for twice in [
            format!("mutation {{ {one} {{ token }} {one} {{ apiToken {{ id }} }} }}"),
            format!("mutation {{ {one} {{ token }} ...F }} fragment F on Mutation {{ {one} {{ token }} }}"),
            format!("mutation {{ {one} {{ token }} ... {{ {one} {{ token }} }} }}"),
        ] {
            let before = tokens(app).await.len();
            let answer = app.graphql(&admin, &twice, json!({})).await;
            assert_eq!(answer.codes(), ["GRAPHQL_VALIDATION_FAILED"], "{twice}");
            assert_eq!(tokens(app).await.len(), before);
        }
        let both = format!("mutation {{ a: {one} {{ token }} b: {one} {{ token }} }}");
        let answer = app.graphql(&admin, &both, json!({})).await;
        assert_ne!(answer.data()["a"], answer.data()["b"]);
    })
    .await;
}

#[tokio::test]
async fn scopes_narrow_what_may_be_read_and_done() {
    each_app(async |app| {
        let asked = "{ leads { totalCount } viewer { write: can(action: \"update\", entity: LEAD) \
                     feedback: can(action: \"give\", entity: FEEDBACK) views { entity rows export } } }";
        let role = || Bearer::Service { name: "a system".to_owned(), role: "ADMIN".to_owned() };
        for (scopes, rows, write, feedback, export) in [
            (&["*:read"][..], "all", false, false, false),
            (&["lead:read"], "all", false, false, false),
            (&["lead:write"], "none", true, false, false),
            (&["*:write"], "none", true, true, false),
            (&["lead:read", "feedback:write", "export:run"], "all", false, true, true),
        ] {
            let token = app.issue(role(), scopes).await.unwrap().token;
            let answer = app.graphql(&token, asked, json!({})).await;
            let viewer = &answer.data()["viewer"];
            let lead = viewer["views"].as_array().unwrap().iter().find(|view| view["entity"] == "LEAD");
            let lead = lead.unwrap();
            assert_eq!(
                (&lead["rows"], &viewer["write"], &viewer["feedback"], &lead["export"]),
                (&json!(rows), &json!(write), &json!(feedback), &json!(export)),
                "{scopes:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn everybody_sees_their_own_tokens_and_an_administrator_all() {
    each_app(async |app| {
        let rep = fixtures::user(&app.database, "Rita Rep", &[Role::SalesRep]).await;
        let other = fixtures::user(&app.database, "Otto Other", &[Role::RevenueLeader]).await;
        let (rep, other) = (
            app.token_of(&rep.email).await,
            app.token_of(&other.email).await,
        );
        let system = app.token_for(Role::Analyst).await;
        let admin = app.token_for(Role::Admin).await;
        let asked = "{ apiTokens { totalCount nodes { name } } apiTokenAggregate { count } \
                     apiTokenGroups(by: [{name: VALUE}]) { key { name } count } }";
        let all = [
            "Otto Other",
            "Rita Rep",
            "a ADMIN of the tests",
            "a ANALYST of the tests",
        ];
        for (token, names) in [
            (&rep, &["Rita Rep"][..]),
            (&other, &["Otto Other"]),
            (&system, &[]),
            (&admin, &all),
        ] {
            let answer = app.graphql(token, asked, json!({})).await;
            let data = answer.data();
            let mut seen: Vec<_> = data["apiTokens"]["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|node| node["name"].as_str().unwrap())
                .collect();
            seen.sort_unstable();
            assert_eq!(seen, names);
            assert_eq!(data["apiTokens"]["totalCount"], names.len());
            assert_eq!(data["apiTokenAggregate"]["count"], names.len());
            assert_eq!(
                data["apiTokenGroups"].as_array().unwrap().len(),
                names.len()
            );
        }
        // And takes back no other, which is no more there than one that never was.
        let theirs = app
            .graphql(&other, "{ apiTokens { nodes { id } } }", json!({}))
            .await;
        let id = theirs.data()["apiTokens"]["nodes"][0]["id"].clone();
        for id in [
            id,
            json!("tok_00000000000000000000000000000000"),
            json!("lead_1"),
            json!(""),
        ] {
            for mutation in [REVOKE, ROTATE] {
                let answer = app
                    .graphql(&rep, mutation, input(&json!({ "id": id })))
                    .await;
                assert_eq!(answer.codes(), ["NOT_FOUND"]);
            }
            let query = "query($id: ID!) { apiToken(id: $id) { name } }";
            let answer = app.graphql(&rep, query, json!({ "id": id })).await;
            assert_eq!(answer.data(), &json!({ "apiToken": null }));
        }
        let _answered = app.graphql(&other, WHO, json!({})).await.data();
    })
    .await;
}

#[tokio::test]
async fn a_token_for_some_networks_is_refused_from_others() {
    for database in each_database() {
        let app =
            TestApp::start_with(database, &[("SERVER__TRUSTED_PROXIES", "127.0.0.0/8")]).await;
        let admin = app.token_for(Role::Admin).await;
        let of = json!({ "name": "etl", "role": "ANALYST", "ipAllow": ["192.0.2.0/24", "2001:db8::/32"] });
        let (token, _) = made(&app, &admin, of).await;
        let status = async |forwarded: Option<&str>| {
            let mut request = app
                .http
                .post(format!("{}/graphql", app.url))
                .bearer_auth(&token)
                .header("content-type", "application/json");
            if let Some(forwarded) = forwarded {
                request = request.header("x-forwarded-for", forwarded);
            }
            let body = json!({ "query": WHO }).to_string();
            request.body(body).send().await.unwrap().status()
        };
        for (forwarded, expected) in [
            (None, StatusCode::UNAUTHORIZED),
            (Some("192.0.2.77"), StatusCode::OK),
            (Some("192.0.3.77"), StatusCode::UNAUTHORIZED),
            (Some("2001:db8::7"), StatusCode::OK),
            // What the caller wrote stands before what the proxy did.
            (Some("192.0.2.77, 198.51.100.1"), StatusCode::UNAUTHORIZED),
        ] {
            assert_eq!(status(forwarded).await, expected, "{forwarded:?}");
        }
        app.stop().await;
    }
}

#[tokio::test]
async fn it_is_known_about_when_a_token_was_last_used() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let (token, id) = made(app, &admin, json!({ "name": "etl", "role": "ANALYST" })).await;
        let (_unused, other) =
            made(app, &admin, json!({ "name": "idle", "role": "ANALYST" })).await;
        let _answered = app.graphql(&token, WHO, json!({})).await.data();
        app.clock.set(TestApp::now() + TimeDelta::seconds(40));
        follower::record_use(&app.database, &app.issuer().known, &app.clock).await;
        let used = "query($id: ID!) { apiToken(id: $id) { lastUsedAt } }";
        for (id, at) in [
            (id, json!("2026-11-22T12:00:40.000000Z")),
            (other, json!(null)),
        ] {
            let answer = app.graphql(&admin, used, json!({ "id": id })).await;
            assert_eq!(answer.data()["apiToken"]["lastUsedAt"], at);
        }
    })
    .await;
}

#[tokio::test]
async fn ten_thousand_tokens_cost_no_statement_and_next_to_no_time() {
    each_app(async |app| {
        let like = app.token_for(Role::Analyst).await;
        let row = tokens(app).await.pop().unwrap();
        let tx = app.database.begin().await.unwrap();
        for chunk in (0..10_000).collect::<Vec<_>>().chunks(500) {
            let rows = chunk.iter().map(|_| {
                let row = api_token::Model {
                    id: Uuid::now_v7(),
                    ..row.clone()
                };
                row.into_active_model().reset_all()
            });
            api_token::Entity::insert_many(rows)
                .exec(&tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let _answered = app.graphql(&like, WHO, json!({})).await.data();
        let _before = app.take_lookups();
        for _ in 0..100 {
            let _answered = app.graphql(&like, WHO, json!({})).await.data();
        }
        // Where this machine was too busy to look for changes for a second, once more each time.
        assert!(app.take_lookups() < 10);

        let issuer = app.issuer();
        let authenticator = Authenticator::new(
            issuer.tokens.clone(),
            app.database.clone(),
            issuer.views.clone(),
            app.clock.clone(),
            issuer.known.clone(),
        );
        let authorization = format!("Bearer {like}");
        let credentials = Credentials {
            authorization: Some(&authorization),
            view_as: None,
            address: None,
        };
        let mut best = Duration::MAX;
        for _ in 0..20 {
            let began = Instant::now();
            for _ in 0..100 {
                authenticator.viewer(&credentials).await.unwrap();
            }
            best = best.min(began.elapsed() / 100);
        }
        assert!(best < Duration::from_micros(50), "{best:?}");
    })
    .await;
}
