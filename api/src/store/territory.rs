//! Reads of the `territory` table.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement};
use uuid::Uuid;

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

/// The territories whose path begins with `path`, deleted ones too.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn below(db: &impl ConnectionTrait, path: &str) -> Result<Vec<Uuid>, DbErr> {
    let backend = db.get_database_backend();
    let lies_in = match backend {
        DbBackend::Sqlite => "substr(path, 1, length($1)) = $1",
        _ => "starts_with(path, $1)",
    };
    let sql = format!("SELECT id FROM territory WHERE {lies_in}");
    let statement = Statement::from_sql_and_values(backend, sql, [path.into()]);
    let found = Found::find_by_statement(statement).all(db).await?;
    Ok(found.into_iter().map(|found| found.id).collect())
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
