//! The territories of users.

use uuid::Uuid;

use crate::{database::Database, dataset::GlobalId, dataset::dataset, error::ApiError, store};

/// The territories that a user was given, and all below them, from the top of the tree.
///
/// # Errors
///
/// Returns [`ApiError::Internal`] when the database fails.
pub async fn of_user(db: &Database, user: Uuid) -> Result<Vec<GlobalId>, ApiError> {
    let entity = dataset().target("Territory")?;
    let ids = store::territory::of_user(db.reads(), user).await?;
    Ok(ids.into_iter().map(|id| GlobalId { entity, id }).collect())
}
