//! What one row says for one rule, before anything is looked up.

use std::borrow::Cow;

use uuid::Uuid;

use crate::{
    intake::{
        catalog::FieldKind,
        csv::Row,
        mapping::{OnError, Set, Shape},
        value,
    },
    store::table::Value,
};

use super::plan::{BoundField, BoundRule};

/// A value may be quoted in a reason up to this many characters.
const QUOTED: usize = 80;
/// As long may a key be, as in the table `external_id`.
const MAX_KEY: usize = 255;

/// What a rule makes of a row.
pub(super) enum Evaluated<'p> {
    /// The rule is not for this row.
    NotForIt,
    /// The mapping says to leave it out, and why.
    LeftOut(String),
    /// It cannot be used, and why.
    Rejected(String),
    /// It can.
    Draft(Box<Draft<'p>>),
}

/// What one row says.
pub(super) struct Draft<'p> {
    /// Which row of the batch.
    pub(super) row: usize,
    /// Its line in the file.
    pub(super) line: u64,
    /// Its id in the other system, or a stand-in.
    pub(super) key: Option<String>,
    /// Whether nobody knew that key before.
    pub(super) new_key: bool,
    pub(super) assignments: Vec<Assignment<'p>>,
    pub(super) links: Vec<Link<'p>>,
    pub(super) domain: Option<String>,
    /// Why somebody has to look at it.
    pub(super) review: Vec<String>,
    /// Whether a row that it points to may still come.
    pub(super) pending: bool,
    /// References that must be there and are not.
    pub(super) missing: Vec<String>,
    /// The row of the dataset that it is about.
    pub(super) id: Uuid,
    pub(super) known: Known,
}

/// How the row of the dataset was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It is new.
    New,
    /// By its key.
    ByKey,
    /// By what it has in common with it.
    ByMatch(String),
}

/// A value for a column, or for a member of the object in it.
#[derive(Clone)]
pub(super) struct Assignment<'p> {
    pub(super) column: usize,
    pub(super) member: Option<&'p str>,
    pub(super) value: Value,
    pub(super) set: Set,
}

/// A reference that is not looked up yet.
pub(super) struct Link<'p> {
    pub(super) field: &'p BoundField<'p>,
    pub(super) text: String,
}

/// Reads `row` by `rule`.
pub(super) fn evaluate<'p>(rule: &'p BoundRule<'p>, index: usize, row: &Row) -> Evaluated<'p> {
    if !rule
        .when
        .iter()
        .all(|condition| condition.holds(&row.cells))
    {
        return Evaluated::NotForIt;
    }
    let left_out = rule
        .skip
        .iter()
        .find(|all| all.iter().all(|condition| condition.holds(&row.cells)));
    if let Some(all) = left_out {
        let why: Vec<String> = all
            .iter()
            .map(|condition| condition.describe(&row.cells))
            .collect();
        return Evaluated::LeftOut(why.join(" and "));
    }
    let mut draft = Draft {
        row: index,
        line: row.line,
        key: None,
        new_key: false,
        assignments: Vec::with_capacity(rule.fields.len() + 1),
        links: Vec::new(),
        domain: None,
        review: Vec::new(),
        pending: false,
        missing: Vec::new(),
        id: Uuid::nil(),
        known: Known::New,
    };
    let mut problems = Vec::new();
    draft.key = match key(rule, row) {
        Ok(key) => key,
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    // Of several ways to one field, the first that has something counts.
    let mut settled = None;
    for field in &rule.fields {
        let name = (field.rule.field.name, field.rule.member.as_ref());
        if settled == Some(name) || !field.when.iter().all(|when| when.holds(&row.cells)) {
            continue;
        }
        match assign(&mut draft, field, row) {
            Ok(true) => settled = Some(name),
            Ok(false) => {}
            Err(problem) => {
                settled = Some(name);
                match field.rule.on_error {
                    OnError::Reject => problems.push(problem),
                    OnError::Review => {
                        draft.review.push(problem);
                        stand_in(&mut draft, field);
                    }
                }
            }
        }
    }
    if problems.is_empty() {
        Evaluated::Draft(Box::new(draft))
    } else {
        Evaluated::Rejected(problems.join("; "))
    }
}

/// The row's id in the other system; without a column for it, what stands in the row is its name.
fn key(rule: &BoundRule<'_>, row: &Row) -> Result<Option<String>, String> {
    let Some(source) = &rule.key else {
        return Ok(Some(format!("row/{:032x}", fingerprint(row))));
    };
    let label = rule
        .rule
        .key
        .as_ref()
        .map(super::super::mapping::Source::label)
        .unwrap_or_default();
    let key = source.text(&row.cells).ok_or_else(|| {
        format!(
            "line {}, column `{label}`: it is empty, and it is the key",
            row.line
        )
    })?;
    if key.chars().count() > MAX_KEY {
        return Err(format!(
            "line {}, column `{label}`: a key has at most {MAX_KEY} characters",
            row.line
        ));
    }
    Ok(Some(key.into_owned()))
}

/// FNV-1a in 128 bits over the cells: the same in every release, which a key must be.
fn fingerprint(row: &Row) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    row.cells
        .iter()
        .flat_map(|cell| cell.bytes().chain([0x1f]))
        .fold(OFFSET, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(PRIME)
        })
}

/// Reads what the row has for a field; says whether it has something.
fn assign<'p>(draft: &mut Draft<'p>, field: &'p BoundField<'p>, row: &Row) -> Result<bool, String> {
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
fn stand_in<'p>(draft: &mut Draft<'p>, field: &'p BoundField<'p>) {
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

impl<'p> Draft<'p> {
    fn push(&mut self, field: &'p BoundField<'p>, column: usize, value: Value) {
        let member = field.rule.member.as_ref().map(|(name, _)| name.as_str());
        self.assignments.push(Assignment {
            column,
            member,
            value,
            set: field.rule.set,
        });
    }

    /// The text that it has for a column.
    pub(super) fn text(&self, column: usize) -> Option<&str> {
        self.assignments
            .iter()
            .find(|assignment| assignment.column == column && assignment.member.is_none())
            .and_then(|assignment| match &assignment.value {
                Value::String(Some(text)) => Some(text.as_str()),
                _ => None,
            })
    }

    /// The id that it has for a column.
    pub(super) fn reference(&self, column: usize) -> Option<Uuid> {
        self.assignments
            .iter()
            .find(|assignment| assignment.column == column)
            .and_then(|assignment| match &assignment.value {
                Value::Uuid(id) => *id,
                _ => None,
            })
    }
}
