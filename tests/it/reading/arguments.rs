//! Random arguments of lists: pages and filters.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, Utc};
use serde_json::{Map, Value as Json, json};
use tests::oracle::{Noun, model::named};

use super::question::{Place, Writer};

/// A value, as JSON and as it stands in a document.
#[derive(Clone, Debug)]
pub(super) struct Literal {
    pub(super) json: Json,
    pub(super) text: String,
}

impl Literal {
    pub(super) fn of(json: Json, text: String) -> Self {
        Self { json, text }
    }

    pub(super) fn text(text: &str) -> Self {
        // A string of GraphQL is a string of JSON.
        Self::of(json!(text), json!(text).to_string())
    }

    pub(super) fn number(number: usize) -> Self {
        Self::of(json!(number), number.to_string())
    }

    pub(super) fn list(items: Vec<Self>) -> Self {
        let texts: Vec<_> = items.iter().map(|item| item.text.clone()).collect();
        let text = format!("[{}]", texts.join(", "));
        Self::of(items.into_iter().map(|item| item.json).collect(), text)
    }
}

/// The arguments of a list of `noun`, and how many rows it gives at most: not many more than
/// `rows`.
pub(super) fn of_list(
    writer: &mut Writer<'_>,
    noun: &'static Noun,
    rows: usize,
) -> (String, usize) {
    let mut arguments = Vec::new();
    let filter = if writer.choices.one_in(3) {
        let (text, filter) = filter(writer, noun);
        arguments.push(format!("filter: {text}"));
        filter
    } else {
        json!({})
    };
    let way = writer.choices.below(8);
    let mut limit = 1 + writer.choices.below(rows.min(7));
    if writer.choices.one_in(12) {
        limit = 0;
    }
    let side = match way {
        0 | 1 if rows >= 20 => {
            limit = 20;
            None
        }
        0..=4 => Some(("first", "last")),
        _ => Some(("last", "first")),
    };
    if let Some((side, other)) = side {
        let limit = Literal::number(limit);
        arguments.push(format!("{side}: {}", writer.pass("Int", &limit)));
        if writer.choices.one_in(6) {
            arguments.push(format!("{other}: {}", writer.pass_nothing("Int", true)));
        }
    }
    for name in ["after", "before"] {
        match writer.choices.below(8) {
            5 | 6 => {
                if let Some(cursor) = cursor(writer, noun, &filter) {
                    arguments.push(format!("{name}: {}", writer.pass("String", &cursor)));
                }
            }
            7 => arguments.push(format!("{name}: {}", writer.pass_nothing("String", true))),
            _ => {}
        }
    }
    let text = match arguments.as_slice() {
        [] => String::new(),
        arguments => format!("({})", arguments.join(", ")),
    };
    (text, limit)
}

/// The cursor of some row of the list; a nested list need not contain it. Without a filter it may
/// be one that somebody else got, who sees more.
fn cursor(writer: &mut Writer<'_>, noun: &'static Noun, filter: &Json) -> Option<Literal> {
    let forbidden = |field: &String| writer.oracle.lens.forbids(noun.name, field);
    let fields = filter.as_object()?;
    if fields.keys().any(forbidden) {
        // Nobody has given out a cursor of it.
        return None;
    }
    let passing = if fields.is_empty() {
        writer.oracle.in_order(noun)
    } else {
        writer.oracle.passing(noun, filter)
    };
    let row = *writer.choices.pick(&passing)?;
    let number = writer.question.cursors.len();
    writer.question.cursors.push(Place {
        noun,
        filter: filter.clone(),
        row,
    });
    Some(Literal::text(&format!("{{{{cursor {number}}}}}")))
}

/// A filter of lists of `noun`: as it stands in the document, and what it comes to.
fn filter(writer: &mut Writer<'_>, noun: &'static Noun) -> (String, Json) {
    let type_name = format!("{}Filter", noun.name);
    let inputs = writer.oracle.model.inputs(&type_name);
    let mut texts = Vec::new();
    let mut json = Map::new();
    for _ in 0..writer.choices.below(3) {
        let Some(input) = writer.choices.pick(inputs) else {
            continue;
        };
        let field = input.node.name.node.as_str();
        if json.contains_key(field) {
            continue;
        }
        // What is refused is asked for now and then.
        if writer.oracle.lens.forbids(noun.name, field) && !writer.choices.one_in(4) {
            continue;
        }
        let (text, demanded) = tests_of(writer, noun, field, named(&input.node.ty.node));
        texts.push(format!("{field}: {text}"));
        json.insert(field.to_owned(), demanded);
    }
    let text = format!("{{{}}}", texts.join(", "));
    let json = Json::Object(json);
    if text.contains('$') {
        // A variable or a text with such a sign: either way it stands in the document.
        return (text, json);
    }
    let literal = Literal::of(json.clone(), text);
    (writer.pass(&type_name, &literal), json)
}

/// The tests of one field.
fn tests_of(
    writer: &mut Writer<'_>,
    noun: &'static Noun,
    field: &str,
    type_name: &str,
) -> (String, Json) {
    let operators = writer.oracle.model.inputs(type_name);
    let mut texts = BTreeMap::new();
    let mut json = Map::new();
    for _ in 0..=writer.choices.below(2) {
        let Some(test) = writer.choices.pick(operators) else {
            continue;
        };
        let operator = test.node.name.node.as_str();
        if texts.contains_key(operator) {
            continue;
        }
        let ty = test.node.ty.node.to_string();
        if writer.choices.one_in(8) {
            // A field of an input object whose variable has no value is not there.
            texts.insert(operator, writer.pass_nothing(&ty, false));
            continue;
        }
        let operand = operand(writer, noun, field, operator, named(&test.node.ty.node));
        texts.insert(operator, writer.pass(&ty, &operand));
        json.insert(operator.to_owned(), operand.json);
    }
    let texts: Vec<_> = texts
        .iter()
        .map(|(operator, operand)| format!("{operator}: {operand}"))
        .collect();
    (format!("{{{}}}", texts.join(", ")), Json::Object(json))
}

/// Something to compare `field` with: mostly the value of some row.
fn operand(
    writer: &mut Writer<'_>,
    noun: &Noun,
    field: &str,
    operator: &str,
    type_name: &str,
) -> Literal {
    if operator == "isNull" {
        let value = writer.choices.one_in(2);
        return Literal::of(json!(value), value.to_string());
    }
    if matches!(operator, "in" | "nin") {
        let items = (0..writer.choices.below(4)).map(|_| one(writer, noun, field, type_name));
        return Literal::list(items.collect());
    }
    one(writer, noun, field, type_name)
}

fn one(writer: &mut Writer<'_>, noun: &Noun, field: &str, type_name: &str) -> Literal {
    let oracle = writer.oracle;
    let stored = oracle.stored(noun, field);
    let Some(value) = writer.choices.pick(&stored).cloned() else {
        return fallback(type_name);
    };
    match (&value, type_name) {
        (Json::String(text), "DateTime") => Literal::text(&elsewhere(writer, text)),
        (Json::String(text), _) if oracle.model.is_enum(type_name) => {
            Literal::of(value.clone(), text.clone())
        }
        _ => Literal::of(value.clone(), value.to_string()),
    }
}

/// The same instant as a clock elsewhere shows it.
fn elsewhere(writer: &mut Writer<'_>, text: &str) -> String {
    let instant: DateTime<Utc> = text.parse().unwrap();
    let hours: i32 = [0, 2, -5][writer.choices.below(3)];
    let offset = FixedOffset::east_opt(hours * 3600 + hours.signum() * 1800).unwrap();
    let there = instant.with_timezone(&offset).to_rfc3339();
    // What is shown elsewhere may be in a year that has no four digits.
    if there.starts_with(|first: char| first.is_ascii_digit()) && !there.starts_with("0000") {
        there
    } else {
        text.to_owned()
    }
}

/// A value where no row has one.
fn fallback(type_name: &str) -> Literal {
    match type_name {
        "Int" => Literal::number(1),
        "Boolean" => Literal::of(json!(true), "true".to_owned()),
        "DateTime" => Literal::text("2026-01-01T00:00:00Z"),
        "Date" => Literal::text("2026-01-01"),
        _ => Literal::text(""),
    }
}
