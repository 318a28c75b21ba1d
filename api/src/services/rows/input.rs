//! From what a caller says of a row to values of its columns.

use iso_currency::Currency;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::{
    dataset::{Field, GlobalId, Kind},
    error::Problem,
    record::{
        self, FieldKind,
        value::{self, Style},
    },
    store::table::{self, Value},
};

/// What a field says, as values of columns by their position; what has no column of its own by name.
#[derive(Debug)]
pub(super) enum Said {
    /// Values of columns of the row.
    Columns(Vec<(usize, Value)>),
    /// A domain, which is written elsewhere.
    Beside(Option<String>),
}

/// Reads what is said of `field`.
pub(super) fn read(
    entity: &record::Entity,
    field: &Field,
    path: &str,
    json: &Json,
) -> Result<Said, Vec<Problem>> {
    let one = |problem: &str| vec![Problem::validation(path, problem)];
    if let Kind::Money { minor, currency } = field.kind {
        let positions = [minor, currency].map(|name| entity.position(name));
        let [Some(minor), Some(currency)] = positions else {
            return Err(one("cannot be said here"));
        };
        return money(entity, (minor, currency), path, json).map(Said::Columns);
    }
    let position = field
        .kind
        .columns()
        .next()
        .and_then(|name| entity.position(name));
    let Some(position) = position else {
        return beside(path, json).map(Said::Beside);
    };
    let column = entity.table.columns.get(position);
    let column = column.ok_or_else(|| one("cannot be said here"))?;
    if json.is_null() {
        if !column.nullable {
            return Err(one("it cannot be empty"));
        }
        return Ok(Said::Columns(vec![(position, column.kind.null())]));
    }
    let kind = entity
        .fields
        .iter()
        .find(|it| it.column == position)
        .map(|it| &it.kind);
    let value = value_of(field, column, kind, json).map_err(|problem| one(&problem))?;
    Ok(Said::Columns(vec![(position, value)]))
}

/// The value of a column; errors say what would be right.
fn value_of(
    field: &Field,
    column: &table::Column,
    kind: Option<&FieldKind>,
    json: &Json,
) -> Result<Value, String> {
    match (&field.kind, json) {
        (Kind::ForeignId { target, .. }, Json::String(text)) => GlobalId::parse(text)
            .filter(|id| id.entity.name == *target)
            .map(|id| Value::from(id.id))
            .ok_or_else(|| format!("the id of a {target} is required")),
        (Kind::Choice(..), Json::String(text)) => Ok(Value::from(text.as_str())),
        (Kind::Boolean(_), Json::Bool(flag)) => Ok(Value::from(*flag)),
        (Kind::Int(_), Json::Number(number)) => int(column, kind, number.as_i64()),
        (Kind::Instant(_), Json::String(text)) => value::api_instant(text)
            .map(Value::from)
            .map_err(|problem| format!("it {problem}")),
        (Kind::Day(_), Json::String(text)) => value::api_day(text)
            .map(Value::from)
            .map_err(|problem| format!("it {problem}")),
        (Kind::Texts(_), Json::Array(items)) => {
            items.iter().try_for_each(storable)?;
            if !items.iter().all(Json::is_string) {
                return Err("a list of texts is required".to_owned());
            }
            Ok(Value::from(json.clone()))
        }
        (Kind::Json(_), json) => {
            storable(json)?;
            let fits = match kind {
                Some(FieldKind::List) => json.is_array(),
                _ => json.is_object(),
            };
            let shape = || "a list or an object, as the field has it, is required".to_owned();
            fits.then(|| Value::from(json.clone())).ok_or_else(shape)
        }
        (Kind::Text(_), Json::String(text)) => self::text(kind, text),
        _ => Err("a value of another kind is required".to_owned()),
    }
}

/// A text, in the form in which it is kept.
fn text(kind: Option<&FieldKind>, text: &str) -> Result<Value, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("it is empty; say null for nothing".to_owned());
    }
    storable(&Json::from(text))?;
    match kind {
        Some(FieldKind::Phone) if !text.starts_with(['+', '0']) => {
            Err("a number with + and the country's prefix is required".to_owned())
        }
        Some(kind) => value::read(kind, text, &Style::default()).map_err(|problem| match kind {
            FieldKind::Phone => {
                "a telephone number that exists, with + and the country's prefix, is required"
                    .to_owned()
            }
            _ => format!("it {problem}"),
        }),
        None => Ok(Value::from(text)),
    }
}

fn int(
    column: &table::Column,
    kind: Option<&FieldKind>,
    number: Option<i64>,
) -> Result<Value, String> {
    let (least, most) = match kind {
        Some(FieldKind::Number(least, most)) => (*least, *most),
        _ => (i64::from(i32::MIN), i64::from(i32::MAX)),
    };
    let number = number.filter(|number| (least..=most).contains(number));
    let number = number.ok_or_else(|| format!("a number from {least} to {most} is required"))?;
    Ok(match column.kind {
        table::Kind::Small => Value::SmallInt(i16::try_from(number).ok()),
        _ => Value::Int(i32::try_from(number).ok()),
    })
}

/// What PostgreSQL cannot keep in a text.
const NUL: char = '\0';

/// Whether the databases can keep every text in `json`.
pub(super) fn storable(json: &Json) -> Result<(), String> {
    let holds = match json {
        Json::String(text) => !text.contains(NUL),
        Json::Array(items) => return items.iter().try_for_each(storable),
        Json::Object(fields) => {
            fields.values().try_for_each(storable)?;
            fields.keys().all(|key| !key.contains(NUL))
        }
        _ => true,
    };
    let problem = || "the character U+0000 cannot be kept".to_owned();
    holds.then_some(()).ok_or_else(problem)
}

/// The longest reason, in characters.
const LONGEST_REASON: usize = 2_000;

/// Why something is done, where that is said.
pub(super) fn reason<'j>(path: &str, json: Option<&'j Json>) -> Result<Option<&'j str>, Problem> {
    let Some(text) = json.and_then(Json::as_str).map(words) else {
        return Ok(None);
    };
    storable(&Json::from(text)).map_err(|problem| Problem::validation(path, &problem))?;
    if text.chars().count() > LONGEST_REASON {
        let problem = format!("at most {LONGEST_REASON} characters are required");
        return Err(Problem::validation(path, &problem));
    }
    Ok(Some(text))
}

/// A text without what cannot be seen before and behind it.
pub(super) fn words(text: &str) -> &str {
    let unseen = |char: char| {
        let unseen = matches!(char, '\u{AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}');
        unseen || char.is_whitespace()
    };
    text.trim_matches(unseen)
}

/// Ids of rows of `target`; the same one may be said again.
pub(super) fn ids(target: &str, path: &str, json: &Json) -> Result<Vec<Uuid>, Vec<Problem>> {
    let items = json.as_array().map_or(&[][..], Vec::as_slice);
    let mut problems = Vec::new();
    let mut ids = Vec::with_capacity(items.len());
    for (place, item) in items.iter().enumerate() {
        let id = item.as_str().and_then(GlobalId::parse);
        if let Some(id) = id.filter(|id| id.entity.name == target) {
            ids.push(id.id);
        } else {
            let problem = format!("the id of a {target} is required");
            problems.push(Problem::validation(format!("{path}.{place}"), &problem));
        }
    }
    if problems.is_empty() {
        Ok(ids)
    } else {
        Err(problems)
    }
}

/// A domain, which is the one text that is written elsewhere.
fn beside(path: &str, json: &Json) -> Result<Option<String>, Vec<Problem>> {
    match json {
        Json::Null => Ok(None),
        Json::String(text) => value::domain(text)
            .map(Some)
            .map_err(|problem| vec![Problem::validation(path, &format!("it {problem}"))]),
        _ => Err(vec![Problem::validation(path, "a text is required")]),
    }
}

/// An amount in minor units, and its currency. Nothing is rounded.
fn money(
    entity: &record::Entity,
    (minor, currency): (usize, usize),
    path: &str,
    json: &Json,
) -> Result<Vec<(usize, Value)>, Vec<Problem>> {
    let nullable = |position: usize| {
        let column = entity.table.columns.get(position);
        column.is_some_and(|column| column.nullable)
    };
    let Some(fields) = json.as_object() else {
        if !nullable(minor) {
            return Err(vec![Problem::validation(path, "it cannot be empty")]);
        }
        let mut none = vec![(minor, table::Kind::Big.null())];
        if nullable(currency) {
            none.push((currency, table::Kind::Text(None).null()));
        }
        return Ok(none);
    };
    let text = |name: &str| fields.get(name).and_then(Json::as_str).unwrap_or_default();
    let mut problems = Vec::new();
    let known = Currency::from_code(text("currency"));
    if known.is_none() {
        let problem = "a code of ISO 4217 such as EUR is required";
        problems.push(Problem::validation(format!("{path}.currency"), problem));
    }
    let amount = Decimal::from_str_exact(text("amount")).ok();
    if amount.is_none() {
        let problem = "a decimal such as \"1234.50\" is required";
        problems.push(Problem::validation(format!("{path}.amount"), problem));
    }
    let (Some(known), Some(amount)) = (known, amount) else {
        return Err(problems);
    };
    let digits = u32::from(known.exponent().unwrap_or(0));
    let units = amount.normalize();
    let scale = digits.checked_sub(units.scale());
    let whole = scale.and_then(|scale| {
        let scaled = units.mantissa().checked_mul(10_i128.checked_pow(scale)?)?;
        i64::try_from(scaled).ok()
    });
    let Some(whole) = whole else {
        let problem =
            format!("at most {digits} digits behind the point, and 18 in all, are required");
        let path = format!("{path}.amount");
        return Err(vec![Problem::validation(path, &problem)]);
    };
    Ok(vec![
        (minor, Value::from(whole)),
        (currency, Value::from(known.code())),
    ])
}

/// How another system calls a row.
pub(super) fn external_id(
    path: &str,
    json: Option<&Json>,
) -> Result<Option<(String, String)>, Vec<Problem>> {
    let Some(fields) = json.and_then(Json::as_object) else {
        return Ok(None);
    };
    let part = |name: &str, most: usize| {
        let text = fields.get(name).and_then(Json::as_str).unwrap_or_default();
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().count() <= most && !text.contains(NUL);
        fits.then(|| text.to_owned()).ok_or_else(|| {
            let problem = format!("from 1 to {most} characters are required");
            Problem::validation(format!("{path}.{name}"), &problem)
        })
    };
    match (part("system", 64), part("key", 255)) {
        (Ok(system), Ok(key)) => Ok(Some((system, key))),
        (one, other) => Err([one.err(), other.err()].into_iter().flatten().collect()),
    }
}

/// The id in `fields`, which has to be one of `noun`.
pub(super) fn id(fields: &Map<String, Json>, noun: &str) -> Option<Uuid> {
    let text = fields.get("id").and_then(Json::as_str)?;
    let id = GlobalId::parse(text).filter(|id| id.entity.name == noun);
    id.map(|id| id.id)
}
