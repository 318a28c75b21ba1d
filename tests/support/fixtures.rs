//! Rows that tests begin with.

#![expect(clippy::expect_used, reason = "a test that cannot have its rows fails")]

use api::{database::Database, views::Role};
use entity::user;
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
    let insert = user::Entity::insert(row.clone().into_active_model().reset_all());
    let inserted = insert.exec_without_returning(database.writes()).await;
    inserted.expect("a user can be written");
    row
}
