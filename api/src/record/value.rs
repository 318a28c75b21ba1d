//! Text of a cell to a value of a column.
//!
//! Errors are halves of a sentence that goes on after the value: "is not a date (…)".

mod amount;
mod company;
mod country;
mod date;
mod person;

use chrono_tz::Tz;

use crate::store::table::Value;

use super::FieldKind;

pub use amount::{currency, minor_units};
pub use company::normalized_name;
pub use date::{Dates, api_day, api_instant};
pub use person::{domain, is_free_mail, is_shared_mailbox};

/// What a mapping says on how values are written.
#[derive(Clone, Debug)]
pub struct Style {
    /// How instants and days are written.
    pub dates: Dates,
    /// The zone of instants that do not name one.
    pub time_zone: Tz,
    /// The country of telephone numbers without an international prefix; ISO 3166-1 alpha-2.
    pub region: Option<phonenumber::country::Id>,
    /// What separates the decimals of amounts, where that is known.
    pub decimal: Option<char>,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            dates: Dates::default(),
            time_zone: Tz::UTC,
            region: None,
            decimal: None,
        }
    }
}

/// Reads `text`, which is not empty, as `kind`. References, amounts and objects are not read here.
///
/// # Errors
///
/// Returns what is wrong with it.
pub fn read(kind: &FieldKind, text: &str, style: &Style) -> Result<Value, String> {
    match kind {
        FieldKind::Text(limit) => limited(text, *limit).map(Value::from),
        FieldKind::Email => person::email(text).map(Value::from),
        FieldKind::Phone => person::phone(text, style.region).map(Value::from),
        FieldKind::Country => country::code(text).map(Value::from),
        FieldKind::TimeZone => text
            .parse::<Tz>()
            .map(|zone| Value::from(zone.name()))
            .map_err(|_unknown| "is not a time zone such as `Europe/Vienna`".to_owned()),
        FieldKind::Domain => domain(text).map(Value::from),
        FieldKind::Number(least, most) => number(text, *least, *most),
        FieldKind::Flag => flag(text).map(Value::from),
        FieldKind::Instant => style.dates.instant(text, style.time_zone).map(Value::from),
        FieldKind::Date => style.dates.day(text).map(Value::from),
        FieldKind::Choice(words) => choice(text, words).map(Value::from),
        FieldKind::List => Ok(Value::from(list(text))),
        FieldKind::Money(_) | FieldKind::Reference(_) | FieldKind::Object => {
            limited(text, None).map(Value::from)
        }
    }
}

fn limited(text: &str, limit: Option<u32>) -> Result<&str, String> {
    let Some(limit) = limit else {
        return Ok(text);
    };
    let length = text.chars().count();
    if u64::try_from(length).is_ok_and(|length| length > u64::from(limit)) {
        return Err(format!("has {length} characters; {limit} is the most"));
    }
    Ok(text)
}

fn number(text: &str, least: i64, most: i64) -> Result<Value, String> {
    let plain = text.replace([',', '_', ' ', '\u{a0}', '\''], "");
    let whole = plain
        .split_once('.')
        .filter(|(_, decimals)| decimals.chars().all(|digit| digit == '0'))
        .map_or(plain.as_str(), |(whole, _)| whole);
    let number: i64 = whole
        .parse()
        .map_err(|_not| "is not a whole number".to_owned())?;
    if number < least || number > most {
        return Err(format!("is not between {least} and {most}"));
    }
    if least == -2 {
        return Ok(Value::SmallInt(i16::try_from(number).ok()));
    }
    if most > i64::from(i32::MAX) {
        return Ok(Value::from(number));
    }
    Ok(Value::Int(i32::try_from(number).ok()))
}

fn flag(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "x" | "on" => Ok(true),
        "false" | "f" | "no" | "n" | "0" | "off" => Ok(false),
        _ => Err("is not one of true, false, yes, no, 1, 0".to_owned()),
    }
}

/// `Closed Won`, `closed-won` and `CLOSED_WON` are the same word.
fn choice(text: &str, words: &[String]) -> Result<String, String> {
    let wanted: String = text
        .chars()
        .map(|character| match character {
            ' ' | '-' | '/' => '_',
            other => other.to_ascii_uppercase(),
        })
        .collect();
    words
        .iter()
        .find(|word| **word == wanted)
        .cloned()
        .ok_or_else(|| format!("is not one of {}", words.join(", ")))
}

/// Words separated by semicolons or commas, or a JSON array.
fn list(text: &str) -> serde_json::Value {
    if text.starts_with('[')
        && let Ok(list) = serde_json::from_str(text)
    {
        return list;
    }
    text.split([';', ','])
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests;
