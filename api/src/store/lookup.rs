//! Finding many rows at once, inside a transaction: by what other systems call them, by a column,
//! by id. Each function is one statement, whose text does not depend on how many are looked for.

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
    let sql = format!(
        "SELECT \"key\", \"entity_id\" FROM \"external_id\" \
         WHERE \"entity\" = $1 AND \"system\" = $2 AND \"key\" {}",
        among_texts(backend, 3)
    );
    let values = [entity.into(), system.into(), bulk::list(backend, keys)];
    pairs(tx, sql, values.into()).await
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
    let sql = format!(
        "SELECT \"key\", \"entity_id\" FROM \"external_id\" \
         WHERE \"entity\" = $1 AND \"system\" = $2 AND \"entity_id\" {} \
         ORDER BY \"created_at\" DESC, \"key\" DESC",
        among_ids(backend, 3)
    );
    let values = vec![entity.into(), system.into(), id_list(backend, ids)];
    let rows = select(tx, sql, values).await?;
    // The last one stays, which is the oldest.
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(1)?, row.try_get_by_index(0)?)))
        .collect()
}

/// The texts of `key` to the ids in the column `id`, of rows that are not deleted; among those where
/// a column has a value, when `among` names them.
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
    let mut sql = format!(
        "SELECT \"{key}\", \"{id}\" FROM \"{}\" WHERE \"{key}\" {}",
        table.name,
        among_texts(backend, 1)
    );
    if let Some((column, value)) = among {
        sql.push_str(&format!(" AND \"{column}\" = $2"));
        values.push(value.into());
    }
    if table.position("deleted_at").is_some() {
        sql.push_str(" AND \"deleted_at\" IS NULL");
    }
    // The oldest wins where several rows have the same text.
    sql.push_str(&format!(" ORDER BY \"{id}\" DESC"));
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
    let sql = format!(
        "SELECT {} FROM \"{}\" WHERE \"id\" {}",
        table.column_list(),
        table.name,
        among_ids(backend, 1)
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
    let sql = format!(
        "SELECT {}, \"id\" FROM \"{}\" WHERE \"id\" {}",
        part.column_list(),
        table.name,
        among_ids(backend, 1)
    );
    let rows = select(tx, sql, vec![id_list(backend, ids)]).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(part.columns.len())?, part.decode(row)?)))
        .collect()
}

/// Whole rows, not deleted, whose columns `first` and `second` both hold one of these ids.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn records_by_pair(
    tx: &DatabaseTransaction,
    table: &Table,
    first: (&str, &[Uuid]),
    second: (&str, &[Uuid]),
) -> Result<Vec<Record>, DbErr> {
    let backend = tx.get_database_backend();
    let sql = format!(
        "SELECT {} FROM \"{}\" WHERE \"{}\" {} AND \"{}\" {} AND \"deleted_at\" IS NULL",
        table.column_list(),
        table.name,
        first.0,
        among_ids(backend, 1),
        second.0,
        among_ids(backend, 2)
    );
    let values = vec![id_list(backend, first.1), id_list(backend, second.1)];
    let rows = select(tx, sql, values).await?;
    rows.iter().map(|row| table.decode(row)).collect()
}

/// `IN (…)` for texts in the parameter with this number.
pub(super) fn among_texts(backend: DbBackend, parameter: usize) -> String {
    if backend == DbBackend::Sqlite {
        return format!("IN (SELECT \"value\" FROM json_each(${parameter}))");
    }
    format!("= ANY(${parameter}::text::text[])")
}

/// `IN (…)` for ids in the parameter with this number.
pub(super) fn among_ids(backend: DbBackend, parameter: usize) -> String {
    if backend == DbBackend::Sqlite {
        return format!("IN (SELECT unhex(\"value\") FROM json_each(${parameter}))");
    }
    format!("= ANY(${parameter}::text::uuid[])")
}

/// Ids as one parameter, for [`among_ids`].
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
