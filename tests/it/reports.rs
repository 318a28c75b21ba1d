//! Reports over leads: what became of what was handed over, and what one needs to know before talking to somebody.

#![cfg(test)]

mod briefing;
mod follow_up;
mod year;

use api::{
    dataset::{dataset, global_id},
    intake::demo::{Plan, write::write},
};
use entity::user;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;
use tests::app::TestApp;
use uuid::Uuid;

/// The global id of a row.
fn gid(noun: &str, id: Uuid) -> String {
    global_id(dataset().entity(noun).unwrap(), id)
}

/// Writes the year of the demo.
async fn a_year(app: &TestApp) {
    let plan = Plan {
        seed: 42,
        scale: 1,
        ends_on: app.clock.now().date_naive(),
    };
    let now = app.clock.now();
    write(&app.database, plan, now, |_| {}).await.unwrap();
}

/// A token of somebody of the demo in that role.
async fn of_the_demo(app: &TestApp, role: &str) -> String {
    let users = user::Entity::find()
        .filter(user::Column::Active.eq(true))
        .order_by_asc(user::Column::Id);
    let users = users.all(app.database.reads()).await.unwrap();
    let in_role = |user: &&user::Model| user.roles == serde_json::json!([role]);
    let user = users.iter().find(in_role).unwrap();
    app.token_of(&user.email).await
}

/// A number of an answer.
fn number(of: &Value, name: &str) -> i64 {
    of[name]
        .as_i64()
        .unwrap_or_else(|| panic!("{name} of {of}"))
}
