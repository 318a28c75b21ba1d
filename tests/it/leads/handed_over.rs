//! What holds for leads that are with sales: who can have them, when they were approached, and that nobody is waited
//! for in vain.

use api::views::Role;
use chrono::{DateTime, TimeDelta, Utc};
use entity::lead::{self, IntentBand, LeadStatus};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    fixtures,
};

use super::{Team, gid};

const LEAD: &str =
    "query ($id: ID!) { lead(id: $id) { status intentBand firstTouchedAt owner { name }
    slaClocks(filter: {stoppedAt: {isNull: true}}) { nodes { kind state owner { name } } }
    transitions { nodes { toStatus cause } } } }";

async fn run(app: &TestApp, token: &str, name: &str, said: Value) -> Response {
    let input = match name {
        "assignLeadOwner" => "AssignLeadOwner".to_owned(),
        "deleteLead" => "Delete".to_owned(),
        "restoreLead" => "Restore".to_owned(),
        _ => name[..1].to_ascii_uppercase() + &name[1..],
    };
    let document =
        format!("mutation ($input: {input}Input!) {{ {name}(input: $input) {{ outcome id }} }}");
    app.graphql(token, &document, json!({ "input": said }))
        .await
}

/// As [`run`], and it is done.
async fn done(app: &TestApp, token: &str, name: &str, said: Value) -> Value {
    run(app, token, name, said).await.data()[name].clone()
}

fn problem(answer: &Response) -> (String, String) {
    let extensions = &answer.body["errors"][0]["extensions"];
    let text = |name: &str| extensions[name].as_str().unwrap_or_default().to_owned();
    (text("code"), text("field"))
}

fn refused(field: &str) -> (String, String) {
    ("VALIDATION".to_owned(), format!("input.{field}"))
}

fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339()
}

/// A hot lead of the rep's that was handed over two hours ago.
async fn handed_over(app: &TestApp, team: &Team, status: LeadStatus) -> lead::Model {
    let lead = team.lead(app, status).await;
    let since = lead::ActiveModel {
        id: Set(lead.id),
        mql_at: Set(Some(app.clock.now() - TimeDelta::hours(2))),
        intent_band: Set(IntentBand::Hot),
        ..Default::default()
    };
    let tx = app.database.begin().await.unwrap();
    let lead = since.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    lead
}

async fn shown(app: &TestApp, team: &Team, lead: &lead::Model) -> Value {
    let asked = json!({ "id": gid("Lead", lead.id) });
    let answer = app.graphql(team.token(Role::Admin), LEAD, asked).await;
    answer.data()["lead"].clone()
}

#[tokio::test]
async fn a_lead_is_reassigned_to_somebody_else_who_is_of_sales() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let lead = handed_over(app, &team, LeadStatus::Mql).await;
        let manager = team.token(Role::SalesManager);
        for owner in [Role::SalesRep, Role::Marketer, Role::Analyst] {
            let said = json!({
                "id": gid("Lead", lead.id), "ownerId": gid("User", team.user(owner).id), "reason": "so that it goes on",
            });
            let answer = run(app, manager, "reassignLead", said).await;
            assert_eq!(problem(&answer), refused("ownerId"), "{owner:?}");
        }
        assert_eq!(shown(app, &team, &lead).await["transitions"]["nodes"], json!([]));
        let works = handed_over(app, &team, LeadStatus::Working).await;
        let said = json!({ "id": gid("Lead", works.id), "ownerId": gid("User", team.user(Role::Marketer).id), "reason": "they know them" });
        let answer = run(app, manager, "assignLeadOwner", said).await;
        assert_eq!(problem(&answer), refused("ownerId"));
    })
    .await;
}

#[tokio::test]
async fn a_lead_that_was_called_before_it_is_accepted_is_worked_on_then() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let rep = team.token(Role::SalesRep);
        let lead = handed_over(app, &team, LeadStatus::Mql).await;
        let called = app.clock.now() - TimeDelta::hours(1);
        for at in [called, called + TimeDelta::minutes(30)] {
            let call =
                json!({ "kind": "CALL", "leadId": gid("Lead", lead.id), "occurredAt": text(at) });
            done(app, rep, "logTouch", call).await;
        }
        assert_eq!(shown(app, &team, &lead).await["status"], "MQL");
        let said = json!({ "id": gid("Lead", lead.id) });
        done(app, rep, "acceptLead", said).await;
        let shown = shown(app, &team, &lead).await;
        assert_eq!(shown["status"], "WORKING");
        let first: DateTime<Utc> = shown["firstTouchedAt"].as_str().unwrap().parse().unwrap();
        assert_eq!(first, called);
        assert_eq!(shown["slaClocks"]["nodes"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_first_touch_is_after_the_hand_over_and_has_happened() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let rep = team.token(Role::SalesRep);
        let lead = handed_over(app, &team, LeadStatus::Accepted).await;
        let call = |at: DateTime<Utc>, direction: &str| {
            json!({
                "kind": "CALL", "leadId": gid("Lead", lead.id), "occurredAt": text(at), "direction": direction,
            })
        };
        let before = lead.mql_at.unwrap() - TimeDelta::microseconds(1);
        done(app, rep, "logTouch", call(before, "OUTBOUND")).await;
        let to_come = app.clock.now() + TimeDelta::minutes(6);
        let answer = run(app, rep, "logTouch", call(to_come, "OUTBOUND")).await;
        assert_eq!(problem(&answer), refused("occurredAt"));
        // They called us.
        let since = lead.mql_at.unwrap();
        let answer = done(app, rep, "logTouch", call(since, "INBOUND")).await;
        let touch = answer["id"].clone();
        assert_eq!(shown(app, &team, &lead).await["status"], "ACCEPTED");
        // No, we did.
        let said = json!({ "id": touch, "direction": "OUTBOUND" });
        done(app, rep, "updateTouch", said).await;
        let shown = shown(app, &team, &lead).await;
        assert_eq!(shown["status"], "WORKING");
        let first: DateTime<Utc> = shown["firstTouchedAt"].as_str().unwrap().parse().unwrap();
        assert_eq!(first, since);
    })
    .await;
}

#[tokio::test]
async fn a_lead_with_sales_is_in_no_band_that_nobody_hurries_with() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let rep = team.token(Role::SalesRep);
        for status in [
            LeadStatus::Mql,
            LeadStatus::Accepted,
            LeadStatus::Working,
            LeadStatus::Sql,
        ] {
            let lead = handed_over(app, &team, status).await;
            let said = |band: &str| json!({ "id": gid("Lead", lead.id), "intentBand": band });
            let answer = run(app, rep, "updateLead", said("NURTURE")).await;
            assert_eq!(problem(&answer), refused("intentBand"), "{status:?}");
            done(app, rep, "updateLead", said("WARM")).await;
        }
        // Who is handed over is not nurtured any more.
        let lead = team.lead(app, LeadStatus::New).await;
        assert_eq!(lead.intent_band, IntentBand::Nurture);
        let said = json!({ "id": gid("Lead", lead.id), "reason": "they asked for a price" });
        let marketing = team.token(Role::MarketingManager);
        done(app, marketing, "qualifyLead", said).await;
        let shown = shown(app, &team, &lead).await;
        assert_eq!(shown["intentBand"], "WARM");
        assert_eq!(shown["slaClocks"]["nodes"][0]["kind"], "ACCEPT");
    })
    .await;
}

#[tokio::test]
async fn a_lead_is_given_back_until_an_instant_to_come() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let rep = team.token(Role::SalesRep);
        let lead = handed_over(app, &team, LeadStatus::Accepted).await;
        let said = |at: DateTime<Utc>| {
            json!({
                "id": gid("Lead", lead.id), "reasonId": team.reason("RECYCLE"), "resumeAt": text(at),
            })
        };
        let answer = run(app, rep, "recycleLead", said(app.clock.now())).await;
        assert_eq!(problem(&answer), refused("resumeAt"));
        let soon = app.clock.now() + TimeDelta::microseconds(1);
        done(app, rep, "recycleLead", said(soon)).await;
    })
    .await;
}

#[tokio::test]
async fn who_sent_a_rejected_lead_is_waited_for_whoever_has_it() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let sent = fixtures::some_campaign(team.user(Role::Marketer).id);
        let lead = handed_over(app, &team, LeadStatus::Mql).await;
        let source = lead::ActiveModel {
            id: Set(lead.id),
            source_campaign_id: Set(Some(sent.id)),
            ..Default::default()
        };
        let tx = app.database.begin().await.unwrap();
        sent.into_active_model().insert(&tx).await.unwrap();
        source.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let dispose = json!([{ "kind": "DISPOSE", "state": "RUNNING", "owner": { "name": "MARKETER" } }]);
        let said = json!({ "id": gid("Lead", lead.id), "reasonId": team.reason("REJECT") });
        done(app, team.token(Role::SalesRep), "rejectLead", said).await;
        assert_eq!(shown(app, &team, &lead).await["slaClocks"]["nodes"], dispose);
        let said = json!({ "id": gid("Lead", lead.id), "ownerId": gid("User", team.user(Role::SalesManager).id), "reason": "they know them" });
        done(app, team.token(Role::SalesManager), "assignLeadOwner", said).await;
        let shown = shown(app, &team, &lead).await;
        assert_eq!((&shown["slaClocks"]["nodes"], &shown["owner"]["name"]), (&dispose, &json!("SALES_MANAGER")));
    })
    .await;
}

#[tokio::test]
async fn what_comes_back_is_waited_for_from_then_on() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let admin = team.token(Role::Admin);
        let lead = team.lead(app, LeadStatus::New).await;
        let said = json!({ "id": gid("Lead", lead.id), "reason": "they asked for a price" });
        done(app, admin, "qualifyLead", said).await;
        let waits = shown(app, &team, &lead).await["slaClocks"].clone();
        assert_eq!(waits["nodes"].as_array().unwrap().len(), 1);
        let said = json!({ "id": gid("Lead", lead.id) });
        done(app, admin, "deleteLead", said.clone()).await;
        app.clock.set(app.clock.now() + TimeDelta::minutes(10));
        done(app, admin, "restoreLead", said).await;
        assert_eq!(shown(app, &team, &lead).await["slaClocks"], waits);
        let clocks = entity::sla_clock::Entity::find()
            .all(app.database.reads())
            .await
            .unwrap();
        let started = clocks.iter().map(|clock| clock.started_at).max();
        assert_eq!(started, Some(app.clock.now()));
    })
    .await;
}
