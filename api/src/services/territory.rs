//! The territories of users.

use uuid::Uuid;

use crate::{database::Database, error::ApiError, store};

/// The territories that a user was given, and all below them.
///
/// # Errors
///
/// Returns [`ApiError::Internal`] when the database fails.
pub async fn of_user(db: &Database, user: Uuid) -> Result<Vec<Uuid>, ApiError> {
    Ok(store::territory::of_user(db.reads(), user).await?)
}
