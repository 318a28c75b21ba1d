//! Each row says what was done to it, as far as the caller sees the row.

use api::{change::Actor, views::Role};
use entity::{account, change::ChangeKind, opportunity};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};
use uuid::Uuid;

use super::log::Deed;

const OF_AN_ACCOUNT: &str = "query ($id: ID!, $first: Int, $after: String) {
    account(id: $id) {
        maskedFields
        history(first: $first, after: $after) {
            nodes { at kind reason fields { field before after } actor { kind id name } }
            edges { cursor node { kind } }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
    }
}";

#[tokio::test]
async fn a_history_is_paged_latest_first() {
    each_app(async |app| {
        let db = &app.database;
        let ada = fixtures::user(db, "Ada", &[Role::SalesRep]).await;
        let account = fixtures::account(db, "Acme", None, Some(&ada)).await;
        let other = fixtures::account(db, "Other", None, Some(&ada)).await;
        let token = app.token_of(&ada.email).await;
        Deed::to("account", account.id, ChangeKind::Created)
            .alone(app)
            .await;
        for number in 0..5 {
            let name = json!({"name": [format!("Acme {number}"), format!("Acme {}", number + 1)]});
            Deed::update("account", account.id, name).alone(app).await;
            let name = json!({"name": ["no", "word of this"]});
            Deed::update("account", other.id, name).alone(app).await;
        }
        let id = format!("acc_{}", account.id.simple());
        let (mut after, mut told) = (Value::Null, Vec::new());
        for (page, more) in [(0, true), (1, true), (2, false)] {
            let asks = json!({"id": id, "first": 2, "after": after});
            let answer = app.graphql(&token, OF_AN_ACCOUNT, asks).await;
            let history = &answer.data()["account"]["history"];
            let place = &history["pageInfo"];
            assert_eq!(place["hasNextPage"], more);
            assert_eq!(place["hasPreviousPage"], page > 0);
            let edges = history["edges"].as_array().unwrap();
            assert_eq!(place["startCursor"], edges[0]["cursor"]);
            assert_eq!(place["endCursor"], edges.last().unwrap()["cursor"]);
            for entry in history["nodes"].as_array().unwrap() {
                told.push(entry["fields"][0]["after"].as_str().map(str::to_owned));
            }
            after = place["endCursor"].clone();
        }
        let expected = [5, 4, 3, 2, 1].map(|number| Some(format!("Acme {number}")));
        assert_eq!(told[..5], expected);
        assert_eq!(told[5], None);
    })
    .await;
}

/// Lists cost one statement, also with the history of each row.
#[tokio::test]
async fn histories_of_a_list_are_read_in_its_statement() {
    each_app(async |app| {
        let db = &app.database;
        for number in 0..20 {
            let account = fixtures::account(db, &format!("Acme {number}"), None, None).await;
            let name = json!({"name": ["Acme", format!("Acme {number}")]});
            Deed::update("account", account.id, name).alone(app).await;
        }
        let token = app.token_for(Role::Admin).await;
        let ask = "{ accounts(first: 20) { nodes { name history(first: 3) {
            nodes { kind actor { name } fields { field after } } pageInfo { hasNextPage } } } } }";
        app.graphql(&token, "{ viewer { name } }", Value::Null)
            .await;
        let _before = app.take_statements();
        let answer = app.graphql(&token, ask, Value::Null).await;
        let nodes = answer.data()["accounts"]["nodes"]
            .as_array()
            .unwrap()
            .clone();
        assert_eq!(app.take_statements().len(), 1);
        assert_eq!(nodes.len(), 20);
        for node in nodes {
            assert_eq!(
                node["history"]["nodes"][0]["fields"][0]["after"],
                node["name"]
            );
        }
    })
    .await;
}

async fn insert_deal(app: &TestApp, account: &account::Model, owner: Uuid) -> opportunity::Model {
    let now = TestApp::now();
    let deal = opportunity::Model {
        id: Uuid::now_v7(),
        name: "Deal".to_owned(),
        account_id: Some(account.id),
        owner_id: Some(owner),
        lead_id: None,
        primary_campaign_id: None,
        stage: opportunity::OpportunityStage::Proposal,
        amount_minor: Some(entity::money::MinorUnits(7)),
        amount_currency: Some("JPY".to_owned()),
        probability: None,
        expected_close_on: None,
        closed_at: None,
        lost_reason_id: None,
        next_step: None,
        push_count: 0,
        forecast_category: opportunity::ForecastCategory::Pipeline,
        custom_fields: None,
        version: 1,
        created_at: now,
        created_by: None,
        updated_at: now,
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    };
    let tx = app.database.begin().await.unwrap();
    let row = deal.clone().into_active_model();
    opportunity::Entity::insert(row)
        .exec_without_returning(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    deal
}

const OF_A_DEAL: &str = "query ($id: ID!) {
    opportunity(id: $id) { maskedFields history { nodes { reason fields { field before after } } } }
}";

#[tokio::test]
async fn values_are_shown_as_the_api_shows_them() {
    each_app(async |app| {
        let db = &app.database;
        let ada = fixtures::user(db, "Ada", &[Role::SalesRep]).await;
        let hidden = fixtures::account(db, "Hidden", None, None).await;
        let account = fixtures::account(db, "Acme", None, Some(&ada)).await;
        let deal = insert_deal(app, &account, ada.id).await;
        // At first it was in euros, and who changed the amount said nothing of that.
        for fields in [
            json!({"amount_minor": [null, 123_456]}),
            json!({"amount_minor": [123_456, 99]}),
            json!({"amount_minor": [99, 7], "amount_currency": ["EUR", "JPY"]}),
            json!({"amount_currency": ["JPY", "JPY"], "version": [1, 2], "updated_at": [null, null]}),
            json!({
                "account_id": [hidden.id, account.id],
                "owner_id": [null, ada.id],
                "closed_at": ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678901234+00:00"],
                "expected_close_on": [null, "2026-12-24"],
                "custom_fields": [{"tier": [1, null]}, null],
                "push_count": [0, 1],
                "stage": ["PROPOSAL", "CLOSED_WON"],
                "no_such_column": [1, 2],
            }),
        ] {
            Deed::update("opportunity", deal.id, fields).alone(app).await;
        }
        let token = app.token_of(&ada.email).await;
        let id = json!({"id": format!("opp_{}", deal.id.simple())});
        let answer = app.graphql(&token, OF_A_DEAL, id).await;
        let mut nodes = answer.data()["opportunity"]["history"]["nodes"].clone();
        let nodes = nodes.as_array_mut().unwrap();
        nodes.reverse();
        let euros = |amount: &str, minor: &str| json!({"amount": amount, "currency": "EUR", "minorUnits": minor});
        let yen = json!({"amount": "7", "currency": "JPY", "minorUnits": "7"});
        let fields: Vec<_> = nodes.iter().map(|node| node["fields"].clone()).collect();
        let amount = |before: Value, after: Value| {
            json!([{"field": "amount", "before": before, "after": after}])
        };
        assert_eq!(fields[0], amount(Value::Null, euros("1234.56", "123456")));
        assert_eq!(fields[1], amount(euros("1234.56", "123456"), euros("0.99", "99")));
        assert_eq!(fields[2], amount(euros("0.99", "99"), yen.clone()));
        assert_eq!(fields[3], amount(yen.clone(), yen));
        let mut by_name: Vec<_> = fields[4].as_array().unwrap().clone();
        by_name.sort_by_key(|change| change["field"].as_str().unwrap().to_owned());
        // The account has a name for whoever may know it by reference; a rep may.
        let expected = json!([
            {"field": "accountId", "before": format!("acc_{}", hidden.id.simple()), "after": format!("acc_{}", account.id.simple())},
            {"field": "closedAt", "before": "2026-01-02T03:04:05.000000Z", "after": "2026-01-02T03:04:05.678901Z"},
            {"field": "customFields", "before": {"tier": [1, null]}, "after": null},
            {"field": "expectedCloseOn", "before": null, "after": "2026-12-24"},
            {"field": "ownerId", "before": null, "after": format!("user_{}", ada.id.simple())},
            {"field": "pushCount", "before": 0, "after": 1},
            {"field": "stage", "before": "PROPOSAL", "after": "CLOSED_WON"},
        ]);
        assert_eq!(json!(by_name), expected);
    })
    .await;
}

/// What is masked in a row is masked in its past: by value, by name, and by the reason that may tell it.
#[tokio::test]
async fn a_masked_field_has_no_history() {
    each_app(async |app| {
        let db = &app.database;
        let ada = fixtures::user(db, "Ada", &[Role::SalesRep]).await;
        let bob = fixtures::user(db, "Bob", &[Role::SalesRep]).await;
        let place = fixtures::territory(db, "/at/", None, &[&ada, &bob]).await;
        let account = fixtures::account(db, "Acme", Some(&place), Some(&ada)).await;
        let contact = fixtures::contact(db, ("Eve", "Moor"), &account).await;
        let fields = json!({
            "email": ["secret@example.com", "other@example.com"],
            "last_name": ["Less", "Moor"],
        });
        let deed = Deed::update("contact", contact.id, fields.clone());
        let deed = deed.by(Actor::User(bob.id));
        deed.because("secret@example.com was wrong")
            .alone(app)
            .await;
        let ask = "query ($id: ID!) { contact(id: $id) { maskedFields history { nodes {
            reason actor { name } fields { field before after } } } } }";
        let id = json!({"id": format!("con_{}", contact.id.simple())});
        for (user, sees_all) in [(&ada, true), (&bob, false)] {
            let token = app.token_of(&user.email).await;
            let answer = app.graphql(&token, ask, id.clone()).await;
            let told = &answer.data()["contact"]["history"]["nodes"][0];
            let names: Vec<_> = told["fields"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["field"].clone())
                .collect();
            assert_eq!(told["actor"]["name"], "Bob");
            if sees_all {
                assert_eq!(json!(names), json!(["lastName", "email"]));
                assert_eq!(told["reason"], "secret@example.com was wrong");
            } else {
                assert_eq!(json!(names), json!(["lastName"]));
                assert_eq!(told["reason"], Value::Null);
                assert!(!answer.text.contains("secret"), "{}", answer.text);
            }
        }
        // An analyst sees bands of amounts, or nothing: no amount in the past either.
        let deal = insert_deal(app, &account, ada.id).await;
        let fields = json!({"amount_minor": [123_456, 7], "stage": ["PROPOSAL", "CLOSED_WON"]});
        Deed::update("opportunity", deal.id, fields)
            .because("123456 was too much")
            .alone(app)
            .await;
        let id = json!({"id": format!("opp_{}", deal.id.simple())});
        for role in [Role::Analyst, Role::Marketer, Role::Admin] {
            let token = app.token_for(role).await;
            let answer = app.graphql(&token, OF_A_DEAL, id.clone()).await;
            let row = &answer.data()["opportunity"];
            let masked = row["maskedFields"]
                .as_array()
                .unwrap()
                .contains(&json!("amount"));
            let told = row["history"]["nodes"][0].to_string();
            assert!(told.contains("CLOSED_WON"), "{role}");
            assert_eq!(told.contains("123456"), !masked, "{role}");
        }
    })
    .await;
}
