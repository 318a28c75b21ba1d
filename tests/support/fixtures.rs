//! Rows that tests begin with.

#![expect(clippy::expect_used, reason = "a test that cannot have its rows fails")]

use api::{database::Database, views::Role};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    account, campaign, channel, contact, lead, lead_definition, lead_transition, opportunity,
    territory, touch, user, user_territory,
};
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

/// Writes all of a row that is there already.
///
/// # Panics
///
/// When the database refuses.
pub async fn rewrite<A>(database: &Database, row: impl IntoActiveModel<A>)
where
    A: ActiveModelTrait + sea_orm::ActiveModelBehavior + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let update = row.into_active_model().reset_all();
    let updated = update.update(database.writes()).await;
    updated.expect("the row can be written");
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
        quality: None,
        reject_reason_id: None,
        disqualify_reason_id: None,
        definition_id: None,
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

/// A campaign that runs and is somebody's, which is not written.
#[must_use]
pub fn some_campaign(owner: Uuid) -> campaign::Model {
    campaign::Model {
        id: Uuid::now_v7(),
        name: "Webinar".to_owned(),
        kind: campaign::CampaignKind::Webinar,
        status: campaign::CampaignStatus::Running,
        channel: channel::Channel::Other,
        parent_id: None,
        owner_id: Some(owner),
        brief_goal: None,
        brief_audience: None,
        brief_message: None,
        brief_sales_action: None,
        brief_expected: None,
        starts_at: Some(TestApp::now() - TimeDelta::days(21)),
        ends_at: None,
        expected_leads: None,
        expected_responses: None,
        frequency_cap: None,
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

/// A touch of `lead`, which nobody has written.
#[must_use]
pub fn some_touch(lead: &lead::Model, kind: touch::TouchKind, at: DateTime<Utc>) -> touch::Model {
    touch::Model {
        id: Uuid::now_v7(),
        occurred_at: at,
        kind,
        function: touch::TouchFunction::Marketing,
        direction: touch::TouchDirection::Inbound,
        channel: channel::Channel::Other,
        campaign_id: None,
        contact_id: None,
        lead_id: Some(lead.id),
        account_id: lead.account_id,
        actor_id: None,
        visitor_key: None,
        identified_at: None,
        properties: None,
        source_system: None,
        dedupe_key: None,
        version: 1,
        created_at: at,
        created_by: None,
        updated_at: at,
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    }
}

/// A step of `lead`, which nobody has written.
#[must_use]
pub fn some_transition(
    lead: &lead::Model,
    to_status: lead::LeadStatus,
    at: DateTime<Utc>,
) -> lead_transition::Model {
    lead_transition::Model {
        id: Uuid::now_v7(),
        lead_id: lead.id,
        from_status: None,
        to_status,
        at,
        by_user_id: None,
        cause: lead_transition::TransitionCause::Rule,
        reason_id: None,
        note: None,
        budget: None,
        authority: None,
        need: None,
        timing: None,
        score_snapshot: None,
        definition_id: None,
        cycle: 1,
        backfilled: false,
        created_at: at,
    }
}

/// A deal that came of `lead` and was won, which nobody has written.
#[must_use]
pub fn some_opportunity(lead: &lead::Model, won_at: DateTime<Utc>) -> opportunity::Model {
    opportunity::Model {
        id: Uuid::now_v7(),
        name: "A deal".to_owned(),
        account_id: lead.account_id,
        owner_id: lead.owner_id,
        lead_id: Some(lead.id),
        primary_campaign_id: None,
        stage: opportunity::OpportunityStage::ClosedWon,
        amount_minor: None,
        amount_currency: None,
        probability: None,
        expected_close_on: None,
        closed_at: Some(won_at),
        lost_reason_id: None,
        next_step: None,
        push_count: 0,
        forecast_category: opportunity::ForecastCategory::Closed,
        custom_fields: None,
        version: 1,
        created_at: lead.created_at,
        created_by: None,
        updated_at: won_at,
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    }
}

/// Writes a definition of marketing qualified leads that is in force.
///
/// # Panics
///
/// When the database refuses.
pub async fn definition(
    database: &Database,
    criteria: serde_json::Value,
    threshold: i32,
) -> lead_definition::Model {
    let row = lead_definition::Model {
        id: Uuid::now_v7(),
        stage: lead_definition::DefinitionStage::Mql,
        version: 1,
        status: lead_definition::DefinitionStatus::Active,
        criteria,
        threshold,
        answers: None,
        note: None,
        proposed_by_id: None,
        effective_from: Some(TestApp::now()),
        superseded_at: None,
        created_at: TestApp::now(),
    };
    insert(database, row.clone()).await;
    row
}
