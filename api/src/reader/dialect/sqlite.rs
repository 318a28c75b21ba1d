//! JSON as SQLite writes it. Text is stored by `sqlx`: a UUID as 16 bytes, an instant in RFC 3339
//! with none, three or six digits of a second and `+00:00`.

use chrono::{DateTime, Utc};
use sea_orm::Value;
use uuid::Uuid;

use crate::calendar::Period;

use super::{Dialect, joined, length_of, total};

/// The embedded SQLite.
#[derive(Clone, Copy, Debug)]
pub(in crate::reader) struct Sqlite;

impl Dialect for Sqlite {
    fn placeholder(&self, number: usize) -> String {
        format!("?{number}")
    }

    fn global_id(&self, prefix: &str, column: &str) -> String {
        format!("'{prefix}_' || {}", self.hex_id(column))
    }

    fn hex_id(&self, column: &str) -> String {
        // `hex` of null is the empty string.
        format!("CASE WHEN {column} IS NOT NULL THEN lower(hex({column})) END")
    }

    fn instant(&self, column: &str) -> String {
        format!(
            "substr({column}, 1, 19) || CASE length({column}) WHEN 25 THEN '.000000' \
             WHEN 29 THEN substr({column}, 20, 4) || '000' ELSE substr({column}, 20, 7) END || 'Z'"
        )
    }

    fn boolean(&self, column: &str) -> String {
        format!("json(CASE {column} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)")
    }

    fn truth(&self, condition: &str) -> String {
        format!("json(CASE WHEN {condition} THEN 'true' ELSE 'false' END)")
    }

    fn json(&self, column: &str) -> String {
        format!("json({column})")
    }

    fn decimal(&self, minor: &str, digits: u16) -> String {
        if digits == 0 {
            return self.integer_text(minor);
        }
        let unit = 10_u64.pow(u32::from(digits));
        format!(
            "CASE WHEN {minor} < 0 THEN '-' ELSE '' END || \
             printf('%d.%0{digits}d', abs({minor} / {unit}), abs({minor} % {unit}))"
        )
    }

    fn integer_text(&self, column: &str) -> String {
        format!("CAST({column} AS TEXT)")
    }

    fn partial(&self, column: &str) -> String {
        // Without its last letters that are no `@`, a text ends in its last `@`.
        let tail = format!("substr({column}, length(rtrim({column}, replace({column}, '@', ''))))");
        format!(
            "CASE WHEN instr({column}, '@') > 1 THEN substr({column}, 1, 1) || '…' || {tail} \
             WHEN instr({column}, '@') = 1 THEN '…' || {tail} \
             WHEN length({column}) > 7 \
             THEN substr({column}, 1, 3) || ' … ' || substr({column}, -2) \
             WHEN {column} IS NOT NULL THEN '…' END"
        )
    }

    fn contains(&self, column: &str, text: &str) -> String {
        format!("instr({column}, {text}) > 0")
    }

    fn ends_with(&self, column: &str, text: &str, length: usize) -> String {
        format!("substr({column}, -{length}) = {text}")
    }

    fn matches(&self, column: &str, pattern: &str) -> String {
        format!("{column} REGEXP {pattern}")
    }

    fn average(&self, column: &str) -> String {
        format!("CAST(sum({column}) AS REAL) / nullif(count({column}), 0)")
    }

    fn double(&self, column: &str) -> String {
        // As JSON it has 15 digits by itself, and 17 make it the same again.
        format!(
            "CASE WHEN {column} = CAST({column} AS INTEGER) THEN CAST({column} AS INTEGER) \
             WHEN {column} IS NOT NULL THEN json(printf('%!.17g', {column})) END"
        )
    }

    fn average_units(&self, minor: &str) -> String {
        total::average(minor)
    }

    fn total(&self, minor: &str, name: &str) -> Vec<(String, String)> {
        total::columns(minor, name)
    }

    fn total_decimal(&self, column: &str, digits: u16) -> String {
        total::decimal(column, digits)
    }

    fn total_compares(&self, column: &str, operator: &str, number: i128) -> String {
        total::compares(column, operator, number)
    }

    fn total_keys(&self, column: &str) -> Vec<String> {
        total::keys(column)
    }

    fn microseconds(&self, column: &str) -> String {
        // Without the fraction, which would be rounded.
        format!(
            "(unixepoch(substr({column}, 1, 19)) * 1000000 + CAST(substr({}, 21, 6) AS INTEGER))",
            self.instant(column)
        )
    }

    fn is_before(&self, column: &str, instant: DateTime<Utc>) -> String {
        // As it is stored: `+` comes before the `.` of a fraction.
        format!("{column} < '{}'", instant.to_rfc3339())
    }

    fn day_at(&self, column: &str, seconds: &str) -> String {
        if seconds == "0" {
            return format!("substr({column}, 1, 10)");
        }
        // Without the fraction, which would be rounded.
        format!("date(substr({column}, 1, 19), ({seconds}) || ' seconds')")
    }

    fn start_of_period(&self, day: &str, period: Period, shift: u32) -> String {
        let months_back = |length: u32, shift: u32| {
            let ahead = 11 - shift;
            format!(
                "(SELECT max(date(p.day, 'start of month', \
                 '-' || ((CAST(substr(p.day, 6, 2) AS INTEGER) + {ahead}) % {length}) || ' months'), \
                 '0001-01-01') FROM (SELECT {day} AS day) AS p)"
            )
        };
        match period {
            Period::Day => day.to_owned(),
            Period::Week => format!("date({day}, '-6 days', 'weekday 1')"),
            Period::Month => format!("date({day}, 'start of month')"),
            Period::Quarter => months_back(3, 0),
            Period::Year => format!("date({day}, 'start of year')"),
            Period::FiscalQuarter => months_back(3, shift),
            Period::FiscalYear => months_back(12, shift),
        }
    }

    fn about_period(&self, column: &str, start: &str, period: Period) -> String {
        // There is no day after the last one, but there are letters after the digits.
        let length = length_of(period);
        format!(
            "{column} >= date({start}, '-1 day') \
             AND {column} < coalesce(date({start}, '+{length}', '+1 day'), 'A')"
        )
    }

    fn unindexed(&self, column: &str) -> String {
        format!("+{column}")
    }

    fn id_list(&self, ids: &[Uuid]) -> Value {
        Value::from(joined(ids, "[", "\"", "]"))
    }

    fn listed(&self, column: &str, placeholder: &str) -> String {
        format!("{column} IN (SELECT unhex(value) FROM json_each({placeholder}))")
    }

    fn lists_object(&self, column: &str, key: &str, value: &str) -> String {
        format!(
            "json_type({column}) = 'array' AND EXISTS (SELECT 1 FROM json_each({column}) AS e \
             WHERE e.type = 'object' AND json_extract(e.value, '$.{key}') = '{value}')"
        )
    }

    fn json_of_text(&self, text: &str) -> String {
        format!("json({text})")
    }

    fn cursor(&self, mark: &str, values: &str) -> String {
        format!("'{mark}' || lower(hex(json_array({values})))")
    }

    fn open_row(&self) -> &'static str {
        "SELECT json_object("
    }

    fn pair(&self, key: &str, value: &str) -> String {
        format!("'{key}', {value}")
    }

    fn close_pairs(&self) -> &'static str {
        ")"
    }

    fn close_row(&self) -> &'static str {
        ""
    }

    fn object_function(&self) -> &'static str {
        "json_object"
    }

    fn list(&self, values: &str, by: Option<&str>, only: Option<&str>) -> String {
        let by = by.map(|by| format!(" ORDER BY {by}")).unwrap_or_default();
        let only = only
            .map(|only| format!(" FILTER (WHERE {only})"))
            .unwrap_or_default();
        format!("json_group_array({values}{by}){only}")
    }

    fn still_json(&self, column: &str) -> String {
        format!("json({column})")
    }

    fn null(&self) -> &'static str {
        "NULL"
    }

    fn text(&self, json: &str) -> String {
        json.to_owned()
    }
}
