//! A draft for a row that is not there: making it, or saying what it lacks.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use entity::import_row::ImportOutcome;

use crate::{
    intake::mapping::Mode,
    record::{FieldKind, derive, is_empty},
    store::table::{Record, Value},
};

use super::{
    apply::{Extent, apply},
    batch::Context,
    draft::{Draft, Known},
    meet::{Work, given},
    outcome::Outcome,
    plan::BoundRule,
    reasons,
};

/// A draft for a row that is not there.
pub(super) fn fresh(
    context: &Context,
    rule: &BoundRule<'_>,
    draft: &Draft<'_>,
    known: &derive::Known,
) -> Result<(Work, Outcome), Outcome> {
    let entity = rule.rule.entity;
    let mut lacking = draft.missing.clone();
    let mut waits = draft.pending;
    if rule.rule.mode == Mode::Update {
        let key = draft.key.as_deref().unwrap_or_default();
        lacking.push(format!(
            "line {}: there is no {} `{key}` to change",
            draft.line, entity.name
        ));
        waits = true;
    } else {
        waits &= !lacking.is_empty();
    }
    let mut record = entity.blank();
    apply(&mut record, &draft.assignments, Extent::New);
    stamp(context, rule, draft.id, &mut record);
    derive::complete(entity, &mut record, given(&draft.assignments), known);
    if rule.rule.mode != Mode::Update {
        let reasons = absent(context, rule, draft, &record);
        waits &= reasons.is_empty();
        lacking.extend(reasons);
    }
    if lacking.is_empty() {
        let work = Work {
            before: None,
            record,
            line: draft.line,
            row: draft.row,
        };
        let outcome = Outcome {
            entity_id: Some(draft.id),
            ..Outcome::new(ImportOutcome::Created)
        };
        return Ok((work, outcome));
    }
    let mut outcome = Outcome::rejected(lacking.join("; "));
    if waits && !context.last_chance {
        outcome.kind = ImportOutcome::NeedsReview;
        outcome.pending = true;
    }
    Err(outcome)
}

/// What a new row must have and has not.
fn absent(
    context: &Context,
    rule: &BoundRule<'_>,
    draft: &Draft<'_>,
    record: &Record,
) -> Vec<String> {
    let entity = rule.rule.entity;
    let mut reasons: Vec<String> = entity
        .fields
        .iter()
        .filter(|field| {
            let optional = entity
                .table
                .columns
                .get(field.column)
                .is_none_or(|column| column.nullable);
            let reported =
                matches!(field.kind, FieldKind::Reference(_)) && !draft.missing.is_empty();
            !optional && !reported && record.get(field.column).is_some_and(is_empty)
        })
        .map(|field| {
            let source = rule
                .fields
                .iter()
                .find(|bound| bound.rule.field.name == field.name);
            match source {
                Some(bound) => format!(
                    "line {}, column `{}`: it is empty, and {} needs its {}",
                    draft.line,
                    bound.label,
                    one(entity.name),
                    field.name
                ),
                None => format!(
                    "line {}: {} needs its {}, and the mapping does not say it",
                    draft.line,
                    one(entity.name),
                    field.name
                ),
            }
        })
        .collect();
    if draft.missing.is_empty()
        && let Some(contradiction) = derive::contradiction(entity, record)
    {
        reasons.push(format!("line {}: {contradiction}", draft.line));
    }
    if draft.missing.is_empty() {
        reasons.extend(unexplained(context, rule, draft, record));
    }
    reasons
}

/// What is wrong with a row whose state asks for a reason that it does not have.
pub(super) fn unexplained(
    context: &Context,
    rule: &BoundRule<'_>,
    draft: &Draft<'_>,
    record: &Record,
) -> Option<String> {
    let entity = rule.rule.entity;
    let (field, state) = reasons::lacking(entity, record, &context.known.need_notes)?;
    Some(format!(
        "line {}: {} that is {state} needs its {field}",
        draft.line,
        one(entity.name)
    ))
}

/// With its article.
fn one(entity: &str) -> String {
    let article = if entity.starts_with(['a', 'o']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {entity}")
}

/// The columns that the hub keeps itself.
fn stamp(context: &Context, rule: &BoundRule<'_>, id: Uuid, record: &mut Record) {
    let table = &rule.rule.entity.table;
    let mut set = |column: &str, value: Value, over: bool| {
        if let Some(position) = table.position(column)
            && let Some(cell) = record.get_mut(position)
            && (over || is_empty(cell))
        {
            *cell = value;
        }
    };
    set("id", id.into(), true);
    set("version", 1.into(), true);
    set("created_at", context.now.into(), false);
    set("created_by", context.job.into(), true);
    set("updated_at", context.now.into(), true);
    set("updated_by", context.job.into(), true);
}

/// A row may point to another of its kind that came in the same batch and was rejected.
pub(super) fn unlink_rejected(
    rule: &BoundRule<'_>,
    drafts: &mut [Draft<'_>],
    work: &mut HashMap<Uuid, Work>,
) {
    let entity = rule.rule.entity;
    let rejected: HashSet<Uuid> = drafts
        .iter()
        .filter(|draft| draft.known == Known::New && !work.contains_key(&draft.id))
        .map(|draft| draft.id)
        .collect();
    if rejected.is_empty() {
        return;
    }
    let own = entity
        .fields
        .iter()
        .filter(|field| field.kind == FieldKind::Reference(entity.name));
    for field in own {
        for draft in drafts.iter_mut() {
            let Some(to) = draft.reference(field.column) else {
                continue;
            };
            if rejected.contains(&to)
                && let Some(row) = work.get_mut(&draft.id)
                && let Some(cell) = row.record.get_mut(field.column)
            {
                *cell = Value::Uuid(None);
                draft.review.push(format!(
                    "line {}: its {} was rejected",
                    draft.line, field.name
                ));
            }
        }
    }
}
