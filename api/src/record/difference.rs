//! What a write changed, as the change log says it.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::store::table::{Record, Table, Value};

/// By column, what it was and what it is.
#[must_use]
pub fn difference(table: &Table, before: &Record, after: &Record) -> Json {
    let differing = table
        .columns
        .iter()
        .zip(before.iter().zip(after))
        .filter(|(_, (before, after))| before != after)
        .map(|(column, (before, after))| {
            let pair = Json::from(vec![json(before), json(after)]);
            (column.name.to_owned(), pair)
        });
    Json::Object(differing.collect::<Map<_, _>>())
}

/// Says in a record of `table` that it was changed once more: by whom, when, and how often by now.
pub fn touch(table: &Table, record: &mut Record, by: Option<Uuid>, now: DateTime<Utc>) {
    for (column, cell) in table.columns.iter().zip(record) {
        match (column.name, &*cell) {
            ("version", Value::Int(Some(version))) => *cell = version.saturating_add(1).into(),
            ("updated_at", _) => *cell = now.into(),
            ("updated_by", _) => *cell = by.into(),
            _ => {}
        }
    }
}

/// Whether two values are the same. JSON is whatever order its keys have: the databases keep them in their own.
#[must_use]
pub fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Json(Some(one)), Value::Json(Some(other))) => one.as_ref() == other.as_ref(),
        _ => one == other,
    }
}

/// Whether a column has nothing in it.
#[must_use]
pub fn is_empty(value: &Value) -> bool {
    matches!(
        value,
        Value::Uuid(None)
            | Value::String(None)
            | Value::ChronoDateTimeUtc(None)
            | Value::ChronoDate(None)
            | Value::SmallInt(None)
            | Value::Int(None)
            | Value::BigInt(None)
            | Value::Bool(None)
            | Value::Json(None)
    )
}

/// A value as the change log writes it.
#[must_use]
pub fn json(value: &Value) -> Json {
    match value {
        Value::Uuid(Some(id)) => Json::from(id.to_string()),
        Value::String(Some(text)) => Json::from(text.as_str()),
        Value::ChronoDateTimeUtc(Some(at)) => Json::from(at.to_rfc3339()),
        Value::ChronoDate(Some(day)) => Json::from(day.to_string()),
        Value::SmallInt(Some(number)) => Json::from(*number),
        Value::Int(Some(number)) => Json::from(*number),
        Value::BigInt(Some(number)) => Json::from(*number),
        Value::Bool(Some(flag)) => Json::from(*flag),
        Value::Json(Some(json)) => json.as_ref().clone(),
        _ => Json::Null,
    }
}
