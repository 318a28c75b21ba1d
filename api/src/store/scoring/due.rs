//! When leads are to be scored: what is due, and what was not scored yet.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::lead_scoring;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};
use uuid::Uuid;

use super::{
    super::{bulk, erase, lookup, table::Table},
    OPEN, ids, to_score,
};

/// Has the leads `ids` be scored from `at` on. They may be there twice.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn schedule(
    tx: &DatabaseTransaction,
    ids: &[Uuid],
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let rows: Vec<_> = sorted
        .into_iter()
        .map(|id| lead_scoring::Model { id, due_at: at })
        .collect();
    let table = Table::of::<lead_scoring::Entity>();
    let rows = bulk::records::<lead_scoring::ActiveModel, _>(rows).collect();
    bulk::update_records(tx, &table, rows).await.map(drop)
}

/// Has the leads of accounts be scored from `at` on: those that belong to them.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn schedule_of_accounts(
    tx: &DatabaseTransaction,
    accounts: &[Uuid],
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    let list = lookup::id_list(backend, accounts);
    let mut leads = Vec::new();
    for table in ["lead", "lead_match"] {
        let found = "t.\"account_id\" = k.item";
        let sql = lookup::for_each_id(backend, "\"id\"", table, found);
        leads.extend(ids(tx, sql, vec![list.clone()]).await?);
    }
    schedule(tx, &leads, at).await
}

/// Whether any lead is due at `now`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn is_due(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let sql = "SELECT \"id\" FROM \"lead_scoring\" WHERE \"due_at\" <= $1 LIMIT 1";
    let backend = db.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, [now.into()]);
    Ok(db.query_one_raw(statement).await?.is_some())
}

/// Up to `limit` leads that are due at `now`, which nobody else takes until `tx` ends.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn due(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Uuid>, DbErr> {
    let lock = skip_locked(tx.get_database_backend(), "s");
    let sql = format!(
        "SELECT s.\"id\" FROM \"lead_scoring\" AS s WHERE s.\"due_at\" <= $1 \
         ORDER BY s.\"due_at\", s.\"id\" LIMIT {limit}{lock}"
    );
    ids(tx, sql, vec![now.into()]).await
}

/// Forgets that leads are to be scored, of those that are closed or gone, and what was found of the latter. Returns
/// how many they are.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn forget_closed(tx: &DatabaseTransaction, among: &[Uuid]) -> Result<usize, DbErr> {
    let backend = tx.get_database_backend();
    let found =
        format!("t.\"id\" = k.item AND t.\"deleted_at\" IS NULL AND t.\"status\" IN {OPEN}");
    let sql = lookup::for_each_id(backend, "\"id\"", "lead", &found);
    let open = ids(tx, sql, vec![lookup::id_list(backend, among)]).await?;
    let open: HashSet<Uuid> = open.into_iter().collect();
    let closed: Vec<Uuid> = among
        .iter()
        .copied()
        .filter(|id| !open.contains(id))
        .collect();
    let count = closed.len();
    if count == 0 {
        return Ok(0);
    }
    erase::delete(tx, ("lead_scoring", "id"), None, &closed).await?;
    let there = erase::present(tx, "lead", &closed).await?;
    let gone: Vec<Uuid> = closed
        .into_iter()
        .filter(|id| !there.contains(id))
        .collect();
    if !gone.is_empty() {
        erase::delete(tx, ("lead_readiness", "id"), None, &gone).await?;
        erase::delete(tx, ("score_factor", "lead_id"), None, &gone).await?;
    }
    Ok(count)
}

/// Up to `limit` leads, by their ids from after `after` on, that were not scored by the definition: open ones, and
/// those that were closed before anybody scored them.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn unscored(
    tx: &DatabaseTransaction,
    definition: Uuid,
    after: Uuid,
    limit: u64,
) -> Result<Vec<Uuid>, DbErr> {
    let lock = skip_locked(tx.get_database_backend(), "l");
    let to_score = to_score();
    let sql = format!(
        "SELECT l.\"id\" FROM \"lead\" AS l WHERE l.\"id\" > $1 AND l.\"deleted_at\" IS NULL \
         AND {to_score} AND NOT EXISTS (SELECT 1 FROM \"lead_readiness\" AS d \
         WHERE d.\"id\" = l.\"id\" AND d.\"definition_id\" = $2) ORDER BY l.\"id\" LIMIT {limit}{lock}"
    );
    ids(tx, sql, vec![after.into(), definition.into()]).await
}

fn skip_locked(backend: DbBackend, alias: &str) -> String {
    if backend == DbBackend::Sqlite {
        return String::new();
    }
    format!(" FOR UPDATE OF {alias} SKIP LOCKED")
}
