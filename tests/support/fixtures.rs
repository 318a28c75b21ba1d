//! Rows that tests begin with.

#![expect(clippy::expect_used, reason = "a test that cannot have its rows fails")]

use api::{database::Database, views::Role};
use entity::{account, contact, lead, territory, user, user_territory};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::json;
use uuid::Uuid;

use crate::app::TestApp;

/// Writes an active user with these roles. The e-mail address is `name` at `example.com`.
///
/// # Panics
///
/// When the database refuses.
pub async fn user(database: &Database, name: &str, roles: &[Role]) -> user::Model {
    let roles: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
    let row = user::Model {
        id: Uuid::now_v7(),
        name: name.to_owned(),
        email: format!("{}@example.com", name.to_lowercase().replace(' ', ".")),
        function: user::UserFunction::Sales,
        roles: json!(roles),
        active: true,
        time_zone: "Europe/Vienna".to_owned(),
        manager_id: None,
        capacity: None,
        out_of_office_from: None,
        out_of_office_until: None,
        version: 1,
        created_at: TestApp::now(),
        created_by: None,
        updated_at: TestApp::now(),
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    };
    insert(database, row.clone()).await;
    row
}

/// Writes a territory with this path under `parent`, and gives it to `users`.
///
/// # Panics
///
/// When the database refuses.
pub async fn territory(
    database: &Database,
    path: &str,
    parent: Option<&territory::Model>,
    users: &[&user::Model],
) -> territory::Model {
    let row = territory::Model {
        id: Uuid::now_v7(),
        name: format!("Territory {path}"),
        code: path.replace('/', "-"),
        path: path.to_owned(),
        kind: territory::TerritoryKind::Geo,
        business_calendar_id: None,
        parent_id: parent.map(|parent| parent.id),
        version: 1,
        created_at: TestApp::now(),
        created_by: None,
        updated_at: TestApp::now(),
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    };
    insert(database, row.clone()).await;
    for user in users {
        let pair = user_territory::Model {
            user_id: user.id,
            territory_id: row.id,
            created_at: TestApp::now(),
            created_by: None,
        };
        insert(database, pair).await;
    }
    row
}

/// Writes an account in `territory`, owned by `owner`.
///
/// # Panics
///
/// When the database refuses.
pub async fn account(
    database: &Database,
    name: &str,
    territory: Option<&territory::Model>,
    owner: Option<&user::Model>,
) -> account::Model {
    let row = account::Model {
        id: Uuid::now_v7(),
        name: name.to_owned(),
        normalized_name: name.to_lowercase(),
        industry: None,
        employee_band: None,
        annual_revenue_minor: None,
        annual_revenue_currency: None,
        country: None,
        channel: account::AccountChannel::Direct,
        lifecycle: account::AccountLifecycle::Prospect,
        target_tier: None,
        owner_id: owner.map(|owner| owner.id),
        marketer_id: None,
        territory_id: territory.map(|territory| territory.id),
        parent_id: None,
        custom_fields: None,
        version: 1,
        created_at: TestApp::now(),
        created_by: None,
        updated_at: TestApp::now(),
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    };
    insert(database, row.clone()).await;
    row
}

/// Writes a contact at `account`. The e-mail address is `first.last` at `example.com`.
///
/// # Panics
///
/// When the database refuses.
pub async fn contact(
    database: &Database,
    name: (&str, &str),
    account: &account::Model,
) -> contact::Model {
    let row = some_contact(name, account);
    insert(database, row.clone()).await;
    row
}

/// Writes a row as it is.
async fn insert<A>(database: &Database, row: impl IntoActiveModel<A>)
where
    A: ActiveModelTrait,
{
    let insert = A::Entity::insert(row.into_active_model().reset_all());
    let inserted = insert.exec_without_returning(database.writes()).await;
    inserted.expect("the row can be written");
}

/// A contact at `account`, which nobody has written.
#[must_use]
pub fn some_contact((first, last): (&str, &str), account: &account::Model) -> contact::Model {
    let email = format!("{first}.{last}@example.com").to_lowercase();
    contact::Model {
        id: Uuid::now_v7(),
        first_name: Some(first.to_owned()),
        last_name: Some(last.to_owned()),
        email: Some(email),
        email_verified: true,
        email_domain: Some("example.com".to_owned()),
        phone: Some("+431234567".to_owned()),
        job_title: None,
        role_function: None,
        seniority: None,
        buyer_role: contact::BuyerRole::Champion,
        account_id: Some(account.id),
        consent: json!([]),
        do_not_contact: false,
        brand_aware: None,
        custom_fields: None,
        version: 1,
        created_at: TestApp::now(),
        created_by: None,
        updated_at: TestApp::now(),
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    }
}

/// A lead, which nobody has written.
#[must_use]
pub fn some_lead() -> lead::Model {
    lead::Model {
        id: Uuid::now_v7(),
        status: lead::LeadStatus::New,
        first_name: None,
        last_name: None,
        email: None,
        phone: None,
        company_name: None,
        job_title: None,
        source: lead::LeadSource::Other,
        source_campaign_id: None,
        owner_id: None,
        territory_id: None,
        account_id: None,
        contact_id: None,
        duplicate_of_id: None,
        score: 0,
        fit_score: 0,
        engagement_score: 0,
        intent_band: lead::IntentBand::Nurture,
        cycle: 1,
        mql_at: None,
        accepted_at: None,
        first_touched_at: None,
        sql_at: None,
        converted_at: None,
        resume_at: None,
        reject_reason_id: None,
        disqualify_reason_id: None,
        raw_capture: None,
        custom_fields: None,
        version: 1,
        created_at: TestApp::now(),
        created_by: None,
        updated_at: TestApp::now(),
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    }
}
