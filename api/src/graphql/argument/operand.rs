//! Single values among the arguments, read as what they are compared with.

use async_graphql::{Value, indexmap::IndexMap};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use iso_currency::Currency;
use rust_decimal::Decimal;

use crate::{
    dataset::GlobalId,
    error::ApiError,
    reader::{Amount, Operand},
};

use super::super::{domain::Domain, error::with_article};

/// The value to compare with. An amount is read by [`money`].
pub(super) fn operand(domain: Domain, path: &str, value: &Value) -> Result<Operand, ApiError> {
    let wrong = |what: &str| ApiError::validation(path, format!("{what} is required"));
    match (domain, value) {
        (_, Value::Null) => Err(wrong("a value, or the operator `isNull`,")),
        (Domain::Text, value) => text(path, value).map(|text| Operand::Text(text.to_owned())),
        (Domain::Int, Value::Number(number)) => number
            .as_i64()
            .and_then(|number| i32::try_from(number).ok())
            .map(Operand::Int)
            .ok_or_else(|| wrong("a number of 32 bits")),
        (Domain::Float, Value::Number(number)) => number
            .as_f64()
            .filter(|number| number.is_finite())
            .map(Operand::Float)
            .ok_or_else(|| wrong("a number")),
        (Domain::Int | Domain::Float, _) => Err(wrong("a number")),
        (Domain::Boolean, Value::Boolean(value)) => Ok(Operand::Boolean(*value)),
        (Domain::Boolean, _) => Err(wrong("true or false")),
        (Domain::Choice(choice), value) => name(value)
            .filter(|name| choice.values.iter().any(|(known, _)| known == name))
            .map(|name| Operand::Text(name.to_owned()))
            .ok_or_else(|| wrong(&with_article(choice.name))),
        (Domain::Instant, value) => string(value)
            .and_then(instant)
            .map(Operand::Instant)
            .ok_or_else(|| wrong("an instant such as 2026-01-31T09:30:00Z")),
        (Domain::Day, value) => string(value)
            .and_then(day)
            .map(Operand::Day)
            .ok_or_else(|| wrong("a day such as 2026-01-31")),
        (Domain::Id(entity), value) => string(value)
            .and_then(GlobalId::parse)
            .filter(|id| id.entity.name == entity)
            .map(|id| Operand::Id(id.id))
            .ok_or_else(|| wrong(&format!("the id of {}", with_article(entity)))),
        (Domain::Money, _) => Err(wrong("another type")),
    }
}

/// A text that a row could have.
pub(super) fn text<'v>(path: &str, value: &'v Value) -> Result<&'v str, ApiError> {
    match string(value) {
        // PostgreSQL has no such character, so that no row has it either.
        Some(text) if text.contains('\0') => Err(ApiError::validation(
            path,
            "a text without the character U+0000 is required",
        )),
        Some(text) => Ok(text),
        None => Err(ApiError::validation(path, "a text is required")),
    }
}

/// The fields of an object; `what` says which.
pub(super) fn object<'v>(
    path: &str,
    value: &'v Value,
    what: &str,
) -> Result<&'v IndexMap<async_graphql::Name, Value>, ApiError> {
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(ApiError::validation(path, format!("{what} is required"))),
    }
}

/// The items of a list; what is no list is one of one item.
pub(super) fn items(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        one => std::slice::from_ref(one),
    }
}

/// The name of an enumeration's value; in variables it is a text.
pub(super) fn name(value: &Value) -> Option<&str> {
    match value {
        Value::Enum(name) => Some(name.as_str()),
        other => string(other),
    }
}

fn string(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// An amount as the caller wrote it, in parts of the minor unit too.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExactAmount {
    pub(super) currency: Currency,
    /// The largest number of minor units that is not above it.
    pub(super) floor: i128,
    /// The smallest number of minor units that is not below it.
    pub(super) ceiling: i128,
}

impl ExactAmount {
    /// The amount in whole minor units; `None` where it is not in whole ones.
    pub(super) fn whole(self) -> Option<Amount> {
        (self.floor == self.ceiling).then_some(Amount {
            currency: self.currency,
            minor: self.floor,
        })
    }
}

/// An amount of money.
pub(super) fn money(path: &str, value: &Value) -> Result<ExactAmount, ApiError> {
    let fields = object(
        path,
        value,
        "an amount such as {amount: \"9.50\", currency: \"EUR\"}",
    )?;
    let text = |name: &str| fields.get(name).and_then(string).unwrap_or_default();
    let amount = text("amount");
    let amount = decimal(amount).ok_or_else(|| {
        let problem = "a decimal such as \"1234.50\", of 28 digits at most, is required";
        ApiError::validation(format!("{path}.amount"), problem)
    })?;
    let currency = Currency::from_code(text("currency")).ok_or_else(|| {
        let problem = "a code of ISO 4217 such as EUR is required";
        ApiError::validation(format!("{path}.currency"), problem)
    })?;
    let digits = u32::from(currency.exponent().unwrap_or(0));
    // 96 bits and 4 digits more: it cannot overflow.
    let scaled = amount.mantissa() * 10_i128.pow(digits);
    let parts = 10_i128.pow(amount.scale());
    let floor = scaled.div_euclid(parts);
    Ok(ExactAmount {
        currency,
        floor,
        ceiling: if floor * parts == scaled {
            floor
        } else {
            floor + 1
        },
    })
}

/// A decimal in digits, with a point between two of them.
fn decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !(plain(whole) && plain(fraction)) {
        return None;
    }
    Decimal::from_str_exact(text).ok()
}

/// An instant as the databases keep it: in whole microseconds, in a year of four digits, so that
/// SQLite's texts compare as what they say.
pub(in crate::graphql) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let separator = text.as_bytes().get(10)?;
    if !separator.eq_ignore_ascii_case(&b'T') {
        return None;
    }
    let instant = DateTime::parse_from_rfc3339(text).ok()?;
    let instant = DateTime::from_timestamp_micros(instant.timestamp_micros())?;
    has_four_digits(instant.year()).then_some(instant)
}

/// A day, in a year of four digits for the same reason.
fn day(text: &str) -> Option<NaiveDate> {
    let day: NaiveDate = text.parse().ok()?;
    (day.to_string() == text && has_four_digits(day.year())).then_some(day)
}

fn has_four_digits(year: i32) -> bool {
    (0..=9999).contains(&year)
}
