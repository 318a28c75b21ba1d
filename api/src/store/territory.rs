//! Reads of the `territory` table, and the lock on its tree.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, FromQueryResult, Statement};
use uuid::Uuid;

use super::lookup::id_list;

#[derive(FromQueryResult)]
struct Found {
    id: Uuid,
}

/// Selects the ids of the territories that some users were given, and of all below them. `users` is the
/// condition on a user's id, such as `= $1`.
pub(super) fn given_to(backend: DbBackend, users: &str) -> String {
    let lies_in = if backend == DbBackend::Sqlite {
        "substr(below.path, 1, length(top.path)) = top.path"
    } else {
        "starts_with(below.path, top.path)"
    };
    format!(
        "SELECT DISTINCT below.id FROM \
         (SELECT DISTINCT territory_id FROM user_territory WHERE user_id {users}) AS given \
         JOIN territory AS top ON top.id = given.territory_id AND top.deleted_at IS NULL \
         JOIN territory AS below ON {lies_in} AND below.deleted_at IS NULL"
    )
}

/// Where a territory lies.
#[derive(Clone, Debug, FromQueryResult, PartialEq, Eq)]
pub struct Place {
    /// The territory.
    pub id: Uuid,
    /// What it lies in.
    pub parent_id: Option<Uuid>,
    /// What it is called in paths.
    pub code: String,
    /// Its path.
    pub path: String,
}

/// Where these territories lie, and all that they lie in.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn above(tx: &DatabaseTransaction, ids: &[Uuid]) -> Result<Vec<Place>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let backend = tx.get_database_backend();
    let place = "SELECT t.id, t.parent_id, t.code, t.path";
    let listed = listed(backend);
    let sql = format!(
        "WITH RECURSIVE up AS ({place} FROM territory AS t WHERE t.id {listed} \
         UNION {place} FROM up JOIN territory AS t ON t.id = up.parent_id) \
         SELECT id, parent_id, code, path FROM up"
    );
    let statement = Statement::from_sql_and_values(backend, sql, [id_list(backend, ids)]);
    Place::find_by_statement(statement).all(tx).await
}

/// The territories that lie in one of these, however deep, deleted ones too.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn below(tx: &DatabaseTransaction, ids: &[Uuid]) -> Result<Vec<Uuid>, DbErr> {
    let backend = tx.get_database_backend();
    let listed = listed(backend);
    let sql = format!(
        "WITH RECURSIVE down AS (SELECT t.id FROM territory AS t WHERE t.parent_id {listed} \
         UNION SELECT t.id FROM down JOIN territory AS t ON t.parent_id = down.id) SELECT id FROM down"
    );
    let statement = Statement::from_sql_and_values(backend, sql, [id_list(backend, ids)]);
    let found = Found::find_by_statement(statement).all(tx).await?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// The condition that an id is one of the list in the first parameter.
fn listed(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => "IN (SELECT unhex(\"value\") FROM json_each($1))",
        _ => "= ANY($1::text::uuid[])",
    }
}

/// The territories that a user was given, and all below them.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn of_user(db: &impl ConnectionTrait, user: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let backend = db.get_database_backend();
    let sql = given_to(backend, "= $1");
    let statement = Statement::from_sql_and_values(backend, sql, [user.into()]);
    let found = Found::find_by_statement(statement).all(db).await?;
    Ok(found.into_iter().map(|found| found.id).collect())
}
