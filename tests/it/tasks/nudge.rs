//! Who says nothing for long is asked, once in a week.

use api::{
    calendar::Calendar,
    services::task::nudge::{next, round},
    store::bulk,
    views::Role,
};
use entity::{
    campaign,
    feedback::{self, FeedbackDirection, FeedbackKind, FeedbackState},
    lead,
    lead::LeadStatus,
    task::TaskOrigin,
    user,
};
use futures::future::join_all;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::json;
use tests::{
    app::{TestApp, each_app},
    fixtures,
};
use uuid::Uuid;

use super::{all, at, problem, run};
use crate::workflows::{gid, member, team};

const DAYS: u32 = 14;
/// A Wednesday; the Monday of its week, and of the next one.
const NOW: &str = "2026-11-25T12:00:00Z";
const WEEKS: [&str; 2] = ["2026-11-23", "2026-11-30"];

/// A lead of somebody's that took a step at `when`.
async fn lead_of(app: &TestApp, owner: &user::Model, when: &str) -> lead::Model {
    let lead = lead::Model {
        owner_id: Some(owner.id),
        ..fixtures::some_lead()
    };
    let step = fixtures::some_transition(&lead, LeadStatus::Mql, at(when));
    let tx = app.database.begin().await.unwrap();
    bulk::insert(&tx, vec![lead.clone()]).await.unwrap();
    bulk::insert(&tx, vec![step]).await.unwrap();
    tx.commit().await.unwrap();
    lead
}

/// Feedback that somebody gave at `when`.
async fn feedback_of(app: &TestApp, author: &user::Model, lead: &lead::Model, when: &str) {
    let row = feedback::Model {
        id: Uuid::now_v7(),
        direction: FeedbackDirection::SalesToMarketing,
        kind: FeedbackKind::LeadQuality,
        campaign_id: None,
        lead_id: Some(lead.id),
        account_id: None,
        opportunity_id: None,
        asset_id: None,
        definition_id: None,
        theme: None,
        verbatim: "A good one.".to_owned(),
        sentiment: None,
        author_id: Some(author.id),
        assignee_id: None,
        state: FeedbackState::Open,
        due_at: None,
        acknowledged_at: None,
        actioned_at: None,
        verified_at: None,
        resolved_by_campaign_id: None,
        resolved_by_asset_id: None,
        resolved_by_definition_id: None,
        resolved_by_url: None,
        appealed_at: None,
        appeal_decided_at: None,
        version: 1,
        created_at: at(when),
        created_by: None,
        updated_at: at(when),
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    };
    let insert = feedback::Entity::insert(row.into_active_model());
    insert
        .exec_without_returning(app.database.writes())
        .await
        .unwrap();
}

#[tokio::test]
async fn who_is_silent_is_asked_once_in_a_week_and_who_is_not_never() {
    each_app(async |app| {
        let team = team(app).await;
        let (silent, token) = member(&team, Role::SalesRep);
        let (active, _) = member(&team, Role::SalesManager);
        let (marketer, _) = member(&team, Role::Marketer);
        let recently = "2026-11-18T09:00:00Z";
        lead_of(app, silent, recently).await;
        let told = lead_of(app, active, recently).await;
        feedback_of(app, active, &told, "2026-11-20T09:00:00Z").await;
        // Who said something before that is silent since, and had nothing to say.
        let bored = fixtures::user(&app.database, "Bo", &[Role::SalesRep]).await;
        let old = lead_of(app, &bored, "2026-10-01T09:00:00Z").await;
        feedback_of(app, silent, &old, "2026-11-01T09:00:00Z").await;
        let row = fixtures::some_campaign(marketer.id).into_active_model();
        let insert = campaign::Entity::insert(row);
        insert
            .exec_without_returning(app.database.writes())
            .await
            .unwrap();

        let calendar = Calendar::default();
        let nudge = async |now: &str| {
            round(&app.database, &calendar, at(now), DAYS)
                .await
                .unwrap()
        };
        assert_eq!(next(&calendar, at(NOW)), at("2026-11-30T00:00:00Z"));
        let at_once =
            join_all((0..4).map(|_| round(&app.database, &calendar, at(NOW), DAYS))).await;
        let nudged: usize = at_once.into_iter().map(Result::unwrap).sum();
        assert_eq!(nudged, 2);
        assert_eq!(nudge("2026-11-29T23:59:59Z").await, 0);
        let asked = all(app).await;
        assert_eq!(asked.len(), 2);
        assert!(asked.iter().all(|task| task.origin == TaskOrigin::Nudge));
        let of = |user: &user::Model| asked.iter().find(|task| task.assignee_id == Some(user.id));
        let (own, others) = (of(silent).unwrap(), of(marketer).unwrap());
        assert!(own.title.starts_with("Tell marketing") && others.title.starts_with("Tell sales"));
        for task in &asked {
            assert_eq!(task.week.unwrap().to_string(), WEEKS[0]);
            assert_eq!(task.due_at, at("2026-11-28T00:00:00Z"));
        }
        // In the next week whoever is still silent is asked again; the lead took its step in time for that as well.
        feedback_of(app, marketer, &told, "2026-11-26T09:00:00Z").await;
        assert_eq!(nudge("2026-11-30T00:00:00Z").await, 1);
        let weeks = all(app)
            .await
            .into_iter()
            .filter(|task| task.assignee_id == Some(silent.id));
        let weeks: Vec<String> = weeks.map(|task| task.week.unwrap().to_string()).collect();
        assert_eq!(weeks, WEEKS);

        // It is nobody else's.
        let id = gid("Task", own.id);
        let (_, admin) = member(&team, Role::Admin);
        let other = json!({ "id": id, "assigneeId": gid("User", active.id) });
        let answer = run(app, admin, "assignTask", other).await;
        assert_eq!(problem(&answer), ("INVALID_TRANSITION", "input"));
        let answer = run(app, token, "completeTask", json!({ "id": id })).await;
        assert_eq!(answer.data()["completeTask"]["task"]["state"], "DONE");
    })
    .await;
}
