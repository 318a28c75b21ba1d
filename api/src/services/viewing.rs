//! Looking at the hub with the eyes of another role.

use chrono::{DateTime, Utc};
use entity::change::ChangeKind;
use serde_json::json;

use crate::{
    auth::Viewer,
    change::{self, Author, Change},
    database::Database,
    error::ApiError,
};

/// Puts it on record that `viewer` looks with the eyes of another role, if they do: who, which role,
/// when, from where and in which request.
///
/// # Errors
///
/// Returns [`ApiError::Internal`] when the database fails; then nobody may look.
pub async fn record(
    db: &Database,
    viewer: &Viewer,
    now: DateTime<Utc>,
    author: &Author,
) -> Result<(), ApiError> {
    let Some(role) = &viewer.viewed_as else {
        return Ok(());
    };
    let looks = match viewer.user_id {
        Some(user) => ("user", user),
        None => ("api_token", viewer.token_id),
    };
    let change = Change::by(author, now, looks, ChangeKind::ViewedAs);
    let change = change.of(json!({ "role": [viewer.roles, role] }));
    let tx = db.begin().await?;
    change::record(&tx, vec![change]).await?;
    tx.commit().await?;
    Ok(())
}
