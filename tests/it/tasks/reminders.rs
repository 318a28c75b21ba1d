//! Tasks remind when they are due, once, however many watch.

use std::time::{Duration, Instant};

use api::{services::task::watch::round, views::Role};
use chrono::TimeDelta;
use entity::task::{self, TaskState};
use futures::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use tests::{
    app::{TestApp, each_app},
    database::each_database,
    fixtures,
};

use super::{at, changes_of, insert, one, run, some_task};
use crate::workflows::gid;

#[tokio::test]
async fn it_reminds_exactly_when_it_is_due_and_when_it_is_not_snoozed_any_more() {
    each_app(async |app| {
        let rep = fixtures::user(&app.database, "Rita", &[Role::SalesRep]).await;
        let task = some_task(&rep);
        insert(app, [task.clone()]).await;
        let look = async |now| {
            app.clock.set(now);
            let round = round(&app.database, &app.clock).await.unwrap();
            (round.changed, round.next, one(app, task.id).await)
        };
        let moment = TimeDelta::microseconds(1);
        let (changed, next, row) = look(task.due_at - moment).await;
        assert_eq!((changed, next, row.reminded_at), (false, Some(task.due_at), None));
        let (changed, next, row) = look(task.due_at).await;
        assert_eq!((changed, next, row.reminded_at), (true, None, Some(task.due_at)));
        assert_eq!(row.version, 2);
        let (changed, ..) = look(task.due_at + TimeDelta::days(1)).await;
        assert!(!changed);
        assert_eq!(changes_of(app, "reminded_at").await, 1);

        let token = app.token_of(&rep.email).await;
        let until = at("2026-12-01T08:00:00Z");
        let said = json!({ "id": gid("Task", task.id), "reason": "they are away", "snoozedUntil": until.to_rfc3339() });
        let _ = run(app, &token, "snoozeTask", said).await.data();
        let (changed, next, row) = look(until - moment).await;
        assert_eq!((changed, next, row.state), (false, Some(until), TaskState::Snoozed));
        let (changed, next, row) = look(until).await;
        assert_eq!((changed, next, row.state), (true, None, TaskState::Open));
        assert_eq!((row.reminded_at, row.snoozed_until), (Some(until), None));
        assert_eq!(changes_of(app, "reminded_at").await, 2);
    })
    .await;
}

#[tokio::test]
async fn what_wakes_before_it_is_due_reminds_then_as_well() {
    each_app(async |app| {
        let rep = fixtures::user(&app.database, "Rita", &[Role::SalesRep]).await;
        let task = some_task(&rep);
        let until = at("2026-11-23T08:00:00Z");
        let snoozed = task::Model {
            state: TaskState::Snoozed,
            snoozed_until: Some(until),
            remind_at: Some(until),
            ..task.clone()
        };
        insert(app, [snoozed]).await;
        for (now, next) in [(until, Some(task.due_at)), (task.due_at, None)] {
            app.clock.set(now);
            let round = round(&app.database, &app.clock).await.unwrap();
            assert_eq!((round.changed, round.next), (true, next));
            assert_eq!(one(app, task.id).await.reminded_at, Some(now));
        }
    })
    .await;
}

#[tokio::test]
async fn several_who_watch_at_once_remind_once() {
    each_app(async |app| {
        let rep = fixtures::user(&app.database, "Rita", &[Role::SalesRep]).await;
        insert(app, (0..450).map(|_| some_task(&rep))).await;
        app.clock.set(at("2026-11-23T12:00:00Z"));
        let rounds = join_all((0..4).map(|_| round(&app.database, &app.clock))).await;
        assert!(rounds.iter().all(Result::is_ok));
        // Whom others have, who looks skips: what they leave is done by the next look.
        round(&app.database, &app.clock).await.unwrap();
        assert_eq!(changes_of(app, "reminded_at").await, 450);
    })
    .await;
}

async fn reminded(app: &TestApp) -> u64 {
    let tasks = task::Entity::find().filter(task::Column::RemindedAt.is_not_null());
    tasks.count(app.database.reads()).await.unwrap()
}

#[tokio::test]
async fn hubs_remind_by_themselves_within_a_second_and_once() {
    let runs = each_database().map(async |database| {
        let app = TestApp::start_with(database, &[("TASKS__BACKGROUND", "true")]).await;
        let replica = app.replica().await;
        let rep = fixtures::user(&app.database, "Rita", &[Role::SalesRep]).await;
        app.forget_callers();
        let token = app.token_of(&rep.email).await;
        let soon = json!({ "title": "Call", "dueAt": "2026-11-22T12:00:05Z" });
        let _ = run(&app, &token, "createTask", soon).await.data();
        assert_eq!(reminded(&app).await, 0);
        app.clock.set(at("2026-11-22T12:00:05Z"));
        let since = Instant::now();
        while reminded(&app).await == 0 {
            assert!(since.elapsed() < Duration::from_secs(10), "nobody watches");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(changes_of(&app, "reminded_at").await, 1);
        replica.stop(std::future::pending()).await.unwrap();
        app.stop().await;
    });
    join_all(runs).await;
}
