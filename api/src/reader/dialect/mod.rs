//! Where the two databases differ: how a value becomes JSON, and how JSON is put together.

mod log;
mod postgres;
mod sqlite;
mod total;

pub(super) use log::LogDialect;
pub(super) use postgres::Postgres;
pub(super) use sqlite::Sqlite;

use chrono::{DateTime, Utc};
use sea_orm::Value;
use uuid::Uuid;

use crate::calendar::Period;

/// A database's way to write JSON. `column` is a qualified column such as `t1."name"`; a value may
/// be null, and then the JSON is null.
pub(super) trait Dialect: LogDialect {
    /// The placeholder of the parameter with that number, from 1.
    fn placeholder(&self, number: usize) -> String;
    /// A UUID column as a global id.
    fn global_id(&self, prefix: &str, column: &str) -> String;
    /// The 32 hexadecimal digits of a UUID column.
    fn hex_id(&self, column: &str) -> String;
    /// An instant, as `2026-01-02T03:04:05.000006Z`: always with six digits of a second.
    fn instant(&self, column: &str) -> String;
    /// A boolean column.
    fn boolean(&self, column: &str) -> String;
    /// A condition, which is never null.
    fn truth(&self, condition: &str) -> String;
    /// A column that holds JSON.
    fn json(&self, column: &str) -> String;
    /// Minor units as a decimal with `digits` behind the point, as text.
    fn decimal(&self, minor: &str, digits: u16) -> String;
    /// An integer as text.
    fn integer_text(&self, column: &str) -> String;
    /// A text in part: what stands before the last `@` as its first letter, `a…@acme.com`; without an
    /// `@` both ends of it, `+43 … 77`, where it is long enough.
    fn partial(&self, column: &str) -> String;
    /// The condition that a text column has the parameter in it.
    fn contains(&self, column: &str, text: &str) -> String;
    /// The condition that a text column ends with the parameter, which has `length` characters.
    fn ends_with(&self, column: &str, text: &str, length: usize) -> String;
    /// The condition that a text column matches the regular expression in the parameter.
    fn matches(&self, column: &str, pattern: &str) -> String;
    /// The average of the numbers in a column, as a double.
    fn average(&self, column: &str) -> String;
    /// A double as JSON.
    fn double(&self, column: &str) -> String;
    /// The average of minor units, to the unit: halves up.
    fn average_units(&self, minor: &str) -> String;
    /// The sum of minor units, of any size, as columns whose names begin with `name`.
    fn total(&self, minor: &str, name: &str) -> Vec<(String, String)>;
    /// Such a sum at `column` as a decimal with `digits` behind the point, as text.
    fn total_decimal(&self, column: &str, digits: u16) -> String;
    /// The comparison of such a sum with a number.
    fn total_compares(&self, column: &str, operator: &str, number: i128) -> String;
    /// What rows are ordered by to be in the order of such a sum.
    fn total_keys(&self, column: &str) -> Vec<String>;
    /// The microseconds of an instant since 1970, as a whole number.
    fn microseconds(&self, column: &str) -> String;
    /// The condition that an instant is earlier than that.
    fn is_before(&self, column: &str, instant: DateTime<Utc>) -> String;
    /// The day of an instant, if clocks are so many seconds ahead of UTC.
    fn day_at(&self, column: &str, seconds: &str) -> String;
    /// The first day of the period that a day lies in; the fiscal year starts `shift` months after
    /// January.
    fn start_of_period(&self, day: &str, period: Period, shift: u32) -> String;
    /// A condition that holds for all instants in the period that starts on the day `start`, in any time
    /// zone, and for few others: by it they are found.
    fn about_period(&self, column: &str, start: &str, period: Period) -> String;
    /// A column that the planner is kept from looking up in an index; one with statistics need not be.
    fn unindexed(&self, column: &str) -> String;
    /// A list of ids as one parameter, for [`Dialect::listed`].
    fn id_list(&self, ids: &[Uuid]) -> Value;
    /// The condition that a column holds one of the ids in the parameter.
    fn listed(&self, column: &str, placeholder: &str) -> String;
    /// The condition that a column holds a JSON list with an object whose `key` is `value`.
    fn lists_object(&self, column: &str, key: &str, value: &str) -> String;
    /// A text that is JSON.
    fn json_of_text(&self, text: &str) -> String;
    /// The cursor: `mark` and the hexadecimal form of the JSON array of `values`, joined by commas.
    fn cursor(&self, mark: &str, values: &str) -> String;

    /// Begins a statement that gives one row as an object; the pairs follow.
    fn open_row(&self) -> &'static str;
    /// A pair of that object.
    fn pair(&self, key: &str, value: &str) -> String;
    /// Ends the pairs; the `FROM` follows, or nothing.
    fn close_pairs(&self) -> &'static str;
    /// Ends the statement.
    fn close_row(&self) -> &'static str;
    /// The function that makes a small object of keys and values, also over aggregates.
    fn object_function(&self) -> &'static str;
    /// All `values` of the rows as an array, in the rows' order, or in that of `by`; only the rows
    /// for which `only` holds.
    fn list(&self, values: &str, by: Option<&str>, only: Option<&str>) -> String;
    /// A value that lost its mark of being JSON on the way through a derived table.
    fn still_json(&self, column: &str) -> String;
    /// Null, as JSON.
    fn null(&self) -> &'static str;
    /// The finished JSON as text, which the statement returns.
    fn text(&self, json: &str) -> String;
}

/// How long a period is, as both databases say it.
fn length_of(period: Period) -> &'static str {
    match period {
        Period::Day => "1 days",
        Period::Week => "7 days",
        Period::Month => "1 months",
        Period::Quarter | Period::FiscalQuarter => "3 months",
        Period::Year | Period::FiscalYear => "12 months",
    }
}

/// Ids in one text, each in `quotes`.
fn joined(ids: &[Uuid], open: &str, quotes: &str, close: &str) -> String {
    let mut list = String::with_capacity(2 + ids.len() * 35);
    list.push_str(open);
    let mut digits = Uuid::encode_buffer();
    for (position, id) in ids.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        let id = id.as_simple().encode_lower(&mut digits);
        for part in [comma, quotes, id, quotes] {
            list.push_str(part);
        }
    }
    list.push_str(close);
    list
}
