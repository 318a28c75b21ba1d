//! What a list is, in a text of its own: by its hash a cursor knows the list that it belongs to.
//!
//! The texts are a promise to cursors that callers hold. They are made of names of the schema and of what
//! is written here, and of no name of Rust, so that a new version of the hub makes the same ones.

use chrono::SecondsFormat;
use serde_json::Value as Json;

use crate::{
    calendar::{Duration, Period, Relative},
    dataset::{Direction, Entity},
};

use super::{
    filter::{Amount, Clause, Demand, Filter, Logic, Operand, Test},
    order::{Order, OrderKey},
};

/// The text of the list of `entity` with `filter` in `order`.
pub(super) fn of_list(entity: &Entity, filter: &Filter, order: &Order) -> String {
    let order: Vec<_> = order.keys.iter().map(of_key).collect();
    format!("{} {} {}", entity.name, order.join(", "), of_filter(filter))
}

fn of_key(key: &OrderKey) -> String {
    let way: Vec<_> = key.way.iter().map(|field| field.name).collect();
    let direction = match key.direction {
        Direction::Ascending => "asc",
        Direction::Descending => "desc",
    };
    let nulls = if key.nulls_first && key.is_nullable() {
        " nulls first"
    } else {
        ""
    };
    format!("{} {} {direction}{nulls}", way.join("."), key.field.name)
}

/// The text of a filter. However a caller writes it, the same demands are the same list: in another
/// order, with variables, or as an empty object.
fn of_filter(filter: &Filter) -> String {
    match filter {
        Logic::All(parts) => of_parts(parts, "and"),
        Logic::Any(parts) => of_parts(parts, "or"),
        Logic::Not(part) => format!("not({})", of_filter(part)),
        Logic::Is(clause) => of_clause(clause),
    }
}

fn of_parts(parts: &[Filter], name: &str) -> String {
    let mut parts: Vec<_> = parts.iter().map(of_filter).collect();
    parts.retain(|part| !part.is_empty() || name == "or");
    parts.sort();
    match parts.as_slice() {
        [] if name == "and" => String::new(),
        [only] => only.clone(),
        several => format!("{name}({})", several.join(" ")),
    }
}

fn of_clause(clause: &Clause) -> String {
    let demand = match &clause.demand {
        Demand::Value(test) => of_test(test),
        Demand::One(filter) => format!("one({})", of_filter(filter)),
        Demand::Some(filter) => format!("some({})", of_filter(filter)),
        Demand::None(filter) => format!("none({})", of_filter(filter)),
        Demand::Every(filter) => format!("every({})", of_filter(filter)),
    };
    format!("{} {demand}", clause.field.name)
}

fn of_test(test: &Test) -> String {
    match test {
        Test::Equals(value) => format!("eq {}", of_value(value)),
        Test::Differs(value) => format!("ne {}", of_value(value)),
        Test::In(values) => format!("in {}", each(values, of_value)),
        Test::NotIn(values) => format!("nin {}", each(values, of_value)),
        Test::Less(value) => format!("lt {}", of_value(value)),
        Test::LessOrEqual(value) => format!("lte {}", of_value(value)),
        Test::Greater(value) => format!("gt {}", of_value(value)),
        Test::GreaterOrEqual(value) => format!("gte {}", of_value(value)),
        Test::Between(from, to) => format!("between {} {}", of_value(from), of_value(to)),
        Test::Contains(part) => format!("contains {}", quoted(part)),
        Test::StartsWith(part) => format!("starts {}", quoted(part)),
        Test::EndsWith(part) => format!("ends {}", quoted(part)),
        Test::Matches(pattern) => format!("matches {}", quoted(pattern)),
        Test::Amount(amounts) => format!("amount in {}", each(amounts, of_amount)),
        Test::NotAmount(amounts) => format!("amount nin {}", each(amounts, of_amount)),
        Test::Amounts(currency, from, to) => {
            let end = |end: &Option<i128>| end.map_or("any".to_owned(), |end| end.to_string());
            format!("amount {} {} {}", currency.code(), end(from), end(to))
        }
        // What was said, and not what it means now: the list is the same when the clock has moved.
        Test::Within(span) => of_span(span.said),
        Test::IsNull(is) => format!("null {is}"),
    }
}

/// Values in an order that does not depend on how they were listed, each once.
fn each<T>(values: &[T], text: fn(&T) -> String) -> String {
    let mut texts: Vec<_> = values.iter().map(text).collect();
    texts.sort();
    texts.dedup();
    texts.join(" ")
}

fn of_value(value: &Operand) -> String {
    match value {
        Operand::Text(text) => quoted(text),
        Operand::Int(number) => number.to_string(),
        Operand::Float(number) => number.to_string(),
        Operand::Boolean(value) => value.to_string(),
        Operand::Instant(instant) => instant.to_rfc3339_opts(SecondsFormat::Nanos, true),
        Operand::Day(day) => day.to_string(),
        Operand::Id(id) => id.simple().to_string(),
    }
}

fn of_amount(amount: &Amount) -> String {
    format!("{} {}", amount.currency.code(), amount.minor)
}

/// As a text of JSON, which nothing else is mistaken for.
fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

fn of_span(said: Relative) -> String {
    match said {
        Relative::Last(duration) => format!("last {}", of_duration(duration)),
        Relative::Next(duration) => format!("next {}", of_duration(duration)),
        Relative::This(period) => format!("this {}", of_period(period)),
        Relative::Previous(period) => format!("previous {}", of_period(period)),
        Relative::Following(period) => format!("following {}", of_period(period)),
    }
}

fn of_duration(duration: Duration) -> String {
    let (count, unit) = match duration {
        Duration::Minutes(count) => (count, "minutes"),
        Duration::Hours(count) => (count, "hours"),
        Duration::Days(count) => (count, "days"),
        Duration::Weeks(count) => (count, "weeks"),
        Duration::Months(count) => (count, "months"),
        Duration::Years(count) => (count, "years"),
    };
    format!("{count} {unit}")
}

fn of_period(period: Period) -> &'static str {
    match period {
        Period::Day => "day",
        Period::Week => "week",
        Period::Month => "month",
        Period::Quarter => "quarter",
        Period::Year => "year",
        Period::FiscalQuarter => "fiscal quarter",
        Period::FiscalYear => "fiscal year",
    }
}

#[cfg(test)]
mod tests;
