//! Who may make endpoints, which make sense, and what is known of them.

use api::views::Role;
use chrono::TimeDelta;
use entity::change;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::app::{Bearer, TestApp, each_app};

use super::{CREATE, DOCUMENT, ask, endpoints};

/// What an administrator may ask for.
fn fine() -> Value {
    json!({
        "system": " data warehouse ", "url": "https://example.com/hooks?token=t0psecret", "role": "ANALYST",
        "entities": ["ACCOUNT"], "document": DOCUMENT,
    })
}

fn with(more: &Value) -> Value {
    let mut input = fine();
    let more = more.as_object().unwrap().clone();
    input.as_object_mut().unwrap().extend(more);
    json!({ "input": input })
}

async fn changes(app: &TestApp) -> Vec<change::Model> {
    let log = change::Entity::find()
        .filter(change::Column::Entity.eq("webhook_endpoint"))
        .order_by_asc(change::Column::Seq);
    log.all(app.database.reads()).await.unwrap()
}

#[tokio::test]
async fn an_administrator_makes_an_endpoint_and_its_secret_is_nowhere() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let answer = app.graphql(&admin, CREATE, with(&json!({}))).await;
        let made = &answer.data()["createWebhookEndpoint"];
        let secret = made["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap();
        let mut row = made["webhookEndpoint"].clone();
        let id = row.as_object_mut().unwrap().shift_remove("id").unwrap();
        assert!(id.as_str().unwrap().starts_with("hook_"));
        assert_eq!(
            row,
            json!({
                "system": "data warehouse", "description": null,
                "url": "https://example.com/hooks?token=t0psecret", "state": "ACTIVE",
                "stateSince": "2026-11-22T12:00:00.000000Z", "role": "ANALYST", "scopes": ["*:read"],
                "entities": ["ACCOUNT"], "kinds": [], "document": DOCUMENT, "previousSecretUntil": null,
                "version": 1,
            })
        );
        let of = "secret webhookEndpoint { previousSecretUntil version }";
        let rotated = ask(app, "rotateWebhookSecret", json!({ "id": id }), of).await;
        let endpoint = json!({ "previousSecretUntil": "2026-11-23T12:00:00.000000Z", "version": 2 });
        assert_eq!(rotated["webhookEndpoint"], endpoint);
        let second = rotated["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap();
        assert_ne!(secret, second);
        let kept = format!("{:?} {:?}", endpoints(app).await, changes(app).await);
        assert!(!kept.contains(secret) && !kept.contains(second));
        // Nor is there a way to ask for it.
        let query = "{ webhookEndpoints { nodes { secret } } }";
        let answer = app.graphql(&admin, query, json!({})).await;
        assert_eq!(answer.codes(), ["GRAPHQL_VALIDATION_FAILED"]);
    })
    .await;
}

#[tokio::test]
async fn nobody_else_makes_endpoints_or_sees_them() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let answer = app.graphql(&admin, CREATE, with(&json!({}))).await;
        let id = answer.data()["createWebhookEndpoint"]["webhookEndpoint"]["id"].clone();
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Admin) {
            let token = app.token_for(role).await;
            let answer = app.graphql(&token, CREATE, with(&json!({}))).await;
            assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"], "{role}");
            let query = "query($id: ID!) { webhookEndpoint(id: $id) { url } webhookEndpoints { totalCount }
                webhookDeliveries { totalCount } node(id: $id) { id } }";
            let answer = app.graphql(&token, query, json!({ "id": id })).await;
            let none = json!({ "totalCount": 0 });
            assert_eq!(
                answer.data(),
                &json!({
                    "webhookEndpoint": null, "webhookEndpoints": none, "webhookDeliveries": none, "node": null,
                }),
                "{role}"
            );
            for field in ["pause", "resume", "delete", "test"] {
                let of = match field {
                    "delete" => "id",
                    "test" => "delivery { id }",
                    _ => "webhookEndpoint { id }",
                };
                let query = format!(
                    "mutation($input: WebhookEndpointInput!) {{ {field}WebhookEndpoint(input: $input) {{ {of} }} }}"
                );
                let input = json!({ "input": { "id": id } });
                let answer = app.graphql(&token, &query, input).await;
                assert_eq!(answer.codes(), ["NOT_FOUND"], "{role} {field}");
            }
        }
        assert_eq!(endpoints(app).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_told_and_makes_no_endpoint() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let document = |text: &str| json!({ "document": text });
        for (wrong, field) in [
            (json!({ "system": "" }), "system"),
            (json!({ "system": "a\nb" }), "system"),
            (json!({ "url": "http://example.com/" }), "url"),
            (json!({ "url": "https://127.0.0.1/" }), "url"),
            (json!({ "url": "https://0x7f.1/" }), "url"),
            (json!({ "url": "https://2130706433/" }), "url"),
            (json!({ "url": "https://[::ffff:127.0.0.1]/" }), "url"),
            (json!({ "url": "https://169.254.169.254/latest/" }), "url"),
            (json!({ "url": "https://metadata.google.internal/" }), "url"),
            (json!({ "url": "https://me:pass@example.com/" }), "url"),
            (json!({ "url": "https://example.com:22/" }), "url"),
            (json!({ "role": "BOSS" }), "role"),
            (json!({ "scopes": ["lead:write"] }), "scopes"),
            (json!({ "scopes": ["leads:read"] }), "scopes"),
            (json!({ "role": "SALES_REP", "entities": ["WEBHOOK_ENDPOINT"] }), "entities"),
            (json!({ "scopes": ["lead:read"], "entities": ["ACCOUNT"] }), "entities"),
            (document("query($id: ID!) {"), "document"),
            (document("query($id: ID!) { account(id: $id) { nmae } }"), "document"),
            (document("{ viewer { name } }"), "document"),
            (document("query($id: ID!, $x: Int!) { account(id: $id) { name } }"), "document"),
            (document("mutation($id: ID!) { revokeToken(input: {id: $id}) { count } }"), "document"),
            (document("query A($id: ID!) { account(id: $id) { name } } query B { viewer { name } }"), "document"),
            // What is masked for its role is nothing to filter by.
            (
                document("query($id: ID!) { account(id: $id) { contacts(filter: {email: {eq: \"a\"}}) { totalCount } } }"),
                "document",
            ),
        ] {
            let answer = app.graphql(&admin, CREATE, with(&wrong)).await;
            assert_eq!(answer.codes(), ["VALIDATION"], "{wrong}: {}", answer.text);
            let error = &answer.body["errors"][0];
            assert_eq!(error["extensions"]["field"], format!("input.{field}"), "{wrong}");
        }
        assert_eq!(endpoints(app).await, []);
        assert_eq!(changes(app).await, []);
    })
    .await;
}

#[tokio::test]
async fn nobody_has_more_sent_elsewhere_than_their_own_token_may_read() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let answer = app.graphql(&admin, CREATE, with(&json!({}))).await;
        let id = answer.data()["createWebhookEndpoint"]["webhookEndpoint"]["id"].clone();
        let bearer = Bearer::Service {
            name: "narrow".to_owned(),
            role: "ADMIN".to_owned(),
        };
        let scopes = ["webhook:read", "webhook:write", "account:read"];
        let narrow = app.issue(bearer, &scopes).await.unwrap().token;
        // A token that is for a system makes no tokens, and no endpoints that see more.
        let answer = app.graphql(&narrow, CREATE, with(&json!({}))).await;
        assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"]);
        // Nor does it lead what others read somewhere else.
        let query =
            "mutation($input: UpdateWebhookEndpointInput!) { updateWebhookEndpoint(input: $input) {
            webhookEndpoint { url } } }";
        let elsewhere = json!({ "input": { "id": id, "url": "https://example.org/" } });
        let answer = app.graphql(&narrow, query, elsewhere.clone()).await;
        assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"]);
        let few = json!({ "scopes": ["account:read"] });
        let answer = app.graphql(&narrow, CREATE, with(&few)).await;
        assert_eq!(answer.codes(), [""; 0], "{}", answer.text);
        let answer = app.graphql(&admin, query, elsewhere).await;
        let url = &answer.data()["updateWebhookEndpoint"]["webhookEndpoint"]["url"];
        assert_eq!(url, "https://example.org/");
    })
    .await;
}

#[tokio::test]
async fn what_is_changed_is_on_record_and_what_is_not_is_not() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let answer = app.graphql(&admin, CREATE, with(&json!({}))).await;
        let id = answer.data()["createWebhookEndpoint"]["webhookEndpoint"]["id"].clone();
        app.clock.set(TestApp::now() + TimeDelta::hours(1));
        let of = "webhookEndpoint { description kinds version state }";
        let new = json!({ "id": id, "description": "for reports", "kinds": ["UPDATED", "CREATED"] });
        let updated = ask(app, "updateWebhookEndpoint", new.clone(), of).await;
        let expected = json!({
            "description": "for reports", "kinds": ["CREATED", "UPDATED"], "version": 2, "state": "ACTIVE",
        });
        assert_eq!(updated["webhookEndpoint"], expected);
        // The same again changes nothing.
        let updated = ask(app, "updateWebhookEndpoint", new, of).await;
        assert_eq!(updated["webhookEndpoint"], expected);
        ask(app, "pauseWebhookEndpoint", json!({ "id": id }), of).await;
        ask(app, "pauseWebhookEndpoint", json!({ "id": id }), of).await;
        let fields: Vec<_> = changes(app).await.into_iter().map(|it| it.fields).collect();
        assert_eq!(
            fields,
            [
                None,
                Some(json!({ "description": [null, "for reports"], "kinds": [[], ["CREATED", "UPDATED"]] })),
                Some(json!({ "state": ["ACTIVE", "PAUSED"] })),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_change_of_an_old_version_is_refused_with_the_endpoint_as_it_is() {
    const UPDATE: &str =
        "mutation($input: UpdateWebhookEndpointInput!) { updateWebhookEndpoint(input: $input) {
        it: webhookEndpoint { system version } } }";
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let made = app.graphql(&admin, CREATE, with(&json!({}))).await;
        let id = &made.data()["createWebhookEndpoint"]["webhookEndpoint"]["id"];
        let update = async |system: &str, version: i32| {
            let input = json!({ "id": id, "system": system, "expectedVersion": version });
            app.graphql(&admin, UPDATE, json!({ "input": input })).await
        };
        let changed = update("lake", 1).await;
        let lake = json!({ "system": "lake", "version": 2 });
        assert_eq!(changed.data()["updateWebhookEndpoint"]["it"], lake);
        let stale = update("pond", 1).await;
        assert_eq!(stale.codes(), ["VERSION_CONFLICT"]);
        let extensions = &stale.body["errors"][0]["extensions"];
        assert_eq!(extensions["field"], "input.expectedVersion");
        assert_eq!(extensions["currentVersion"], 2);
        assert_eq!(extensions["current"], lake);
        assert_eq!(stale.body["data"], json!({ "updateWebhookEndpoint": null }));
        assert_eq!(endpoints(app).await[0].system, "lake");
    })
    .await;
}
