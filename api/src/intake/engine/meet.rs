//! A draft and the row that it is about: what it may change, and what became of it.

use std::collections::HashMap;

use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use entity::import_row::ImportOutcome;

use crate::{
    intake::mapping::{Mode, Set},
    record::{derive, is_empty},
    store::{
        import, lookup,
        table::{Record, Value},
    },
};

use super::{
    apply::{self, Extent, apply},
    batch::{BatchError, Context},
    draft::{Assignment, Draft, Known},
    fresh::unexplained,
    outcome::Outcome,
    plan::BoundRule,
};

/// A row of the dataset that the batch works on.
pub(super) struct Work {
    /// As it is stored; none for a new one.
    pub(super) before: Option<Record>,
    pub(super) record: Record,
    /// The line of the draft that came to it first.
    pub(super) line: u64,
    pub(super) row: usize,
}

/// For rows that would change: who has said it before, and knows better. That is an earlier line of
/// the same file with the same key, or the key by which the row was known first when this one was
/// merged into it. Without this, rows that contradict one another would take turns at every run.
pub(super) async fn known_better(
    tx: &DatabaseTransaction,
    context: &Context,
    rule: &BoundRule<'_>,
    drafts: &[Draft<'_>],
    stored: &HashMap<Uuid, Record>,
) -> Result<HashMap<Uuid, String>, BatchError> {
    let entity = rule.rule.entity;
    let mut differing: HashMap<Uuid, &Draft<'_>> = HashMap::new();
    for draft in drafts.iter().filter(|draft| draft.known == Known::ByKey) {
        if let Some(before) = stored.get(&draft.id)
            && contradicts(rule, draft, before)
        {
            differing.entry(draft.id).or_insert(draft);
        }
    }
    let mut better = HashMap::new();
    if differing.is_empty() {
        return Ok(better);
    }
    let ids: Vec<Uuid> = differing.keys().copied().collect();
    if !rule.rule.matching.is_empty() {
        let firsts = lookup::first_keys(tx, entity.name, &rule.rule.system, &ids).await?;
        for (id, first) in firsts {
            if differing
                .get(&id)
                .is_some_and(|draft| draft.key.as_ref() != Some(&first))
            {
                better.insert(id, format!("it is one with `{first}`"));
            }
        }
    }
    let first_line = drafts.iter().map(|draft| draft.line).min().unwrap_or(0);
    let first_line = i64::try_from(first_line).unwrap_or(i64::MAX);
    let seen =
        import::seen_before(tx, context.job, context.file, first_line, entity.name, &ids).await?;
    for (id, line) in seen {
        better
            .entry(id)
            .or_insert_with(|| format!("line {line} has the same key"));
    }
    Ok(better)
}

/// A draft for a row that is stored.
pub(super) fn onto(
    context: &Context,
    rule: &BoundRule<'_>,
    draft: &Draft<'_>,
    before: Record,
    better: Option<&String>,
    known: &derive::Known,
) -> (Work, Outcome) {
    let deleted = rule
        .rule
        .entity
        .position("deleted_at")
        .and_then(|position| before.get(position))
        .is_some_and(|at| !is_empty(at));
    let (extent, outcome, reason) = match (&draft.known, better) {
        (Known::ByMatch(why), _) | (_, Some(why)) => {
            (Extent::Empty, Some(ImportOutcome::Merged), Some(why))
        }
        _ => (Extent::Differing, None, None),
    };
    let mut record = before.clone();
    let changed = !deleted && settle(rule, draft, &mut record, extent, known);
    // What stands there for long without a reason may be changed otherwise.
    if changed
        && unexplained(context, rule, draft, &before).is_none()
        && let Some(why) = unexplained(context, rule, draft, &record)
    {
        let work = Work {
            before: Some(before.clone()),
            record: before,
            line: draft.line,
            row: draft.row,
        };
        return (work, Outcome::rejected(why));
    }
    let mut outcome = Outcome::new(outcome.unwrap_or(if made_here(context, rule, &before) {
        ImportOutcome::Created
    } else if changed {
        ImportOutcome::Updated
    } else {
        ImportOutcome::Unchanged
    }));
    outcome.reason = reason.map(|why| filled(draft, why));
    outcome.entity_id = Some(draft.id);
    if deleted {
        outcome.kind = ImportOutcome::NeedsReview;
        outcome.reason = Some(format!(
            "line {}: the {} was deleted here; it was left so",
            draft.line, rule.rule.entity.name
        ));
    }
    let work = Work {
        before: Some(before),
        record,
        line: draft.line,
        row: draft.row,
    };
    (work, outcome)
}

/// A further draft of the batch for the same row.
pub(super) fn again(
    rule: &BoundRule<'_>,
    draft: &Draft<'_>,
    row: &mut Work,
    known: &derive::Known,
) -> Outcome {
    let why = match &draft.known {
        Known::ByMatch(why) => Some(why.clone()),
        _ if draft.row != row.row && contradicts(rule, draft, &row.record) => {
            Some(format!("line {} has the same key", row.line))
        }
        _ => None,
    };
    let extent = if draft.row == row.row {
        Extent::Differing
    } else {
        Extent::Empty
    };
    let changed = settle(rule, draft, &mut row.record, extent, known);
    let mut outcome = Outcome::new(match (&why, changed) {
        (Some(_), _) => ImportOutcome::Merged,
        (None, false) => ImportOutcome::Unchanged,
        (None, true) => ImportOutcome::Updated,
    });
    outcome.reason = why.map(|why| filled(draft, &why));
    outcome.entity_id = Some(draft.id);
    outcome
}

/// Whether the second pass looks again at a row that this job made in the first.
fn made_here(context: &Context, rule: &BoundRule<'_>, before: &Record) -> bool {
    let by = rule
        .rule
        .entity
        .position("created_by")
        .and_then(|position| before.get(position));
    context.second_pass && by == Some(&Value::from(context.job))
}

fn filled(draft: &Draft<'_>, why: &str) -> String {
    format!(
        "line {}: {why}; it filled what was empty and changed nothing else",
        draft.line
    )
}

/// Whether a draft would write over what stands in a row.
fn contradicts(rule: &BoundRule<'_>, draft: &Draft<'_>, record: &Record) -> bool {
    let overwrites = |assignment: &&Assignment<'_>| assignment.set == Set::Always;
    rule.rule.mode != Mode::Create
        && draft
            .assignments
            .iter()
            .filter(overwrites)
            .any(|assignment| {
                let one = std::slice::from_ref(assignment);
                apply::changes(record, one, Extent::Differing)
                    && !apply::changes(record, one, Extent::Empty)
            })
}

/// Applies a draft to a row; says whether the row has changed.
fn settle(
    rule: &BoundRule<'_>,
    draft: &Draft<'_>,
    record: &mut Record,
    extent: Extent,
    known: &derive::Known,
) -> bool {
    if rule.rule.mode == Mode::Create || !apply::changes(record, &draft.assignments, extent) {
        return false;
    }
    apply(record, &draft.assignments, extent);
    derive::complete(rule.rule.entity, record, given(&draft.assignments), known);
    true
}

pub(super) fn given<'d>(assignments: &'d [Assignment<'_>]) -> impl Fn(usize) -> bool + 'd {
    |column| {
        assignments
            .iter()
            .any(|assignment| assignment.column == column)
    }
}
