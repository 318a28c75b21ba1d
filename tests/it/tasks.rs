//! Tasks: who can take which step with them, what playbooks make, and that they remind once.

#![cfg(test)]

mod nobodys;
mod nudge;
mod playbooks;
mod reminders;
mod steps;

use chrono::{DateTime, Utc};
use entity::{
    change,
    task::{self, TaskOrigin, TaskState},
    user,
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::{app::TestApp, client::Response};
use uuid::Uuid;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A task of somebody's, due the next day.
fn some_task(assignee: &user::Model) -> task::Model {
    let due = at("2026-11-23T12:00:00Z");
    task::Model {
        id: Uuid::now_v7(),
        title: "Call back".to_owned(),
        best_practice: None,
        origin: TaskOrigin::Person,
        state: TaskState::Open,
        lead_id: None,
        opportunity_id: None,
        campaign_id: None,
        account_id: None,
        feedback_id: None,
        assignee_id: Some(assignee.id),
        due_at: due,
        remind_at: Some(due),
        reminded_at: None,
        done_at: None,
        out_of_order: false,
        snoozed_until: None,
        snooze_reason: None,
        playbook_step_id: None,
        cycle: None,
        week: None,
        version: 1,
        created_at: TestApp::now(),
        created_by: None,
        updated_at: TestApp::now(),
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    }
}

async fn insert(app: &TestApp, rows: impl IntoIterator<Item = task::Model>) {
    let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    let insert = task::Entity::insert_many(rows);
    insert
        .exec_without_returning(app.database.writes())
        .await
        .unwrap();
}

/// All tasks, the most urgent first.
async fn all(app: &TestApp) -> Vec<task::Model> {
    task::Entity::find()
        .order_by_asc(task::Column::DueAt)
        .order_by_asc(task::Column::Id)
        .all(app.database.reads())
        .await
        .unwrap()
}

async fn one(app: &TestApp, id: Uuid) -> task::Model {
    let found = task::Entity::find_by_id(id).one(app.database.reads());
    found.await.unwrap().unwrap()
}

/// How many changes of tasks say something of `column`.
async fn changes_of(app: &TestApp, column: &str) -> usize {
    let log = change::Entity::find()
        .filter(change::Column::Entity.eq("task"))
        .all(app.database.reads())
        .await
        .unwrap();
    let says = |change: &&change::Model| {
        let fields = change.fields.as_ref();
        fields.is_some_and(|fields| fields.get(column).is_some())
    };
    log.iter().filter(says).count()
}

/// Makes a task, or takes a step with one.
async fn run(app: &TestApp, token: &str, name: &str, said: Value) -> Response {
    let input = name[..1].to_ascii_uppercase() + &name[1..];
    let document = format!(
        "mutation ($input: {input}Input!) {{ {name}(input: $input) {{ task {{ id state dueAt remindAt doneAt outOfOrder
           snoozedUntil snoozeReason assignee {{ name }} }} }} }}"
    );
    app.graphql(token, &document, json!({ "input": said }))
        .await
}

fn problem(answer: &Response) -> (&str, &str) {
    let extensions = &answer.body["errors"][0]["extensions"];
    let text = |name: &str| extensions[name].as_str().unwrap_or_default();
    (text("code"), text("field"))
}
