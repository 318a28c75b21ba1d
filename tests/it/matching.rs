//! Who is the same, for sure and probably.

#![cfg(test)]

mod accounts;
mod dismissed;
mod found;
mod identity;
mod merge;
mod quality;
mod together;

use entity::{account, contact, lead};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use tests::{app::TestApp, fixtures};
use uuid::Uuid;

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
