//! Whether somebody may do something with a row, as it is in the transaction that would do it.

use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement};

use crate::{auth::Viewer, calendar::Calendar, dataset::GlobalId, error::ApiError, views::Scope};

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
    let (seen, may) = match &truths(tx, viewer, id, &[&view.rows, on]).await?.as_deref() {
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

/// For each scope whether the row with that id is in it for `viewer`; `None` where there is no such row.
async fn truths(
    db: &impl ConnectionTrait,
    viewer: &Viewer,
    id: GlobalId,
    scopes: &[&Scope],
) -> Result<Option<Vec<bool>>, ApiError> {
    let backend = db.get_database_backend();
    let calendar = Calendar::default();
    let mut compiler = Compiler::new(dialect(backend), viewer, &calendar);
    compiler.root_explanation(id, scopes)?;
    let (sql, values) = compiler.finish();
    let statement = Statement::from_sql_and_values(backend, sql, values);
    let row = db.query_one_raw(statement).await?;
    let json = row
        .map(|row| row.try_get_by_index::<String>(0))
        .transpose()?;
    let truths = json.map(|json| serde_json::from_str(&json)).transpose();
    truths.map_err(ApiError::internal)
}
