//! The arguments of a field, read once: `first`, `after`, `filter` and their kind.

use async_graphql::{Name, Value, indexmap::IndexMap};
use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::{
    dataset::{Entity, Field, GlobalId, Kind},
    error::ApiError,
    reader::{Condition, Cursor, Filter, Operand, Page, Test},
};

/// How many rows a page has when nobody says.
pub(super) const DEFAULT_PAGE: u32 = 20;
/// How many rows a page may have.
pub(super) const MAX_PAGE: u32 = 500;

/// The arguments of one field, with variables put in. What was not given is not in it.
#[derive(Debug, Default)]
pub(super) struct Arguments(pub(super) IndexMap<Name, Value>);

impl Arguments {
    /// An argument that was given, and is not null.
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| **value != Value::Null)
    }

    /// A required text, such as `id`.
    pub(super) fn text(&self, name: &str) -> Result<&str, ApiError> {
        match self.get(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(ApiError::validation(name, "a text is required")),
        }
    }

    /// A required list of texts, such as `ids`. One text is a list of one.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&str>, ApiError> {
        let wrong = || ApiError::validation(name, "a list of texts is required");
        match self.get(name) {
            Some(Value::String(text)) => Ok(vec![text]),
            Some(Value::List(list)) => list
                .iter()
                .map(|item| {
                    if let Value::String(text) = item {
                        Ok(text.as_str())
                    } else {
                        Err(wrong())
                    }
                })
                .collect(),
            _ => Err(wrong()),
        }
    }

    /// The filter of a list of `entity`.
    pub(super) fn filter(&self, entity: &'static Entity) -> Result<Filter, ApiError> {
        let Some(input) = self.get("filter") else {
            return Ok(Filter::default());
        };
        let Value::Object(fields) = input else {
            return Err(ApiError::validation("filter", "an object is required"));
        };
        let mut conditions = Vec::new();
        for (name, tests) in fields {
            let path = format!("filter.{name}");
            let field = entity
                .find(name)
                .filter(|field| field.filterable)
                .ok_or_else(|| ApiError::validation(path.as_str(), "there is no such field"))?;
            let Value::Object(tests) = tests else {
                return Err(ApiError::validation(
                    path,
                    "an object such as {eq: …} is required",
                ));
            };
            for (operator, operand) in tests {
                conditions.push(condition((entity, field), &path, operator, operand)?);
            }
        }
        Ok(Filter::of(conditions))
    }

    /// Which page of the list of `entity` with `filter`.
    pub(super) fn page(&self, entity: &'static Entity, filter: &Filter) -> Result<Page, ApiError> {
        let (first, last) = (self.limit("first")?, self.limit("last")?);
        if first.is_some() && last.is_some() {
            return Err(ApiError::validation(
                "last",
                "`first` and `last` exclude each other",
            ));
        }
        Ok(Page {
            limit: first.or(last).unwrap_or(DEFAULT_PAGE),
            backward: last.is_some(),
            after: self.cursor("after", entity, filter)?,
            before: self.cursor("before", entity, filter)?,
        })
    }

    fn limit(&self, name: &str) -> Result<Option<u32>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let limit = if let Value::Number(number) = value {
            number.as_u64()
        } else {
            None
        };
        match limit.and_then(|limit| u32::try_from(limit).ok()) {
            Some(limit) if limit <= MAX_PAGE => Ok(Some(limit)),
            _ => Err(ApiError::validation(
                name,
                format!("a number from 0 to {MAX_PAGE} is required"),
            )),
        }
    }

    fn cursor(
        &self,
        name: &str,
        entity: &'static Entity,
        filter: &Filter,
    ) -> Result<Option<Cursor>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let cursor = if let Value::String(text) = value {
            Cursor::parse(text, entity, filter)
        } else {
            None
        };
        cursor.map(Some).ok_or_else(|| {
            ApiError::validation(
                name,
                "this is not a cursor of this list with this filter and order",
            )
        })
    }
}

/// A field of an entity.
type Column = (&'static Entity, &'static Field);

fn condition(
    column: Column,
    path: &str,
    operator: &str,
    operand: &Value,
) -> Result<Condition, ApiError> {
    let path = format!("{path}.{operator}");
    let one = || operand_value(column, &path, operand);
    let test = match operator {
        "eq" => Test::Equals(one()?),
        "ne" => Test::Differs(one()?),
        "lt" => Test::Less(one()?),
        "lte" => Test::LessOrEqual(one()?),
        "gt" => Test::Greater(one()?),
        "gte" => Test::GreaterOrEqual(one()?),
        "in" => Test::In(operand_values(column, &path, operand)?),
        "nin" => Test::NotIn(operand_values(column, &path, operand)?),
        "isNull" => match operand {
            Value::Boolean(is_null) => Test::IsNull(*is_null),
            _ => return Err(ApiError::validation(path, "true or false is required")),
        },
        _ => return Err(ApiError::validation(path, "there is no such operator")),
    };
    Ok(Condition {
        field: column.1,
        test,
    })
}

fn operand_values(column: Column, path: &str, operand: &Value) -> Result<Vec<Operand>, ApiError> {
    let Value::List(items) = operand else {
        return Ok(vec![operand_value(column, path, operand)?]);
    };
    if items.len() > usize::try_from(MAX_PAGE).unwrap_or(usize::MAX) {
        return Err(ApiError::validation(
            path,
            format!("at most {MAX_PAGE} values"),
        ));
    }
    items
        .iter()
        .map(|item| operand_value(column, path, item))
        .collect()
}

/// The value to compare with, as the column's type.
fn operand_value(
    (entity, field): Column,
    path: &str,
    operand: &Value,
) -> Result<Operand, ApiError> {
    let wrong = |what: &str| ApiError::validation(path, format!("{what} is required"));
    match (&field.kind, operand) {
        (_, Value::Null) => Err(wrong("a value, or the operator `isNull`,")),
        // PostgreSQL has no such character, so that no row has it either.
        (Kind::Text(_), Value::String(text)) if text.contains('\0') => {
            Err(wrong("a text without the character U+0000"))
        }
        (Kind::Text(_), Value::String(text)) => Ok(Operand::Text(text.clone())),
        (Kind::Text(_), _) => Err(wrong("a text")),
        (Kind::Int(_), Value::Number(number)) => number
            .as_i64()
            .and_then(|number| i32::try_from(number).ok())
            .map(Operand::Int)
            .ok_or_else(|| wrong("a number of 32 bits")),
        (Kind::Int(_), _) => Err(wrong("a number")),
        (Kind::Boolean(_), Value::Boolean(value)) => Ok(Operand::Boolean(*value)),
        (Kind::Boolean(_), _) => Err(wrong("true or false")),
        (Kind::Choice(_, choice), operand) => match operand {
            Value::Enum(name) => Some(name.as_str()),
            Value::String(text) => Some(text.as_str()),
            _ => None,
        }
        .filter(|text| choice.values.iter().any(|(known, _)| known == text))
        .map(|text| Operand::Text(text.to_owned()))
        .ok_or_else(|| wrong(&format!("a {}", choice.name))),
        (Kind::Instant(_), Value::String(text)) => instant(text)
            .map(Operand::Instant)
            .ok_or_else(|| wrong("an instant such as 2026-01-31T09:30:00Z")),
        (Kind::Instant(_), _) => Err(wrong("an instant such as 2026-01-31T09:30:00Z")),
        (Kind::Day(_), Value::String(text)) => day(text)
            .map(Operand::Day)
            .ok_or_else(|| wrong("a day such as 2026-01-31")),
        (Kind::Day(_), _) => Err(wrong("a day such as 2026-01-31")),
        (Kind::Id, operand) => id_of(entity.name, operand)
            .ok_or_else(|| wrong(&format!("the id of a {}", entity.name))),
        (Kind::ForeignId { target, .. }, operand) => {
            id_of(target, operand).ok_or_else(|| wrong(&format!("the id of a {target}")))
        }
        _ => Err(wrong("another type")),
    }
}

fn id_of(entity: &str, operand: &Value) -> Option<Operand> {
    let Value::String(text) = operand else {
        return None;
    };
    let id = GlobalId::parse(text).filter(|id| id.entity.name == entity)?;
    Some(Operand::Id(id.id))
}

/// An instant as the databases keep it: in whole microseconds, in a year of four digits, so that
/// SQLite's texts compare as what they say.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?;
    let instant = DateTime::from_timestamp_micros(instant.timestamp_micros())?;
    has_four_digits(instant.year()).then_some(instant)
}

/// A day, in a year of four digits for the same reason.
fn day(text: &str) -> Option<NaiveDate> {
    let day: NaiveDate = text.parse().ok()?;
    has_four_digits(day.year()).then_some(day)
}

fn has_four_digits(year: i32) -> bool {
    (0..=9999).contains(&year)
}
