//! Reads and writes of the `idempotency` table, and the lock on a key.

use chrono::{DateTime, Utc};
use entity::idempotency::{Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Statement,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict},
};
use uuid::Uuid;

/// Takes the lock with this number until the end of the transaction, unless somebody else has it. Says whether
/// it was to be had. SQLite has one writer at a time, so that there it always is.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn lock(tx: &impl ConnectionTrait, number: i64) -> Result<bool, DbErr> {
    let backend = tx.get_database_backend();
    if backend != DbBackend::Postgres {
        return Ok(true);
    }
    let sql = "SELECT pg_try_advisory_xact_lock($1) AS locked";
    let statement = Statement::from_sql_and_values(backend, sql, [number.into()]);
    let row = tx.query_one_raw(statement).await?;
    row.map_or(Ok(false), |row| row.try_get("", "locked"))
}

/// What was done with the key after `since`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn find(
    db: &impl ConnectionTrait,
    (token, key): (Uuid, &str),
    since: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let found = Entity::find_by_id((token, key.to_owned()));
    found.filter(Column::CreatedAt.gt(since)).one(db).await
}

/// Records what was done with a key, in the place of what was done with it until `until`. Says whether there
/// was nothing later.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn put(
    tx: &DatabaseTransaction,
    row: Model,
    until: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let over = OnConflict::columns([Column::TokenId, Column::KeyHash])
        .update_columns([
            Column::BodyHash,
            Column::ViewHash,
            Column::Answer,
            Column::CreatedAt,
        ])
        .action_and_where(Expr::col((Entity, Column::CreatedAt)).lte(until))
        .to_owned();
    let row = row.into_active_model().reset_all();
    let insert = Entity::insert(row).on_conflict(over);
    let put = insert.exec_without_returning(tx).await?;
    Ok(put == 1)
}

/// Forgets at most `most` answers that were given until `until`, the oldest first. Says how many. Replicas that
/// do it at the same time leave each other's alone.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn forget(
    tx: &DatabaseTransaction,
    until: DateTime<Utc>,
    most: u64,
) -> Result<u64, DbErr> {
    let keys = Entity::find()
        .select_only()
        .columns([Column::TokenId, Column::KeyHash])
        .filter(Column::CreatedAt.lte(until))
        .order_by_asc(Column::CreatedAt)
        .limit(most)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let key = Expr::tuple([Expr::col(Column::TokenId), Expr::col(Column::KeyHash)]);
    let forgotten = Entity::delete_many()
        .filter(key.in_subquery(keys.into_query()))
        // Again, for a key that is used anew just now.
        .filter(Column::CreatedAt.lte(until))
        .exec(tx)
        .await?;
    Ok(forgotten.rows_affected)
}
