//! Who is the same, for sure and probably.

#![cfg(test)]

mod accounts;
mod dismissed;
mod eyes;
mod found;
mod identity;
mod kept;
mod merge;
mod quality;
mod refused;
mod taken;
mod together;
mod told;

use entity::{account, contact, lead};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::{app::TestApp, client::Response, fixtures};
use uuid::Uuid;

/// The global id of a contact.
fn con(id: Uuid) -> String {
    format!("con_{}", id.simple())
}

/// Merges contacts with `query`, with `more` in its input.
async fn merge(
    app: &TestApp,
    token: &str,
    query: &str,
    (winner, losers): (&contact::Model, &[&contact::Model]),
    more: Value,
) -> Response {
    let losers: Vec<String> = losers.iter().map(|loser| con(loser.id)).collect();
    let mut input = json!({"winnerId": con(winner.id), "loserIds": losers});
    let more = more.as_object().cloned().unwrap_or_default();
    input.as_object_mut().unwrap().extend(more);
    app.graphql(token, query, json!({"input": input})).await
}

/// Undoes what `merged` answered.
async fn undo(app: &TestApp, token: &str, merged: &Response) -> Response {
    const UNDO: &str =
        "mutation($id: ID!) { undoMerge(mergeId: $id) { restored changedSince { id what } } }";
    let id = &merged.data()["mergeContacts"]["mergeId"];
    app.graphql(token, UNDO, json!({"id": id})).await
}

/// Changes a contact behind the hub's back.
async fn put(app: &TestApp, row: contact::ActiveModel) {
    let tx = app.database.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// A contact as it is stored, deleted or not.
async fn stored(app: &TestApp, row: &contact::Model) -> contact::Model {
    let row = contact::Entity::find_by_id(row.id);
    row.one(app.database.reads()).await.unwrap().unwrap()
}

/// Writes a contact at `account`.
async fn contact_named(
    app: &TestApp,
    (first, last): (&str, &str),
    email: &str,
    account: &account::Model,
) -> contact::Model {
    let row = contact::Model {
        id: Uuid::now_v7(),
        email: Some(email.to_owned()),
        email_verified: false,
        phone: None,
        ..fixtures::some_contact((first, last), account)
    };
    let tx = app.database.begin().await.unwrap();
    row.clone().into_active_model().insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
    row
}

/// Writes a lead.
async fn lead_of(app: &TestApp, email: &str, company: Option<&str>) -> lead::Model {
    let row = lead::Model {
        email: Some(email.to_owned()),
        company_name: company.map(str::to_owned),
        ..fixtures::some_lead()
    };
    let tx = app.database.begin().await.unwrap();
    row.clone().into_active_model().insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
    row
}
