//! Clocks that others start and stop: of feedback.

use api::services::sla::{self, About, Subject};
use chrono::{DateTime, Utc};
use entity::{
    feedback::{self, FeedbackDirection, FeedbackKind, FeedbackState},
    sla_clock::{self, SlaKind, SlaState},
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;
use tests::{
    app::{TestApp, each_app},
    fixtures,
};
use uuid::Uuid;

use super::{MONDAY, at, does, id};
use api::views::Role;

/// Feedback on a company.
async fn feedback(app: &TestApp) -> feedback::Model {
    let account = fixtures::account(&app.database, "Acme", None, None).await;
    let row = feedback::Model {
        id: Uuid::now_v7(),
        direction: FeedbackDirection::SalesToMarketing,
        kind: FeedbackKind::CustomerNeed,
        campaign_id: None,
        lead_id: None,
        account_id: Some(account.id),
        opportunity_id: None,
        theme: None,
        verbatim: "They want it in blue.".to_owned(),
        sentiment: None,
        author_id: None,
        assignee_id: None,
        state: FeedbackState::Open,
        due_at: None,
        acknowledged_at: None,
        actioned_at: None,
        verified_at: None,
        resolved_by_campaign_id: None,
        resolved_by_url: None,
        appealed_at: None,
        appeal_decided_at: None,
        asset_id: None,
        definition_id: None,
        resolved_by_asset_id: None,
        resolved_by_definition_id: None,
        version: 1,
        created_at: TestApp::now(),
        created_by: None,
        updated_at: TestApp::now(),
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    };
    let insert = feedback::Entity::insert(row.clone().into_active_model());
    insert
        .exec_without_returning(app.database.writes())
        .await
        .unwrap();
    row
}

async fn clock_of(app: &TestApp, feedback: &feedback::Model) -> sla_clock::Model {
    let clocks = sla_clock::Entity::find()
        .filter(sla_clock::Column::FeedbackId.eq(feedback.id))
        .all(app.database.reads())
        .await
        .unwrap();
    let [clock] = clocks.as_slice() else {
        panic!("{clocks:?}");
    };
    clock.clone()
}

async fn start(app: &TestApp, feedback: &feedback::Model, now: DateTime<Utc>) {
    let subject = Subject {
        id: feedback.id,
        at: now,
        owner_id: None,
        territory_id: None,
        lead: None,
    };
    does(app, now, async |write| {
        sla::start(write, SlaKind::FeedbackAcknowledge, &[subject]).await
    })
    .await;
}

#[tokio::test]
async fn feedback_is_acknowledged_within_two_working_days() {
    each_app(async |app| {
        let feedback = feedback(app).await;
        let friday = at("2026-11-20T15:00:00Z");
        start(app, &feedback, friday).await;
        // Starting again changes nothing.
        start(app, &feedback, at(MONDAY)).await;
        let clock = clock_of(app, &feedback).await;
        assert_eq!(clock.due_at, at("2026-11-24T15:00:00Z"));
        assert_eq!((clock.state, clock.cycle), (SlaState::Running, None));

        let token = app.token_for(Role::MarketingManager).await;
        let query = "query($id: ID!) { feedback(id: $id) { slaClocks { nodes { kind dueAt } } } }";
        let variables = json!({ "id": id("Feedback", feedback.id) });
        let answer = app.graphql(&token, query, variables).await;
        assert_eq!(
            answer.data()["feedback"]["slaClocks"]["nodes"],
            json!([{"kind": "FEEDBACK_ACKNOWLEDGE", "dueAt": "2026-11-24T15:00:00.000000Z"}])
        );

        let done = at("2026-11-24T14:59:59.999999Z");
        let ids = [feedback.id];
        // What another clock waits for is something else.
        for kind in [SlaKind::FeedbackDecide, SlaKind::FeedbackAcknowledge] {
            assert_eq!(clock_of(app, &feedback).await.state, SlaState::Running);
            does(app, done, async |write| sla::met(write, kind, &ids).await).await;
        }
        let clock = clock_of(app, &feedback).await;
        assert_eq!((clock.state, clock.stopped_at), (SlaState::Met, Some(done)));
    })
    .await;
}

#[tokio::test]
async fn a_clock_is_handed_to_somebody_else_or_given_up() {
    each_app(async |app| {
        let feedback = feedback(app).await;
        let (ids, now) = ([feedback.id], at(MONDAY));
        let user = fixtures::user(&app.database, "Mara", &[Role::Marketer]).await;
        start(app, &feedback, now).await;
        let owners = [(feedback.id, Some(user.id))];
        does(app, now, async |write| {
            sla::assign(write, About::Feedback, &owners).await
        })
        .await;
        let clock = clock_of(app, &feedback).await;
        assert_eq!(
            (clock.owner_id, clock.state),
            (Some(user.id), SlaState::Running)
        );
        does(app, now, async |write| {
            sla::cancel(write, About::Feedback, &ids).await
        })
        .await;
        assert_eq!(clock_of(app, &feedback).await.state, SlaState::Cancelled);
    })
    .await;
}
