//! Proposing, signing and refusing: nothing is in force that only one side wants.

use api::views::Role;
use chrono::TimeDelta;
use entity::lead_definition::{self, DefinitionStatus};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};
use tests::app::{Bearer, TestApp, each_app};

use super::{APPROVE, PROPOSE, VETO, approve, criteria, done, problems, propose, sides, somebody};

fn proposed_id(answer: &tests::client::Response) -> String {
    let definition = &answer.data()["proposeLeadDefinition"]["leadDefinition"];
    definition["id"].as_str().unwrap().to_owned()
}

/// What a definition is like: status, and who signed.
async fn like(app: &TestApp, token: &str, id: &str) -> (String, Vec<String>) {
    let query = "query ($id: ID!) { leadDefinition(id: $id) {
        status approvals { nodes { function user { name } } } } }";
    let answer = app.graphql(token, query, json!({ "id": id })).await;
    let definition = &answer.data()["leadDefinition"];
    let signed = definition["approvals"]["nodes"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let signed = signed.map(|it| {
        format!(
            "{} for {}",
            text(&it["user"]["name"]),
            text(&it["function"])
        )
    });
    (text(&definition["status"]), signed.collect())
}

#[tokio::test]
async fn a_definition_with_one_signature_is_not_in_force() {
    each_app(async |app| {
        let both = sides(app).await;
        let answer = propose(app, &both.marketing, &criteria(), 60).await;
        let made = &answer.data()["proposeLeadDefinition"]["leadDefinition"];
        assert_eq!(made["version"], 1);
        assert_eq!((&made["status"], &made["threshold"]), (&json!("PROPOSED"), &json!(60)));
        assert_eq!(made["criteria"], criteria());
        assert_eq!(made["proposedBy"]["name"], "Mia Market");
        let first = proposed_id(&answer);

        let signed = approve(app, &both.marketing, &first, "MARKETING").await;
        let signed = &signed.data()["approveLeadDefinition"]["leadDefinition"];
        assert_eq!((&signed["status"], &signed["effectiveFrom"]), (&json!("PROPOSED"), &Value::Null));
        app.clock.set(app.clock.now() + TimeDelta::hours(1));
        let signed = approve(app, &both.sales, &first, "SALES").await;
        let signed = &signed.data()["approveLeadDefinition"]["leadDefinition"];
        assert_eq!(signed["status"], "ACTIVE");
        assert_eq!(signed["effectiveFrom"], "2026-11-22T13:00:00.000000Z");

        // The next one counts on, and takes its place.
        let second = proposed_id(&propose(app, &both.sales, &criteria(), 50).await);
        done(&approve(app, &both.sales, &second, "SALES").await);
        assert_eq!(like(app, &both.sales, &first).await.0, "ACTIVE");
        done(&approve(app, &both.marketing, &second, "MARKETING").await);
        assert_eq!(like(app, &both.sales, &first).await.0, "RETIRED");
        let signers = ["Sam Sales for SALES", "Mia Market for MARKETING"].map(str::to_owned);
        assert_eq!(like(app, &both.sales, &second).await, ("ACTIVE".to_owned(), signers.to_vec()));
        // Another stage counts for itself.
        let sql = json!({"stage": "SQL", "criteria": criteria(), "threshold": 60, "note": " for sales "});
        let other = app.graphql(&both.sales, PROPOSE, json!({ "input": sql })).await;
        let other = &other.data()["proposeLeadDefinition"]["leadDefinition"];
        assert_eq!((&other["version"], &other["note"]), (&json!(1), &json!("for sales")));
        // What was signed is on record.
        let history = "query ($id: ID!) { leadDefinition(id: $id) { history { nodes { kind fields { field before after } } } } }";
        let told = app.graphql(&both.sales, history, json!({ "id": first })).await;
        let told = &told.data()["leadDefinition"]["history"]["nodes"];
        assert_eq!(told[0]["fields"][0], json!({"field": "status", "before": "ACTIVE", "after": "RETIRED"}));
        assert_eq!(told.as_array().unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn two_people_sign_each_for_their_own_side() {
    each_app(async |app| {
        let both = sides(app).await;
        let hats = somebody(
            app,
            "Bo Both",
            &[Role::SalesManager, Role::MarketingManager],
        )
        .await;
        let admin = somebody(app, "Ada Admin", &[Role::Admin]).await;
        let rep = somebody(app, "Rea Rep", &[Role::SalesRep]).await;
        let program = app.issue(
            Bearer::Service {
                name: "bot".to_owned(),
                role: "SALES_MANAGER".to_owned(),
            },
            &[],
        );
        let program = program.await.unwrap().token;
        let id = proposed_id(&propose(app, &both.marketing, &criteria(), 60).await);

        for (token, function) in [
            (&both.sales, "MARKETING"),
            (&both.marketing, "SALES"),
            (&admin, "SALES"),
            (&rep, "SALES"),
            (&program, "SALES"),
        ] {
            let answer = approve(app, token, &id, function).await;
            assert_eq!(problems(&answer), [("FORBIDDEN_SCOPE", "")], "{function}");
        }
        done(&approve(app, &hats, &id, "MARKETING").await);
        let twice = approve(app, &hats, &id, "SALES").await;
        assert_eq!(problems(&twice), [("VALIDATION", "function")]);
        let again = approve(app, &both.marketing, &id, "MARKETING").await;
        assert_eq!(problems(&again), [("VALIDATION", "function")]);
        assert_eq!(like(app, &rep, &id).await.0, "PROPOSED");
        done(&approve(app, &both.sales, &id, "SALES").await);
        let late = approve(app, &both.sales, &id, "SALES").await;
        assert_eq!(problems(&late), [("VALIDATION", "id")]);

        for token in [&admin, &rep] {
            let answer = propose(app, token, &criteria(), 60).await;
            assert_eq!(problems(&answer), [("FORBIDDEN_SCOPE", "")]);
        }
        let nowhere = json!({"id": "def_00000000000000000000000000000000", "for": "SALES"});
        let nowhere = app.graphql(&both.sales, APPROVE, nowhere).await;
        assert_eq!(problems(&nowhere), [("NOT_FOUND", "")]);
        // The database holds it as well: two cannot be in force.
        let all = lead_definition::Entity::find()
            .all(app.database.reads())
            .await
            .unwrap();
        let other = lead_definition::Model {
            id: uuid::Uuid::now_v7(),
            version: 9,
            ..all[0].clone()
        };
        let tx = app.database.begin().await.unwrap();
        let other = lead_definition::ActiveModel {
            status: Set(DefinitionStatus::Active),
            ..lead_definition::ActiveModel::from(other)
        };
        assert!(other.reset_all().insert(&tx).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_told_at_once_and_a_trial_writes_nothing() {
    each_app(async |app| {
        let both = sides(app).await;
        let wrong = json!([
            {"key": "a", "label": "A", "points": 5, "field": "shoeSize", "operator": "eq", "value": 42},
            {"key": "a", "label": "", "touches": ["SHOUT"], "points": 5},
        ]);
        let answer = propose(app, &both.sales, &wrong, 200).await;
        let mut told = problems(&answer);
        told.sort_unstable();
        let expected = [
            "input.criteria.0.field",
            "input.criteria.1.key",
            "input.criteria.1.label",
            "input.criteria.1.touches",
            "input.threshold",
        ];
        assert_eq!(told, expected.map(|field| ("VALIDATION", field)));
        let input = json!({"stage": "MQL", "criteria": criteria(), "threshold": 60});
        let tried = app.graphql(&both.sales, PROPOSE, json!({"input": input, "try": true})).await;
        assert_eq!(tried.data()["proposeLeadDefinition"]["leadDefinition"], Value::Null);
        let all = lead_definition::Entity::find().all(app.database.reads()).await.unwrap();
        assert!(all.is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_tries_to_sign_or_to_refuse_is_told_what_stands_against_it_and_nothing_is_written() {
    each_app(async |app| {
        let both = sides(app).await;
        let id = proposed_id(&propose(app, &both.marketing, &criteria(), 60).await);
        let sign = "mutation ($id: ID!) { approveLeadDefinition(id: $id, function: SALES, validateOnly: true) {
            leadDefinition { status } } }";
        let asked = json!({ "id": id });
        let answer = app.graphql(&both.sales, sign, asked.clone()).await;
        let tried = &answer.data()["approveLeadDefinition"]["leadDefinition"];
        assert_eq!(tried["status"], "PROPOSED");
        let answer = app.graphql(&both.marketing, sign, asked.clone()).await;
        assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"]);
        let leader = somebody(app, "Lea Lead", &[Role::RevenueLeader]).await;
        let veto = "mutation ($id: ID!) { vetoLeadDefinition(id: $id, reason: \"no\", validateOnly: true) {
            leadDefinition { status } } }";
        done(&app.graphql(&leader, veto, asked).await);
        assert_eq!(like(app, &both.sales, &id).await, ("PROPOSED".to_owned(), Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn the_leader_refuses_for_a_reason() {
    each_app(async |app| {
        let both = sides(app).await;
        let leader = somebody(app, "Lea Lead", &[Role::RevenueLeader]).await;
        let id = proposed_id(&propose(app, &both.marketing, &criteria(), 60).await);
        done(&approve(app, &both.sales, &id, "SALES").await);

        let veto = |why: &str| json!({"id": id, "why": why});
        let answer = app.graphql(&both.sales, VETO, veto("no")).await;
        assert_eq!(problems(&answer), [("FORBIDDEN_SCOPE", "")]);
        let answer = app.graphql(&leader, VETO, veto("  ")).await;
        assert_eq!(problems(&answer), [("VALIDATION", "reason")]);
        let answer = app.graphql(&leader, VETO, veto("too many")).await;
        assert_eq!(answer.data()["vetoLeadDefinition"]["leadDefinition"]["status"], "VETOED");
        let late = approve(app, &both.marketing, &id, "MARKETING").await;
        assert_eq!(problems(&late), [("VALIDATION", "id")]);
        let history = "query ($id: ID!) { leadDefinition(id: $id) { history(first: 1) { nodes { reason } } } }";
        let told = app.graphql(&leader, history, json!({ "id": id })).await;
        assert_eq!(told.data()["leadDefinition"]["history"]["nodes"][0]["reason"], "too many");
    })
    .await;
}
