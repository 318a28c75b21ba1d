//! Deciding on two rows that may be the same.

use sea_orm::ActiveEnum;
use serde_json::Value as Json;
use uuid::Uuid;

use entity::{
    change::ChangeKind,
    duplicate_candidate::{self, DuplicateState},
};

use crate::{
    change::{self, Change},
    dataset::{GlobalId, dataset},
    error::ApiError,
    reader, record,
    store::{merge as store, table::Value},
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
        DuplicateState::Open => decide(write, &pair, DuplicateState::Dismissed).await,
        DuplicateState::Merged => {
            let problem = "these were merged: undo that first";
            Err(ApiError::validation("id", problem))
        }
    }
}

/// Writes what became of a pair.
pub(super) async fn decide(
    write: &Write<'_>,
    pair: &duplicate_candidate::Model,
    state: DuplicateState,
) -> Result<(), ApiError> {
    let user = write.author.actor.user();
    let decided = match state {
        DuplicateState::Open => (None, None),
        DuplicateState::Dismissed | DuplicateState::Merged => (Some(write.now), user),
    };
    store::decide(write.tx, pair.id, state, decided).await?;
    let row = ("duplicate_candidate", pair.id);
    let change = Change::by(write.author, write.now, row, ChangeKind::Updated);
    let values: [(&str, Value, Value); 3] = [
        (
            "state",
            pair.state.to_value().into(),
            state.to_value().into(),
        ),
        ("decided_at", pair.decided_at.into(), decided.0.into()),
        ("decided_by_id", pair.decided_by_id.into(), decided.1.into()),
    ];
    let changed = values
        .iter()
        .filter(|(_, before, after)| before != after)
        .map(|(column, before, after)| {
            let pair = Json::from(vec![record::json(before), record::json(after)]);
            ((*column).to_owned(), pair)
        });
    let change = change.of(Json::Object(changed.collect()));
    change::record(write.tx, vec![change]).await?;
    Ok(())
}
