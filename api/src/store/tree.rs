//! Tables whose rows refer to each other and form a tree.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};
use uuid::Uuid;

use super::lookup::{id_list, select};

/// Keeps others from moving rows of `table` in its tree until `tx` ends. SQLite has one writer.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn lock(tx: &DatabaseTransaction, table: &str) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    if backend == DbBackend::Postgres {
        // Any first number does under which nobody else locks; these are the letters of "tree".
        let sql = "SELECT pg_advisory_xact_lock(x'74726565'::int, hashtext($1))";
        let statement = Statement::from_sql_and_values(backend, sql, [table.into()]);
        tx.query_one_raw(statement).await?;
    }
    Ok(())
}

/// For each of `rows` and all that they lie below, to the top: what `column` of it refers to. One statement,
/// however far the top is; rows that lie in a circle end it as well.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn above(
    tx: &DatabaseTransaction,
    table: &str,
    column: &str,
    rows: &[Uuid],
) -> Result<HashMap<Uuid, Option<Uuid>>, DbErr> {
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let backend = tx.get_database_backend();
    let walk = if backend == DbBackend::Sqlite {
        "(SELECT unhex(\"value\") AS item FROM json_each($1)) AS k"
    } else {
        "unnest($1::text::uuid[]) AS k(item)"
    };
    let row = |of: &str| {
        if backend == DbBackend::Sqlite {
            return format!("CROSS JOIN \"{table}\" AS r WHERE r.\"id\" = {of}");
        }
        // `OFFSET 0` keeps it from reading the whole table for a step.
        format!(
            "CROSS JOIN LATERAL (SELECT t.\"id\", t.\"{column}\" FROM \"{table}\" AS t \
             WHERE t.\"id\" = {of} OFFSET 0) AS r"
        )
    };
    let pair = format!("SELECT r.\"id\", r.\"{column}\"");
    let sql = format!(
        "WITH RECURSIVE up(id, above) AS ({pair} FROM {walk} {} UNION {pair} FROM up {}) \
         SELECT id, above FROM up",
        row("k.item"),
        row("up.above")
    );
    let found = select(tx, sql, vec![id_list(backend, rows)]).await?;
    found
        .iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}
