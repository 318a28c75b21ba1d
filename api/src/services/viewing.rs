//! Looking at the hub with the eyes of another role.

use chrono::{DateTime, Utc};
use entity::change::ChangeKind;
use serde_json::json;

use crate::{
    auth::Viewer,
    change::{self, Actor, Change},
    database::Database,
    error::ApiError,
};

/// Puts it on record that `viewer` looks with the eyes of another role, if they do: who, which role,
/// when and in which request.
///
/// # Errors
///
/// Returns [`ApiError::Internal`] when the database fails; then nobody may look.
pub async fn record(
    db: &Database,
    viewer: &Viewer,
    now: DateTime<Utc>,
    request_id: Option<String>,
) -> Result<(), ApiError> {
    let Some(role) = &viewer.viewed_as else {
        return Ok(());
    };
    let (actor, entity, entity_id) = match viewer.user_id {
        Some(user) => (Actor::User(user), "user", user),
        None => (Actor::Token(viewer.token_id), "api_token", viewer.token_id),
    };
    let change = Change {
        at: now,
        actor,
        entity,
        entity_id,
        kind: ChangeKind::ViewedAs,
        fields: Some(json!({ "role": [viewer.roles, role] })),
        reason: None,
        request_id,
        address: viewer.address,
    };
    let tx = db.begin().await?;
    change::record(&tx, vec![change]).await?;
    tx.commit().await?;
    Ok(())
}
