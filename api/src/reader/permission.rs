//! Whether somebody may do something with rows, as they are in the transaction that would do it.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, Statement};
use uuid::Uuid;

use crate::{
    auth::Viewer,
    calendar::Calendar,
    dataset::{Entity, GlobalId},
    error::ApiError,
    views::Scope,
};

use super::{compile::Compiler, dialect};

/// Makes sure that `viewer` may do `action` with the row of that id; `doing` says it in words.
///
/// # Errors
///
/// - [`ApiError::NotFound`] when they do not see it, or there is none
/// - [`ApiError::Forbidden`] when they see it and may not do that with it
/// - [`ApiError::Internal`] when the database fails
pub async fn permit(
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    id: GlobalId,
    action: &str,
    doing: &str,
) -> Result<(), ApiError> {
    let view = viewer.view.noun(id.entity.name);
    let nothing = Scope::none();
    let on = view.can.get(action).unwrap_or(&nothing);
    let holding = holding(tx, viewer, id.entity, &[id.id], &[&view.rows, on], false).await?;
    let (seen, may) = match holding.get(&id.id).map(Vec::as_slice) {
        Some([seen, may]) => (*seen, *may),
        _ => (false, false),
    };
    if !seen {
        return Err(ApiError::NotFound {
            what: id.entity.name.to_owned(),
        });
    }
    if may && viewer.may_write() {
        return Ok(());
    }
    Err(ApiError::Forbidden {
        action: doing.to_owned(),
    })
}

/// For each row of `entity` with one of those `ids`: for each scope whether the row is in it for `viewer`. One
/// that is not there is not in the answer, nor one that was deleted, unless `deleted_count`. It tells of rows
/// that the viewer does not see, and is for whoever decides what they may do.
///
/// # Errors
///
/// Returns [`ApiError::Internal`] when the database fails.
pub async fn holding(
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    entity: &Entity,
    ids: &[Uuid],
    scopes: &[&Scope],
    deleted_count: bool,
) -> Result<HashMap<Uuid, Vec<bool>>, ApiError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let backend = tx.get_database_backend();
    let calendar = Calendar::default();
    let mut compiler = Compiler::new(dialect(backend), viewer, &calendar);
    compiler.root_explanation(entity, ids, scopes, deleted_count)?;
    let (sql, values) = compiler.finish();
    let statement = Statement::from_sql_and_values(backend, sql, values);
    let rows = tx.query_all_raw(statement).await?;
    rows.iter().map(truths).collect()
}

/// A row's id, and for each scope whether it is in it.
pub(super) fn truths(row: &QueryResult) -> Result<(Uuid, Vec<bool>), ApiError> {
    let json: String = row.try_get_by_index(1)?;
    let truths = serde_json::from_str(&json).map_err(ApiError::internal)?;
    Ok((row.try_get_by_index(0)?, truths))
}
