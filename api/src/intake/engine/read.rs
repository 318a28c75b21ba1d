//! What one row has for one field.

use std::borrow::Cow;

use crate::{
    intake::{csv::Row, mapping::Shape},
    record::{FieldKind, value},
    store::table::Value,
};

use super::{
    draft::{Draft, Link},
    plan::BoundField,
};

/// A value may be quoted in a reason up to this many characters.
const QUOTED: usize = 80;

/// Reads what the row has for a field; says whether it has something.
pub(super) fn assign<'p>(
    draft: &mut Draft<'p>,
    field: &'p BoundField<'p>,
    row: &Row,
) -> Result<bool, String> {
    let rule = field.rule;
    let Some(raw) = field
        .source
        .text(&row.cells)
        .or_else(|| rule.empty.as_deref().map(Cow::Borrowed))
    else {
        return Ok(false);
    };
    let Some(text) = translated(field, &raw) else {
        return Ok(false);
    };
    let complain = |problem: &str| {
        let quoted: String = raw.chars().take(QUOTED).collect();
        let (line, label) = (row.line, &field.label);
        format!("line {line}, column `{label}`: `{quoted}` {problem}")
    };
    if rule.lookup.is_some() {
        let text = text.into_owned();
        draft.links.push(Link { field, text });
        return Ok(true);
    }
    let column = rule.field.column;
    match &rule.field.kind {
        FieldKind::Money(currency_column) => {
            let (amount, currency) =
                money(field, row, &text).map_err(|problem| complain(&problem))?;
            draft.push(field, column, Value::from(amount));
            draft.push(field, *currency_column, currency);
        }
        FieldKind::Object => {
            let shape = rule
                .member
                .as_ref()
                .map_or(Shape::Text, |(_, shape)| *shape);
            let json = member(&text, shape).map_err(|problem| complain(&problem))?;
            draft.push(field, column, Value::from(json));
        }
        FieldKind::Domain => {
            let domain = value::domain(&text).map_err(|problem| complain(&problem))?;
            if value::is_free_mail(&domain) {
                return Err(complain(
                    "is a host of anybody's mail, not the company's domain",
                ));
            }
            draft.domain = Some(domain);
        }
        kind => {
            let value =
                value::read(kind, &text, &rule.style).map_err(|problem| complain(&problem))?;
            draft.push(field, column, value);
        }
    }
    Ok(true)
}

/// What counts instead of a value that cannot be read, where the mapping says so.
pub(super) fn stand_in<'p>(draft: &mut Draft<'p>, field: &'p BoundField<'p>) {
    if let Some(text) = &field.rule.empty
        && let Ok(value) = value::read(&field.rule.field.kind, text, &field.rule.style)
        && field.rule.lookup.is_none()
    {
        draft.push(field, field.rule.field.column, value);
    }
}

fn money(field: &BoundField<'_>, row: &Row, text: &str) -> Result<(i64, Value), String> {
    let stated = field
        .currency
        .as_ref()
        .and_then(|source| source.text(&row.cells))
        .or(field.rule.usual_currency.as_deref().map(Cow::Borrowed))
        .map(|code| value::currency(&code))
        .transpose()
        .map_err(|problem| format!("has a currency that {problem}"))?;
    let (amount, currency) = value::minor_units(text, stated, field.rule.style.decimal)?;
    Ok((amount, Value::from(currency.code())))
}

/// Our word for theirs; nothing where the mapping maps to nothing.
fn translated<'a>(field: &'a BoundField<'_>, text: &'a str) -> Option<Cow<'a, str>> {
    let rule = field.rule;
    if rule.words.is_empty() && rule.otherwise.is_none() {
        return Some(Cow::Borrowed(text));
    }
    let ours = rule
        .words
        .get(&text.to_lowercase())
        .or(rule.otherwise.as_ref())
        .map_or(text, String::as_str);
    (!ours.is_empty()).then_some(Cow::Borrowed(ours))
}

fn member(text: &str, shape: Shape) -> Result<serde_json::Value, String> {
    match shape {
        Shape::Text => match value::read(&FieldKind::Text(None), text, &value::Style::default())? {
            Value::String(Some(text)) => Ok(text.into()),
            _ => Ok(serde_json::Value::Null),
        },
        Shape::Number => text
            .parse::<i64>()
            .map(serde_json::Value::from)
            .or_else(|_not_whole| text.parse::<f64>().map(serde_json::Value::from))
            .map_err(|_not| "is not a number".to_owned()),
        Shape::Flag => match value::read(&FieldKind::Flag, text, &value::Style::default())? {
            Value::Bool(Some(flag)) => Ok(flag.into()),
            _ => Ok(serde_json::Value::Null),
        },
    }
}
