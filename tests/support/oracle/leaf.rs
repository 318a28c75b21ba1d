//! How values are written.

use serde_json::{Value as Json, json};

use crate::rows::{Cell, Row, cell};

use super::{
    decimal::{decimal, digits},
    lens,
    noun::{Noun, global_id, id_of},
    resolve::{Object, Resolved},
};

/// A scalar.
pub(super) fn leaf(value: &Cell) -> Json {
    match value {
        Cell::Null => Json::Null,
        Cell::Text(text) => json!(text),
        Cell::Int(number) => json!(number),
        Cell::Bool(value) => json!(value),
        Cell::Instant(instant) => json!(instant.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()),
        Cell::Day(day) => json!(day.format("%Y-%m-%d").to_string()),
        Cell::Id(id) => panic!("{id} is not shown as it is"),
        Cell::Json(json) => json.clone(),
    }
}

/// An amount, in the columns `<column>_minor` and `<column>_currency`, or just `currency`.
pub(super) fn money<'a>(row: &'a Row, column: &str) -> Option<(i64, &'a str)> {
    let currency = row
        .get(format!("{column}_currency").as_str())
        .unwrap_or_else(|| cell(row, "currency"));
    match (cell(row, &format!("{column}_minor")), currency) {
        (Cell::Int(minor), Cell::Text(currency)) => Some((*minor, currency)),
        _ => None,
    }
}

/// A field of `Money`.
pub(super) fn money_field(minor: i128, currency: &str, field: &str) -> Json {
    match field {
        "amount" => json!(decimal(minor, currency)),
        "currency" => json!(currency),
        _ => json!(minor.to_string()),
    }
}

/// A field of `MoneyBand`.
pub(super) fn band_field(minor: i64, currency: &str, field: &str) -> Json {
    let (from, below) = lens::band(minor, digits(currency));
    match field {
        "from" => from,
        "below" => below,
        _ => json!(currency),
    }
}

/// A field of `Reference`, to a row of `noun`. A person's name says those parts that are `clear`.
pub(super) fn reference_field(
    noun: &Noun,
    row: &Row,
    field: &str,
    clear: impl Fn(&str) -> bool,
) -> Json {
    let name = || match noun.name {
        "Contact" | "Lead" => person(row, clear),
        _ => leaf(cell(row, "name")),
    };
    let status = || match noun.name {
        "Account" => leaf(cell(row, "lifecycle")),
        "Opportunity" => leaf(cell(row, "stage")),
        "Contact" => Json::Null,
        _ => leaf(cell(row, "status")),
    };
    match field {
        "id" => json!(global_id(noun, id_of(row))),
        "name" => name(),
        _ => status(),
    }
}

/// First and last name, as far as there are any.
fn person(row: &Row, clear: impl Fn(&str) -> bool) -> Json {
    let parts = [("firstName", "first_name"), ("lastName", "last_name")];
    let names = parts.map(|(part, column)| match cell(row, column) {
        Cell::Text(name) if clear(part) => name.as_str(),
        _ => "",
    });
    match names.join(" ").trim_matches(' ') {
        "" => Json::Null,
        name => json!(name),
    }
}

/// An object where there is one.
pub(super) fn object(object: Option<Object<'_>>) -> Resolved<'_> {
    object.map_or(Resolved::Leaf(Json::Null), Resolved::Object)
}
