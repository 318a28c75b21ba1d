//! Whether a row passes a filter.

use chrono::{DateTime, SubsecRound as _, Utc};
use serde_json::{Map, Value as Json};

use crate::rows::Cell;

use super::noun::Noun;

/// Whether a row, whose fields are what `value` says, passes every test of every field of
/// `filter`.
pub(super) fn passes<'r>(filter: Option<&Json>, value: impl Fn(&str) -> &'r Cell) -> bool {
    let nothing = Map::new();
    let filter = filter.and_then(Json::as_object).unwrap_or(&nothing);
    filter.iter().all(|(field, tests)| {
        let value = value(field);
        let tests = tests
            .as_object()
            .expect("the tests of a field are an object");
        tests
            .iter()
            .all(|(operator, operand)| holds(value, operator, operand))
    })
}

/// Null is equal to nothing, and unequal to nothing.
fn holds(value: &Cell, operator: &str, operand: &Json) -> bool {
    if operator == "isNull" {
        return operand == &Json::Bool(*value == Cell::Null);
    }
    if *value == Cell::Null {
        return false;
    }
    let one_of = || match operand {
        Json::Array(items) => items.iter().any(|item| is(value, item)),
        item => is(value, item),
    };
    match operator {
        "eq" => is(value, operand),
        "ne" => !is(value, operand),
        "in" => one_of(),
        "nin" => !one_of(),
        "lt" => compare(value, operand).is_lt(),
        "lte" => compare(value, operand).is_le(),
        "gt" => compare(value, operand).is_gt(),
        "gte" => compare(value, operand).is_ge(),
        _ => panic!("no operator {operator}"),
    }
}

fn is(value: &Cell, operand: &Json) -> bool {
    match (value, operand) {
        (Cell::Id(id), Json::String(text)) => Noun::of_id(text).is_some_and(|(_, it)| it == *id),
        (Cell::Bool(value), operand) => operand == &Json::Bool(*value),
        _ => compare(value, operand).is_eq(),
    }
}

fn compare(value: &Cell, operand: &Json) -> std::cmp::Ordering {
    match (value, operand) {
        (Cell::Text(text), Json::String(other)) => text.as_bytes().cmp(other.as_bytes()),
        (Cell::Int(number), Json::Number(other)) => {
            number.cmp(&other.as_i64().expect("a whole number"))
        }
        (Cell::Instant(instant), Json::String(other)) => {
            let other: DateTime<Utc> = other.parse().expect("an instant");
            // The database keeps microseconds, and so does a test.
            instant.cmp(&other.trunc_subsecs(6))
        }
        (Cell::Day(day), Json::String(other)) => day.cmp(&other.parse().expect("a day")),
        _ => panic!("{value:?} does not compare with {operand}"),
    }
}
