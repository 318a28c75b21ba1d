//! What people do with tasks.

use api::{dataset::Step, views::Role};
use entity::{
    task::{self, TaskState},
    user,
};
use sea_orm::{ActiveEnum, Iterable};
use serde_json::{Value, json};
use tests::app::each_app;
use uuid::Uuid;

use super::{all, at, insert, problem, run, some_task};
use crate::workflows::{self, gid, member, team};

#[tokio::test]
async fn each_role_takes_the_steps_that_the_table_gives_it() {
    each_app(async |app| {
        let team = team(app).await;
        let rows = async |user: &user::Model, _: bool| {
            let rows = TaskState::iter().map(|state| task::Model {
                state,
                ..some_task(user)
            });
            let rows: Vec<task::Model> = rows.collect();
            insert(app, rows.clone()).await;
            let standing = rows.iter().map(|row| (row.state.to_value(), row.id));
            standing.collect()
        };
        let assignee = gid("User", member(&team, Role::SalesRep).0.id);
        let said = |step: &Step| match step.mutation.as_str() {
            "snoozeTask" => {
                json!({ "reason": "not yet", "snoozedUntil": "2026-12-01T08:00:00Z" })
            }
            "cancelTask" => json!({ "reason": "done with" }),
            "assignTask" => json!({ "assigneeId": assignee }),
            _ => json!({}),
        };
        workflows::each_triple_is_as_the_table_has_it(app, "Task", &team, rows, said, |_| true)
            .await;
    })
    .await;
}

#[tokio::test]
async fn people_make_tasks_for_themselves_and_managers_for_their_team() {
    each_app(async |app| {
        let team = team(app).await;
        let (rep, rep_token) = member(&team, Role::SalesRep);
        let (marketer, _) = member(&team, Role::Marketer);
        let (_, manager) = member(&team, Role::SalesManager);
        let said = |assignee: Option<Uuid>| {
            let mut said = json!({ "title": "Call back", "dueAt": "2026-11-24T09:00:00Z" });
            if let Some(assignee) = assignee {
                said["assigneeId"] = json!(gid("User", assignee));
            }
            said
        };
        let answer = run(app, rep_token, "createTask", said(None)).await;
        let task = answer.data()["createTask"]["task"].clone();
        assert_eq!(task["assignee"]["name"], "SALES_REP");
        assert_eq!((&task["state"], &task["remindAt"]), (&json!("OPEN"), &task["dueAt"]));
        let answer = run(app, rep_token, "createTask", said(Some(marketer.id))).await;
        assert_eq!(problem(&answer).0, "FORBIDDEN_SCOPE");
        let answer = run(app, manager, "createTask", said(Some(rep.id))).await;
        assert_eq!(answer.data()["createTask"]["task"]["assignee"]["name"], "SALES_REP");
        let answer = run(app, manager, "createTask", said(Some(marketer.id))).await;
        assert_eq!(problem(&answer).0, "FORBIDDEN_SCOPE");

        let mine = "query ($due: DateTimeFilter) { myTasks(due: $due) { totalCount nodes { title assignee { name } } } }";
        let due = |until: &str| json!({ "due": { "lt": until } });
        for (token, until, count) in [
            (rep_token, "2026-11-25T00:00:00Z", 2),
            (rep_token, "2026-11-24T09:00:00Z", 0),
            (manager, "2026-11-25T00:00:00Z", 0),
        ] {
            let answer = app.graphql(token, mine, due(until)).await;
            assert_eq!(answer.data()["myTasks"]["totalCount"], count, "{until}");
        }
        let listed = "{ tasks { totalCount nodes { title maskedFields } } }";
        let (_, analyst) = member(&team, Role::Analyst);
        let answer = app.graphql(analyst, listed, json!({})).await;
        let tasks = &answer.data()["tasks"];
        assert_eq!(tasks["totalCount"], 2);
        assert_eq!(tasks["nodes"][0], json!({ "title": null, "maskedFields": ["title", "snoozeReason"] }));
        let answer = app.graphql(manager, listed, json!({})).await;
        assert_eq!(answer.data()["tasks"]["totalCount"], 2);
        let (_, other) = member(&team, Role::MarketingManager);
        let answer = app.graphql(other, listed, json!({})).await;
        assert_eq!(answer.data()["tasks"]["totalCount"], 0);
    })
    .await;
}

#[tokio::test]
async fn a_task_is_put_off_with_a_reason_done_and_done_after_all() {
    each_app(async |app| {
        let team = team(app).await;
        let (rep, token) = member(&team, Role::SalesRep);
        let task = some_task(rep);
        insert(app, [task.clone()]).await;
        let id = gid("Task", task.id);
        let snooze = |until: &str, reason: Value| json!({ "id": id, "snoozedUntil": until, "reason": reason });
        let answer = run(app, token, "snoozeTask", snooze("2026-11-22T12:00:00Z", json!("later"))).await;
        assert_eq!(problem(&answer), ("VALIDATION", "input.snoozedUntil"));
        let answer = run(app, token, "snoozeTask", snooze("2026-11-25T08:00:00Z", json!(" "))).await;
        assert_eq!(problem(&answer), ("VALIDATION", "input.reason"));
        let answer = run(app, token, "snoozeTask", snooze("2026-11-25T08:00:00Z", json!("on a journey"))).await;
        let snoozed = answer.data()["snoozeTask"]["task"].clone();
        assert_eq!((&snoozed["state"], &snoozed["snoozeReason"]), (&json!("SNOOZED"), &json!("on a journey")));
        assert_eq!(snoozed["remindAt"], snoozed["snoozedUntil"]);
        let answer = run(app, token, "completeTask", json!({ "id": id })).await;
        let done = answer.data()["completeTask"]["task"].clone();
        assert_eq!((&done["state"], &done["remindAt"]), (&json!("DONE"), &Value::Null));
        assert!(done["doneAt"].is_string() && done["snoozedUntil"].is_null());
        let answer = run(app, token, "reopenTask", json!({ "id": id })).await;
        let open = answer.data()["reopenTask"]["task"].clone();
        assert_eq!((&open["state"], &open["doneAt"]), (&json!("OPEN"), &Value::Null));
        assert_eq!(open["remindAt"], open["dueAt"]);
        let answer = run(app, token, "cancelTask", json!({ "id": id, "reason": "they called" })).await;
        assert_eq!(answer.data()["cancelTask"]["task"]["remindAt"], Value::Null);
        // What is long due does not remind again.
        app.clock.set(at("2026-11-23T12:00:00Z"));
        let token = &app.token_of(&rep.email).await;
        let answer = run(app, token, "reopenTask", json!({ "id": id })).await;
        assert_eq!(answer.data()["reopenTask"]["task"]["remindAt"], Value::Null);
        assert_eq!(all(app).await.len(), 1);
    })
    .await;
}
