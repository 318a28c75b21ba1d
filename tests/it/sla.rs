//! SLA clocks: what starts and stops them, by which calendar, and that they are breached at their instant, once.

#![cfg(test)]

mod absence;
mod breaches;
mod calendars;
mod leads;
mod others;
mod policies;
mod watch;

use api::{
    change::Author,
    dataset::{dataset, global_id},
    error::ApiError,
    services::{lead::Moved, sla, write::Write},
    store::bulk,
    views::Role,
};
use chrono::{DateTime, Utc};
use entity::{
    change, lead,
    lead::LeadStatus,
    sla_clock::{self, SlaKind, SlaState},
    user,
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::{app::TestApp, client::Response, fixtures};
use uuid::Uuid;

/// The Monday after [`TestApp::NOW`], at nine in UTC, when the office of the default calendar opens.
const MONDAY: &str = "2026-11-23T09:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The global id of a row.
fn id(noun: &str, id: Uuid) -> String {
    global_id(dataset().entity(noun).unwrap(), id)
}

/// A user in a role, and their token.
async fn somebody(app: &TestApp, name: &str, role: Role) -> (user::Model, String) {
    let user = fixtures::user(&app.database, name, &[role]).await;
    app.forget_callers();
    let token = app.token_of(&user.email).await;
    (user, token)
}

/// Leads that are hot, and owned by `owner`.
async fn leads(app: &TestApp, owner: Option<&user::Model>, count: usize) -> Vec<lead::Model> {
    let leads = (0..count).map(|_| lead::Model {
        intent_band: lead::IntentBand::Hot,
        owner_id: owner.map(|owner| owner.id),
        ..fixtures::some_lead()
    });
    let leads: Vec<lead::Model> = leads.collect();
    let tx = app.database.begin().await.unwrap();
    bulk::insert(&tx, leads.clone()).await.unwrap();
    tx.commit().await.unwrap();
    leads
}

/// That `lead` has gone from one status to another.
fn step(
    lead: &lead::Model,
    from: impl Into<Option<LeadStatus>>,
    to: LeadStatus,
    now: DateTime<Utc>,
) -> Moved {
    let row = lead.clone().into_active_model();
    let mut records = bulk::records::<lead::ActiveModel, _>(vec![row]);
    Moved {
        id: lead.id,
        from: from.into(),
        to,
        after: records.next().unwrap(),
        at: now,
        note: None,
    }
}

/// Does something in a transaction of its own, in the name of the hub.
async fn does(
    app: &TestApp,
    now: DateTime<Utc>,
    what: impl AsyncFnOnce(&Write<'_>) -> Result<(), ApiError>,
) {
    let tx = app.database.begin().await.unwrap();
    let write = Write::new(&tx, &Author::SYSTEM, None, now);
    what(&write).await.unwrap();
    tx.commit().await.unwrap();
}

/// Has leads move, in the name of the hub.
async fn move_on(app: &TestApp, now: DateTime<Utc>, moved: Vec<Moved>) {
    does(app, now, async |write| {
        sla::leads_moved(write, &moved).await
    })
    .await;
}

/// Hands `leads` over at `now`: their clocks to be accepted start.
async fn hand_over(app: &TestApp, leads: &[lead::Model], now: DateTime<Utc>) {
    let moved = leads.iter();
    let moved = moved.map(|lead| step(lead, LeadStatus::New, LeadStatus::Mql, now));
    move_on(app, now, moved.collect()).await;
}

/// The clocks of a lead, the latest last.
async fn clocks_of(app: &TestApp, lead: &lead::Model) -> Vec<sla_clock::Model> {
    sla_clock::Entity::find()
        .filter(sla_clock::Column::LeadId.eq(lead.id))
        .order_by_asc(sla_clock::Column::StartedAt)
        .order_by_asc(sla_clock::Column::Id)
        .all(app.database.reads())
        .await
        .unwrap()
}

/// Kind and state of each of the clocks of a lead.
async fn states(app: &TestApp, lead: &lead::Model) -> Vec<(SlaKind, SlaState)> {
    let clocks = clocks_of(app, lead).await.into_iter();
    clocks.map(|clock| (clock.kind, clock.state)).collect()
}

/// What the change log has of clocks, in its order.
async fn log(app: &TestApp) -> Vec<change::Model> {
    change::Entity::find()
        .filter(change::Column::Entity.eq("sla_clock"))
        .order_by_asc(change::Column::Seq)
        .all(app.database.reads())
        .await
        .unwrap()
}

/// How many changes of clocks say something of `column`.
async fn changes_of(app: &TestApp, column: &str) -> usize {
    let log = log(app).await;
    let says = |change: &&change::Model| {
        let fields = change.fields.as_ref();
        fields.is_some_and(|fields| fields.get(column).is_some())
    };
    log.iter().filter(says).count()
}

/// Each error's code, and the part of the input that it is about.
fn problems(answer: &Response) -> Vec<(String, String)> {
    let errors = answer.body["errors"].as_array().cloned();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = errors.unwrap_or_default().into_iter().map(|error| {
        let extensions = &error["extensions"];
        (text(&extensions["code"]), text(&extensions["field"]))
    });
    told.collect()
}

/// Variables with an input.
fn input(input: &Value) -> Value {
    json!({ "input": input })
}
