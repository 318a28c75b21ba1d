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
    if !rule.when.iter().all(|condition| condition.holds(&row.cells)) {
        return Evaluated::NotForIt;
    }
    if let Some(condition) = rule.skip.iter().find(|condition| condition.holds(&row.cells)) {
        return Evaluated::LeftOut(condition.describe(&row.cells));
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
    for field in &rule.fields {
        if let Err(problem) = assign(&mut draft, field, row) {
            match field.rule.on_error {
                OnError::Reject => problems.push(problem),
                OnError::Review => draft.review.push(problem),
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
    let key = source
        .text(&row.cells)
        .ok_or_else(|| format!("line {}, column `{label}`: it is empty, and it is the key", row.line))?;
    if key.contains('\0') || key.chars().count() > 255 {
        return Err(format!(
            "line {}, column `{label}`: a key has at most 255 characters, and no NUL",
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

fn assign<'p>(draft: &mut Draft<'p>, field: &'p BoundField<'p>, row: &Row) -> Result<(), String> {
    let rule = field.rule;
    let Some(raw) = field
        .source
        .text(&row.cells)
        .or_else(|| rule.empty.as_deref().map(Cow::Borrowed))
    else {
        return Ok(());
    };
    let complain = |problem: &str| {
        let quoted: String = raw.chars().take(QUOTED).collect();
        format!("line {}, column `{}`: `{quoted}` {problem}", row.line, field.label)
    };
    let Some(text) = translated(field, &raw) else {
        return Ok(());
    };
    if rule.lookup.is_some() {
        let text = text.into_owned();
        draft.links.push(Link { field, text });
        return Ok(());
    }
    let push = |draft: &mut Draft<'p>, column, value| {
        let member = rule.member.as_ref().map(|(name, _)| name.as_str());
        draft.assignments.push(Assignment {
            column,
            member,
            value,
            set: rule.set,
        });
    };
    let column = rule.field.column;
    match &rule.field.kind {
        FieldKind::Money(currency_column) => {
            let stated = field
                .currency
                .as_ref()
                .and_then(|source| source.text(&row.cells))
                .map(|code| value::currency(&code))
                .transpose()
                .map_err(|problem| complain(&format!("has a currency that {problem}")))?;
            let (amount, currency) = value::minor_units(&text, stated, rule.style.decimal)
                .map_err(|problem| complain(&problem))?;
            push(draft, column, Value::from(amount));
            push(draft, *currency_column, Value::from(currency.code()));
        }
        FieldKind::Object => {
            let json = member(&text, rule.member.as_ref().map_or(Shape::Text, |(_, shape)| *shape))
                .map_err(|problem| complain(&problem))?;
            push(draft, column, Value::from(json));
        }
        FieldKind::Domain => {
            let domain = value::domain(&text).map_err(|problem| complain(&problem))?;
            if value::is_free_mail(&domain) {
                draft
                    .review
                    .push(complain("is a host of anybody's mail, not the company's domain"));
            } else {
                draft.domain = Some(domain);
            }
        }
        kind => {
            let value =
                value::read(kind, &text, &rule.style).map_err(|problem| complain(&problem))?;
            push(draft, column, value);
        }
    }
    Ok(())
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

impl Draft<'_> {
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
