//! Deciding on two rows that may be the same.

use serde_json::json;
use uuid::Uuid;

use entity::{change::ChangeKind, duplicate_candidate::DuplicateState};

use crate::{
    change::{self, Actor, Change},
    dataset::{GlobalId, dataset},
    error::ApiError,
    reader,
    store::merge as store,
};

use super::super::write::Write;

/// Says that the two rows of a pair are not the same. It stays so, whatever is found again.
///
/// # Errors
///
/// - [`ApiError::NotFound`] when the caller does not see both rows, or there is no such pair
/// - [`ApiError::Forbidden`] when they may not decide
/// - [`ApiError::Validation`] when they were merged
/// - [`ApiError::Internal`] when the database fails
pub async fn dismiss(write: &Write<'_>, id: Uuid) -> Result<(), ApiError> {
    let entity = dataset().target("DuplicateCandidate")?;
    if let Some(viewer) = write.viewer {
        let id = GlobalId { entity, id };
        reader::permit(write.tx, viewer, id, "dismiss", "dismiss this pair").await?;
    }
    let pair = store::pair(write.tx, id).await?;
    let pair = pair.ok_or_else(|| ApiError::NotFound {
        what: entity.name.to_owned(),
    })?;
    match pair.state {
        DuplicateState::Dismissed => Ok(()),
        DuplicateState::Open => decide(write, id, DuplicateState::Dismissed).await,
        DuplicateState::Merged => {
            let problem = "these were merged: undo that first";
            Err(ApiError::validation("id", problem))
        }
    }
}

/// Writes what became of a pair.
pub(super) async fn decide(
    write: &Write<'_>,
    id: Uuid,
    state: DuplicateState,
) -> Result<(), ApiError> {
    let user = match write.author.actor {
        Actor::User(id) => Some(id),
        _ => None,
    };
    let decided = match state {
        DuplicateState::Open => (None, None),
        DuplicateState::Dismissed | DuplicateState::Merged => (Some(write.now), user),
    };
    let before = store::pair(write.tx, id).await?;
    store::decide(write.tx, id, state, decided).await?;
    let row = ("duplicate_candidate", id);
    let change = Change::by(write.author, write.now, row, ChangeKind::Updated);
    let before = before.map(|pair| named(pair.state));
    let change = change.of(json!({"state": [before, named(state)]}));
    change::record(write.tx, vec![change]).await?;
    Ok(())
}

fn named(state: DuplicateState) -> &'static str {
    match state {
        DuplicateState::Open => "OPEN",
        DuplicateState::Dismissed => "DISMISSED",
        DuplicateState::Merged => "MERGED",
    }
}
