//! The territories of users.

use uuid::Uuid;

use crate::{error::ApiError, reader::Reading, store};

/// The territories that a user was given, and all below them.
///
/// # Errors
///
/// As [`Reading::lookup`].
pub async fn of_user(reading: &Reading, user: Uuid) -> Result<Vec<Uuid>, ApiError> {
    reading
        .lookup(async |db| store::territory::of_user(&db, user).await)
        .await
}
