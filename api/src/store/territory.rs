//! Reads of the `territory` table.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement};
use uuid::Uuid;

#[derive(FromQueryResult)]
struct Found {
    id: Uuid,
}

/// The condition that `below` lies in `top`, or is it.
pub(super) fn lies_in(backend: DbBackend) -> &'static str {
    if backend == DbBackend::Sqlite {
        "substr(below.path, 1, length(top.path)) = top.path"
    } else {
        "starts_with(below.path, top.path)"
    }
}

/// The territories that a user was given, and all below them, ordered by path.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn of_user(db: &impl ConnectionTrait, user: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let backend = db.get_database_backend();
    let lies_in = lies_in(backend);
    let sql = format!(
        "SELECT DISTINCT below.id, below.path FROM user_territory AS given \
         JOIN territory AS top ON top.id = given.territory_id AND top.deleted_at IS NULL \
         JOIN territory AS below ON {lies_in} AND below.deleted_at IS NULL \
         WHERE given.user_id = $1 ORDER BY below.path"
    );
    let statement = Statement::from_sql_and_values(backend, sql, [user.into()]);
    let found = Found::find_by_statement(statement).all(db).await?;
    Ok(found.into_iter().map(|found| found.id).collect())
}
