//! Finding many rows at once, inside a transaction: by what other systems call them, by a column,
//! by id.
//!
//! Each function is one statement, whose text does not depend on how many are looked for. It walks
//! the list and looks every item up in the index: an `IN` of the list would leave it to the planner,
//! which reads the whole table as soon as its statistics are behind, as they are in an import.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement};
use uuid::Uuid;

use super::{
    bulk,
    table::{Record, Table, Value},
};

/// Ids by the keys that `system` has for rows of `entity`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn external_ids<'k>(
    tx: &DatabaseTransaction,
    entity: &str,
    system: &str,
    keys: impl Iterator<Item = &'k str>,
) -> Result<HashMap<String, Uuid>, DbErr> {
    let backend = tx.get_database_backend();
    let wanted = "\"key\", \"entity_id\"";
    let found = "t.\"entity\" = $2 AND t.\"system\" = $3 AND t.\"key\" = k.item";
    let sql = for_each_text(backend, wanted, "external_id", found);
    let values = vec![bulk::list(backend, keys), entity.into(), system.into()];
    pairs(tx, sql, values).await
}

/// Which key of `system` each row of `entity` was known by first.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn first_keys(
    tx: &DatabaseTransaction,
    entity: &str,
    system: &str,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, String>, DbErr> {
    let backend = tx.get_database_backend();
    let wanted = "\"key\", \"entity_id\", \"created_at\"";
    // The plus signs keep SQLite from walking all keys of the system.
    let found = if backend == DbBackend::Sqlite {
        "t.\"entity_id\" = k.item AND +t.\"entity\" = $2 AND +t.\"system\" = $3"
    } else {
        "t.\"entity_id\" = k.item AND t.\"entity\" || '' = $2 AND t.\"system\" || '' = $3"
    };
    let mut sql = for_each_id(backend, wanted, "external_id", found);
    // The last one stays, which is the oldest.
    sql.push_str(" ORDER BY 3 DESC, 1 DESC");
    let values = vec![id_list(backend, ids), entity.into(), system.into()];
    let rows = select(tx, sql, values).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(1)?, row.try_get_by_index(0)?)))
        .collect()
}

/// The texts of `key` to the ids in the column `id`, of rows that are not deleted; among those where
/// a column has a value, when `among` names them. Of several rows with the same text the oldest.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn ids_by<'k>(
    tx: &DatabaseTransaction,
    table: &Table,
    (key, id): (&str, &str),
    among: Option<(&str, &str)>,
    keys: impl Iterator<Item = &'k str>,
) -> Result<HashMap<String, Uuid>, DbErr> {
    let backend = tx.get_database_backend();
    let mut values = vec![bulk::list(backend, keys)];
    let mut found = format!("t.\"{key}\" = k.item");
    if let Some((column, value)) = among {
        found = format!("{found} AND t.\"{column}\" = $2");
        values.push(value.into());
    }
    if table.position("deleted_at").is_some() {
        found.push_str(" AND t.\"deleted_at\" IS NULL");
    }
    let wanted = format!("\"{key}\", \"{id}\"");
    let mut sql = for_each_text(backend, &wanted, table.name, &found);
    sql.push_str(" ORDER BY 2 DESC");
    pairs(tx, sql, values).await
}

/// Whole rows by id.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn records(
    tx: &DatabaseTransaction,
    table: &Table,
    ids: &[Uuid],
) -> Result<Vec<Record>, DbErr> {
    let backend = tx.get_database_backend();
    let sql = for_each_id(
        backend,
        &table.column_list(),
        table.name,
        "t.\"id\" = k.item",
    );
    let rows = select(tx, sql, vec![id_list(backend, ids)]).await?;
    rows.iter().map(|row| table.decode(row)).collect()
}

/// Some columns of rows by id.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn columns(
    tx: &DatabaseTransaction,
    table: &Table,
    positions: &[usize],
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Record>, DbErr> {
    let wanted: Vec<_> = positions
        .iter()
        .filter_map(|position| table.columns.get(*position))
        .cloned()
        .collect();
    let part = Table {
        name: table.name,
        columns: wanted,
    };
    let backend = tx.get_database_backend();
    let wanted = format!("{}, \"id\"", part.column_list());
    let sql = for_each_id(backend, &wanted, table.name, "t.\"id\" = k.item");
    let rows = select(tx, sql, vec![id_list(backend, ids)]).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(part.columns.len())?, part.decode(row)?)))
        .collect()
}

/// Whole rows, not deleted, whose column `first` holds one of these ids and whose column `second`
/// is set.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn records_by(
    tx: &DatabaseTransaction,
    table: &Table,
    (first, second): (&str, &str),
    ids: &[Uuid],
) -> Result<Vec<Record>, DbErr> {
    let backend = tx.get_database_backend();
    let found = format!(
        "t.\"{first}\" = k.item AND t.\"{second}\" IS NOT NULL AND t.\"deleted_at\" IS NULL"
    );
    let sql = for_each_id(backend, &table.column_list(), table.name, &found);
    let rows = select(tx, sql, vec![id_list(backend, ids)]).await?;
    rows.iter().map(|row| table.decode(row)).collect()
}

/// Selects the columns `wanted` of the rows of `table` that `found` holds for, for each text `k.item`
/// of the list in the first parameter.
fn for_each_text(backend: DbBackend, wanted: &str, table: &str, found: &str) -> String {
    if backend == DbBackend::Sqlite {
        return format!(
            "SELECT {wanted} FROM (SELECT \"value\" AS item FROM json_each($1)) AS k \
             CROSS JOIN \"{table}\" AS t WHERE {found}"
        );
    }
    lateral("text", wanted, table, found)
}

/// As [`for_each_text`], for ids.
pub(super) fn for_each_id(backend: DbBackend, wanted: &str, table: &str, found: &str) -> String {
    if backend == DbBackend::Sqlite {
        return format!(
            "SELECT {wanted} FROM (SELECT unhex(\"value\") AS item FROM json_each($1)) AS k \
             CROSS JOIN \"{table}\" AS t WHERE {found}"
        );
    }
    lateral("uuid", wanted, table, found)
}

/// `OFFSET 0` keeps PostgreSQL from turning the walk into a join of whole tables.
fn lateral(kind: &str, wanted: &str, table: &str, found: &str) -> String {
    format!(
        "SELECT r.* FROM unnest($1::text::{kind}[]) AS k(item) CROSS JOIN LATERAL \
         (SELECT {wanted} FROM \"{table}\" AS t WHERE {found} OFFSET 0) AS r"
    )
}

/// Ids as one parameter, for [`for_each_id`].
pub(super) fn id_list(backend: DbBackend, ids: &[Uuid]) -> Value {
    let texts: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
    bulk::list(backend, texts.iter().map(String::as_str))
}

pub(super) async fn select(
    tx: &DatabaseTransaction,
    sql: String,
    values: Vec<Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    tx.query_all_raw(statement).await
}

async fn pairs(
    tx: &DatabaseTransaction,
    sql: String,
    values: Vec<Value>,
) -> Result<HashMap<String, Uuid>, DbErr> {
    let rows = select(tx, sql, values).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}
