//! Recycled leads go on when their day has come, once, however many hubs there are.

use api::services::lead::resume::round;
use chrono::TimeDelta;
use entity::{
    lead::{self, LeadStatus},
    lead_transition::{self, TransitionCause},
};
use futures::future::join_all;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter,
};
use serde_json::json;
use tests::app::{TestApp, each_app};
use uuid::Uuid;

use super::{Team, gid};
use api::views::Role;

/// More than are taken in one transaction.
const MANY: usize = 230;

/// Has `leads` stand recycled until an hour after the clock's time.
async fn recycled(app: &TestApp, team: &Team, count: usize) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(team.lead(app, LeadStatus::Recycled).await.id);
    }
    let tx = app.database.begin().await.unwrap();
    for id in &ids {
        let day = lead::ActiveModel {
            id: Set(*id),
            resume_at: Set(Some(app.clock.now() + TimeDelta::hours(1))),
            ..Default::default()
        };
        day.update(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    ids
}

async fn resumed(app: &TestApp, ids: &[Uuid]) -> u64 {
    let steps = lead_transition::Entity::find()
        .filter(lead_transition::Column::LeadId.is_in(ids.iter().copied()))
        .filter(lead_transition::Column::ToStatus.eq(LeadStatus::Nurturing))
        .filter(lead_transition::Column::Cause.eq(TransitionCause::Rule))
        .filter(lead_transition::Column::ByUserId.is_null());
    steps.count(app.database.reads()).await.unwrap()
}

#[tokio::test]
async fn a_recycled_lead_goes_on_at_its_instant_and_not_before() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let ids = recycled(app, &team, 1).await;
        let due = app.clock.now() + TimeDelta::hours(1);
        app.clock.set(due - TimeDelta::microseconds(1));
        let looked = round(&app.database, &app.clock).await.unwrap();
        assert_eq!((looked.changed, looked.next), (false, Some(due)));
        app.clock.set(due);
        let looked = round(&app.database, &app.clock).await.unwrap();
        assert_eq!((looked.changed, looked.next), (true, None));
        let document = "query ($id: ID!) { lead(id: $id) { status resumeAt version transitions { nodes {
            fromStatus toStatus cause note byUser { name } } } } }";
        let asked = json!({ "id": gid("Lead", ids[0]) });
        let answer = app.graphql(team.token(Role::Marketer), document, asked).await;
        let step = json!({
            "fromStatus": "RECYCLED", "toStatus": "NURTURING", "cause": "RULE", "byUser": null,
            "note": "Its `resumeAt` has come.",
        });
        let now = json!({
            "status": "NURTURING", "resumeAt": null, "version": 2, "transitions": { "nodes": [step] },
        });
        assert_eq!(answer.data()["lead"], now);
    })
    .await;
}

#[tokio::test]
async fn several_hubs_have_each_lead_go_on_once() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let ids = recycled(app, &team, MANY).await;
        app.clock.set(app.clock.now() + TimeDelta::hours(1));
        let rounds = join_all((0..3).map(|_| round(&app.database, &app.clock))).await;
        assert!(rounds.into_iter().any(|round| round.unwrap().changed));
        assert_eq!(resumed(app, &ids).await, u64::try_from(MANY).unwrap());
    })
    .await;
}
