//! What one row says for one rule, before anything is looked up.

use uuid::Uuid;

use crate::{
    intake::{
        csv::Row,
        mapping::{OnError, Set, Source},
    },
    store::table::Value,
};

use super::{
    outcome::Outcome,
    plan::{BoundField, BoundRule},
    read::{assign, stand_in},
};

/// As long may a key be, as in the table `external_id`.
const MAX_KEY: usize = 255;

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

/// Reads `row` by `rule`, or says why it cannot be used; nothing when the rule is not for it.
pub(super) fn evaluate<'p>(
    rule: &'p BoundRule<'p>,
    index: usize,
    row: &Row,
) -> Option<Result<Draft<'p>, Outcome>> {
    if !rule
        .when
        .iter()
        .all(|condition| condition.holds(&row.cells))
    {
        return None;
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
        return Some(Err(Outcome::left_out(row.line, &why.join(" and "))));
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
    Some(if problems.is_empty() {
        Ok(draft)
    } else {
        Err(Outcome::rejected(problems.join("; ")))
    })
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
        .map(Source::label)
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

impl<'p> Draft<'p> {
    /// Notes what a field says.
    pub(super) fn push(&mut self, field: &'p BoundField<'p>, column: usize, value: Value) {
        let member = field.rule.member.as_ref().map(|(name, _)| name.as_str());
        self.assignments.push(Assignment {
            column,
            member,
            value,
            set: field.rule.set,
        });
    }

    /// The value that it has for a column, and not for a member of the object in it.
    pub(super) fn value(&self, column: usize) -> Option<&Value> {
        self.assignments
            .iter()
            .find(|assignment| assignment.column == column && assignment.member.is_none())
            .map(|assignment| &assignment.value)
    }

    /// The text that it has for a column.
    pub(super) fn text(&self, column: usize) -> Option<&str> {
        match self.value(column)? {
            Value::String(text) => text.as_deref(),
            _ => None,
        }
    }

    /// The id that it has for a column.
    pub(super) fn reference(&self, column: usize) -> Option<Uuid> {
        match self.value(column)? {
            Value::Uuid(id) => *id,
            _ => None,
        }
    }
}
