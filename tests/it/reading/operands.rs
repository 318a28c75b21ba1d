//! Random operands of tests: mostly the value of some row, or nearly.

use chrono::{DateTime, FixedOffset, Utc};
use serde_json::{Value as Json, json};
use tests::choices::Choices;

use super::{
    literal::{Fields, Literal},
    question::Writer,
};

/// The tests of one value: of a field, or of what comes of many rows. `stored` are values that there
/// are.
pub(super) fn tests_of(writer: &mut Writer<'_>, type_name: &str, stored: &[Json]) -> Literal {
    let model = &writer.oracle.model;
    let mut tests = Fields::default();
    for _ in 0..=writer.choices.below(2) {
        let operators = model.inputs(type_name);
        let Some(test) = writer.choices.pick(operators) else {
            continue;
        };
        let operator = test.node.name.node.as_str();
        if tests.has(operator) {
            continue;
        }
        writer.conditions += 1;
        let ty = test.node.ty.node.to_string();
        if writer.choices.one_in(8) {
            let variable = writer.pass_nothing(&ty, false);
            tests.put_nothing(operator, &variable);
            continue;
        }
        let of = type_name.trim_end_matches("Filter");
        let operand = operand(writer, operator, of, stored);
        let operand = writer.passed(&ty, operand);
        tests.put(operator, operand);
    }
    tests.literal()
}

fn operand(writer: &mut Writer<'_>, operator: &str, of: &str, stored: &[Json]) -> Literal {
    let choices = &mut writer.choices;
    match operator {
        "isNull" => {
            let value = choices.one_in(2);
            Literal::of(json!(value), value.to_string())
        }
        "in" | "nin" if choices.one_in(5) => one(writer, of, stored),
        "in" | "nin" => {
            let count = choices.below(4);
            Literal::list((0..count).map(|_| one(writer, of, stored)).collect())
        }
        "between" => {
            let mut range = Fields::default();
            let from = one(writer, of, stored);
            let mut to = one(writer, of, stored);
            if of == "Money" && from.json["currency"] != to.json["currency"] {
                to = from.clone();
            }
            range.put("from", from);
            range.put("to", to);
            range.literal()
        }
        "last" | "next" => duration(choices, of),
        "this" | "previous" | "following" => {
            let periods = writer.oracle.model.values("CalendarPeriod");
            Literal::choice(choices.pick(&periods).copied().unwrap_or("DAY"))
        }
        "eq" | "ne" | "lt" | "lte" | "gt" | "gte" => one(writer, of, stored),
        _ => Literal::text(&part(choices, operator, stored)),
    }
}

fn one(writer: &mut Writer<'_>, of: &str, stored: &[Json]) -> Literal {
    let oracle = writer.oracle;
    let choices = &mut writer.choices;
    let Some(value) = choices.pick(stored).cloned() else {
        return fallback(of);
    };
    match (&value, of) {
        (Json::Object(_), _) => money(choices, &value),
        (Json::String(text), "DateTime") => Literal::text(&elsewhere(choices, text)),
        (Json::String(text), _) if oracle.model.is_enum(of) => Literal::choice(text),
        (Json::Number(number), "Float") => {
            let halves = [1.0, 0.5, 2.0, -1.0][choices.below(4)];
            let number = json!(number.as_f64().unwrap() * halves);
            Literal::of(number.clone(), number.to_string())
        }
        _ => Literal::of(value.clone(), value.to_string()),
    }
}

/// An amount, or one that is a little more, or the same number of another currency.
fn money(choices: &mut Choices, stored: &Json) -> Literal {
    let text = |name: &str| stored[name].as_str().unwrap().to_owned();
    let (mut amount, mut currency) = (text("amount"), text("currency"));
    match choices.below(6) {
        3 if amount.contains('.') => amount.push('5'),
        4 if amount.contains('.') => amount.push_str("000"),
        5 => "USD".clone_into(&mut currency),
        _ => {}
    }
    let mut fields = Fields::default();
    fields.put("amount", Literal::text(&amount));
    fields.put("currency", Literal::text(&currency));
    fields.literal()
}

fn duration(choices: &mut Choices, of: &str) -> Literal {
    const UNITS: [&str; 6] = ["days", "weeks", "months", "years", "hours", "minutes"];
    const COUNTS: [usize; 8] = [1, 2, 3, 12, 30, 60, 2100, 10_000];
    let units = if of == "Date" { &UNITS[..4] } else { &UNITS };
    let unit = choices.pick(units).copied().unwrap_or("days");
    let count = choices.pick(&COUNTS).copied().unwrap_or(1);
    Literal::number(count).within(unit)
}

/// A part of a text that there is; without regard to case perhaps in other letters.
fn part(choices: &mut Choices, operator: &str, stored: &[Json]) -> String {
    let text = choices.pick(stored).and_then(Json::as_str);
    let letters: Vec<char> = text.unwrap_or_default().chars().collect();
    let most = letters.len().min(4);
    let length = 1 + choices.below(most.max(1));
    let length = length.min(letters.len());
    let from = match operator.trim_end_matches("IgnoreCase") {
        "startsWith" => 0,
        "endsWith" => letters.len() - length,
        "contains" => choices.below(letters.len() - length + 1),
        _ => return other_case(choices, &letters),
    };
    let letters = &letters[from..from + length];
    if operator.ends_with("IgnoreCase") {
        return other_case(choices, letters);
    }
    letters.iter().collect()
}

fn other_case(choices: &mut Choices, letters: &[char]) -> String {
    let way = choices.below(4);
    let other = letters.iter().flat_map(|letter| match (way, letter) {
        (1, letter) => letter.to_uppercase().collect(),
        (2, letter) => letter.to_lowercase().collect(),
        (3, 's' | 'S') => vec!['ſ'],
        (3, 'k' | 'K') => vec!['\u{212a}'],
        (3, 'ß') => vec!['ẞ'],
        (3, 'σ' | 'Σ') => vec!['ς'],
        (3, 'i' | 'I') => vec!['ı'],
        (_, letter) => vec![*letter],
    });
    other.collect()
}

/// The same instant as a clock elsewhere shows it.
fn elsewhere(choices: &mut Choices, text: &str) -> String {
    let instant: DateTime<Utc> = text.parse().unwrap();
    let hours: i32 = [0, 2, -5][choices.below(3)];
    let offset = FixedOffset::east_opt(hours * 3600 + hours.signum() * 1800).unwrap();
    let there = instant.with_timezone(&offset).to_rfc3339();
    // What is shown elsewhere may be in a year that has no four digits.
    if there.starts_with(|first: char| first.is_ascii_digit()) && !there.starts_with("0000") {
        there
    } else {
        text.to_owned()
    }
}

/// A value where there is none.
fn fallback(of: &str) -> Literal {
    match of {
        "Int" => Literal::number(1),
        "Float" => Literal::of(json!(1.5), "1.5".to_owned()),
        "Boolean" => Literal::of(json!(true), "true".to_owned()),
        "DateTime" => Literal::text("2026-01-01T00:00:00Z"),
        "Date" => Literal::text("2026-01-01"),
        "Money" => {
            let mut fields = Fields::default();
            fields.put("amount", Literal::text("1.50"));
            fields.put("currency", Literal::text("EUR"));
            fields.literal()
        }
        _ => Literal::text(""),
    }
}
