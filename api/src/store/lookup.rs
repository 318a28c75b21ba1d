//! Finding many rows at once, inside a transaction: by what other systems call them, by a column,
//! by id.
//!
//! Each function is one statement, whose text does not depend on how many are looked for. It walks
//! the list and looks every item up in the index: an `IN` of the list would leave it to the planner,
//! which reads the whole table as soon as its statistics are behind, as they are in an import.

use std::{
    collections::{HashMap, HashSet},
    hash::BuildHasher,
};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement};
use uuid::Uuid;

use entity::external_id;

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
    let part = Table::of::<external_id::Entity>().part(&["key", "entity_id"]);
    let found = "t.\"entity\" = $2 AND t.\"system\" = $3 AND t.\"key\" = k.item";
    let sql = for_each_text(backend, &part.column_list(), part.name, found);
    let values = vec![bulk::list(backend, keys), entity.into(), system.into()];
    Ok(oldest(select_part(tx, &part, sql, values).await?))
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
    let part = Table::of::<external_id::Entity>().part(&["entity_id", "key", "created_at"]);
    // The plus signs keep SQLite from walking all keys of the system.
    let found = if backend == DbBackend::Sqlite {
        "t.\"entity_id\" = k.item AND +t.\"entity\" = $2 AND +t.\"system\" = $3"
    } else {
        "t.\"entity_id\" = k.item AND t.\"entity\" || '' = $2 AND t.\"system\" || '' = $3"
    };
    let sql = for_each_id(backend, &part.column_list(), part.name, found);
    let values = vec![id_list(backend, ids), entity.into(), system.into()];
    let mut firsts: HashMap<Uuid, (DateTime<Utc>, String)> = HashMap::new();
    for record in select_part(tx, &part, sql, values).await? {
        let [
            Value::Uuid(Some(id)),
            Value::String(Some(key)),
            Value::ChronoDateTimeUtc(Some(at)),
        ] = record.as_slice()
        else {
            continue;
        };
        let candidate = (*at, key.clone());
        let first = firsts.entry(*id).or_insert_with(|| candidate.clone());
        if candidate < *first {
            *first = candidate;
        }
    }
    let keys = firsts.into_iter().map(|(id, (_, key))| (id, key));
    Ok(keys.collect())
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
    let records = records_by_text(tx, table, (key, id), among, keys).await?;
    Ok(oldest(records))
}

/// As [`ids_by`], but for the ids that are `hidden`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn ids_by_but<'k, S: BuildHasher>(
    tx: &DatabaseTransaction,
    table: &Table,
    columns: (&str, &str),
    hidden: &HashSet<Uuid, S>,
    keys: impl Iterator<Item = &'k str>,
) -> Result<HashMap<String, Uuid>, DbErr> {
    let mut records = records_by_text(tx, table, columns, None, keys).await?;
    records.retain(|record| match record.get(1) {
        Some(Value::Uuid(Some(id))) => !hidden.contains(id),
        _ => true,
    });
    Ok(oldest(records))
}

/// As [`ids_by`], with all rows of a text, in no order.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn all_by<'k>(
    tx: &DatabaseTransaction,
    table: &Table,
    columns: (&str, &str),
    keys: impl Iterator<Item = &'k str>,
) -> Result<Vec<(String, Uuid)>, DbErr> {
    let records = records_by_text(tx, table, columns, None, keys).await?;
    Ok(records.into_iter().filter_map(text_and_id).collect())
}

/// The key and the id of each row whose `key` is one of those texts, as [`ids_by`] says.
async fn records_by_text<'k>(
    tx: &DatabaseTransaction,
    table: &Table,
    (key, id): (&str, &str),
    among: Option<(&str, &str)>,
    keys: impl Iterator<Item = &'k str>,
) -> Result<Vec<Record>, DbErr> {
    let backend = tx.get_database_backend();
    let part = table.part(&[key, id]);
    let mut values = vec![bulk::list(backend, keys)];
    let mut found = format!("t.\"{key}\" = k.item");
    if let Some((column, value)) = among {
        found = format!("{found} AND t.\"{column}\" = $2");
        values.push(value.into());
    }
    if table.position("deleted_at").is_some() {
        found.push_str(" AND t.\"deleted_at\" IS NULL");
    }
    let sql = for_each_text(backend, &part.column_list(), table.name, &found);
    select_part(tx, &part, sql, values).await
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
    select_part(tx, table, sql, vec![id_list(backend, ids)]).await
}

/// Whole rows by id, which nobody else writes until the transaction ends; others may refer to them meanwhile, as long
/// as they are not erased. Whoever locks several names them in the same order.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn locked(
    tx: &DatabaseTransaction,
    table: &Table,
    ids: &[Uuid],
) -> Result<Vec<Record>, DbErr> {
    let backend = tx.get_database_backend();
    if backend == DbBackend::Sqlite {
        // There is one writer.
        return records(tx, table, ids).await;
    }
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    let columns = table.column_list();
    let name = table.name;
    let sql = format!(
        "SELECT r.* FROM unnest($1::text::uuid[]) AS k(item) CROSS JOIN LATERAL \
         (SELECT {columns} FROM \"{name}\" AS t WHERE t.\"id\" = k.item FOR NO KEY UPDATE) AS r"
    );
    select_part(tx, table, sql, vec![id_list(backend, &sorted)]).await
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
    let names = positions
        .iter()
        .filter_map(|position| table.columns.get(*position))
        .map(|column| column.name);
    let names: Vec<&str> = names.chain(["id"]).collect();
    let part = table.part(&names);
    let backend = tx.get_database_backend();
    let sql = for_each_id(
        backend,
        &part.column_list(),
        table.name,
        "t.\"id\" = k.item",
    );
    let records = select_part(tx, &part, sql, vec![id_list(backend, ids)]).await?;
    let by_id = records
        .into_iter()
        .filter_map(|mut record| match record.pop() {
            Some(Value::Uuid(Some(id))) => Some((id, record)),
            _ => None,
        });
    Ok(by_id.collect())
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
    select_part(tx, table, sql, vec![id_list(backend, ids)]).await
}

/// Texts to ids, and to the oldest of several: ids count up with time.
fn oldest(records: Vec<Record>) -> HashMap<String, Uuid> {
    let mut ids: HashMap<String, Uuid> = HashMap::with_capacity(records.len());
    for (text, id) in records.into_iter().filter_map(text_and_id) {
        let known = ids.entry(text).or_insert(id);
        *known = id.min(*known);
    }
    ids
}

fn text_and_id(record: Record) -> Option<(String, Uuid)> {
    let mut values = record.into_iter();
    match (values.next(), values.next()) {
        (Some(Value::String(Some(text))), Some(Value::Uuid(Some(id)))) => Some((text, id)),
        _ => None,
    }
}

/// Runs a query for the columns of `part`.
///
/// SQLite hands every row from its thread to ours by itself, which costs more than finding it: there
/// all rows come as one JSON document.
pub(super) async fn select_part(
    tx: &DatabaseTransaction,
    part: &Table,
    sql: String,
    values: Vec<Value>,
) -> Result<Vec<Record>, DbErr> {
    if tx.get_database_backend() != DbBackend::Sqlite {
        let rows = select(tx, sql, values).await?;
        return rows.iter().map(|row| part.decode(row)).collect();
    }
    let sql = format!(
        "SELECT json_group_array(json_array({})) FROM ({sql})",
        part.json_list()
    );
    let rows = select(tx, sql, values).await?;
    let Some(row) = rows.first() else {
        return Ok(Vec::new());
    };
    let document: String = row.try_get_by_index(0)?;
    let rows: Vec<Vec<serde_json::Value>> =
        serde_json::from_str(&document).map_err(|error| DbErr::Json(error.to_string()))?;
    rows.into_iter().map(|row| part.decode_json(row)).collect()
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
