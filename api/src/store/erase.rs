//! Taking rows away for good: what an import made, and nobody has changed or uses.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};
use uuid::Uuid;

use super::lookup::{for_each_id, id_list, select};

/// Up to `limit` rows of `entity` that `actor` made, by their ids from after `after` on.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn made_by(
    tx: &DatabaseTransaction,
    entity: &str,
    actor: Uuid,
    after: Uuid,
    limit: u64,
) -> Result<Vec<Uuid>, DbErr> {
    let sql = format!(
        "SELECT \"entity_id\" FROM \"change\" WHERE \"entity\" = $1 AND \"entity_id\" > $2 \
         AND \"actor_id\" = $3 AND \"kind\" = 'CREATED' ORDER BY \"entity_id\" LIMIT {limit}"
    );
    let values = vec![entity.into(), after.into(), actor.into()];
    let rows = select(tx, sql, values).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// Which of the rows are still there.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn present(
    tx: &DatabaseTransaction,
    table: &str,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, DbErr> {
    among(tx, "\"id\"", table, "t.\"id\" = k.item", ids).await
}

/// Which of the rows somebody else than `actor` has changed.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn changed_by_others(
    tx: &DatabaseTransaction,
    entity: &str,
    actor: Uuid,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, DbErr> {
    let backend = tx.get_database_backend();
    let found = "t.\"entity\" = $2 AND t.\"entity_id\" = k.item \
                 AND (t.\"actor_id\" IS NULL OR t.\"actor_id\" <> $3)";
    let sql = for_each_id(backend, "\"entity_id\"", "change", found);
    let values = vec![id_list(backend, ids), entity.into(), actor.into()];
    let rows = select(tx, sql, values).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// Which of the rows a column of another table points to; `but_of` leaves out those that it made.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn pointed_to(
    tx: &DatabaseTransaction,
    (table, column): (&str, &str),
    ids: &[Uuid],
    but_of: Option<Uuid>,
) -> Result<HashSet<Uuid>, DbErr> {
    let backend = tx.get_database_backend();
    let mut found = format!("t.\"{column}\" = k.item");
    let mut values = vec![id_list(backend, ids)];
    if let Some(actor) = but_of {
        found.push_str(" AND (t.\"created_by\" IS NULL OR t.\"created_by\" <> $2)");
        values.push(actor.into());
    }
    let sql = for_each_id(backend, &format!("\"{column}\""), table, &found);
    let rows = select(tx, sql, values).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// Deletes the rows of `table` whose `column` holds one of `ids`; of `external_id` only those of
/// `entity`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails, or something still points to a row.
pub async fn delete(
    tx: &DatabaseTransaction,
    (table, column): (&str, &str),
    entity: Option<&str>,
    ids: &[Uuid],
) -> Result<u64, DbErr> {
    let backend = tx.get_database_backend();
    let list = if backend == DbBackend::Sqlite {
        "IN (SELECT unhex(\"value\") FROM json_each($1))"
    } else {
        "= ANY($1::text::uuid[])"
    };
    let mut sql = format!("DELETE FROM \"{table}\" WHERE \"{column}\" {list}");
    let mut values = vec![id_list(backend, ids)];
    if let Some(entity) = entity {
        sql.push_str(" AND \"entity\" = $2");
        values.push(entity.into());
    }
    let statement = Statement::from_sql_and_values(backend, sql, values);
    Ok(tx.execute_raw(statement).await?.rows_affected())
}

async fn among(
    tx: &DatabaseTransaction,
    wanted: &str,
    table: &str,
    found: &str,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, DbErr> {
    let backend = tx.get_database_backend();
    let sql = for_each_id(backend, wanted, table, found);
    let rows = select(tx, sql, vec![id_list(backend, ids)]).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
