//! From drafts to rows: what is new, what differs, and what is said about each.

use std::collections::{HashMap, HashSet};

use sea_orm::DatabaseTransaction;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use entity::{change::ChangeKind, import_row::ImportOutcome};

use crate::{
    change::{self, Actor, Change},
    intake::{catalog::FieldKind, mapping::Mode},
    store::{
        bulk, import, lookup,
        table::{Record, Value},
    },
};

use super::{
    apply::{self, Extent, apply},
    batch::{BatchError, Context},
    companions, derive,
    draft::{Assignment, Draft, Known},
    outcome::{Outcome, Outcomes},
    plan::BoundRule,
};

/// A row of the dataset that the batch works on.
struct Work {
    /// As it is stored; none for a new one.
    before: Option<Record>,
    record: Record,
    /// The line of the draft that came to it first.
    line: u64,
    row: usize,
}

/// Writes what `drafts` say, and adds their outcomes.
pub(super) async fn write(
    tx: &DatabaseTransaction,
    context: &Context,
    rule: &BoundRule<'_>,
    mut drafts: Vec<Draft<'_>>,
    known: &derive::Known,
    outcomes: &mut Outcomes,
) -> Result<(), BatchError> {
    let mut stored = stored(tx, rule, &drafts).await?;
    let better = known_better(tx, context, rule, &drafts, &stored, known).await?;
    let mut work: HashMap<Uuid, Work> = HashMap::new();
    let mut order: Vec<Uuid> = Vec::new();
    let mut kept: Vec<(usize, Outcome)> = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        let outcome = match work.get_mut(&draft.id) {
            Some(row) => again(rule, draft, row, known),
            None => match stored.remove(&draft.id) {
                Some(before) => {
                    let better = better.get(&draft.id);
                    let (row, outcome) = onto(context, rule, draft, before, better, known);
                    order.push(draft.id);
                    work.insert(draft.id, row);
                    outcome
                }
                None => match fresh(context, rule, draft, known) {
                    Ok((row, outcome)) => {
                        order.push(draft.id);
                        work.insert(draft.id, row);
                        outcome
                    }
                    Err(outcome) => {
                        outcomes.add(draft.row, rule.rule.entity.name, outcome);
                        continue;
                    }
                },
            },
        };
        kept.push((index, outcome));
    }
    unlink_rejected(rule, &mut drafts, &mut work);
    companions::external_ids(tx, context, rule, &drafts, &kept).await?;
    save(tx, context, rule, order, work).await?;
    let notes = companions::domains(tx, context, &drafts, &kept).await?;
    for (index, outcome) in kept {
        let Some(draft) = drafts.get(index) else {
            continue;
        };
        let note = notes.get(&index);
        outcomes.add(
            draft.row,
            rule.rule.entity.name,
            reviewed(draft, outcome, note),
        );
    }
    Ok(())
}

/// A row that somebody has to look at says so whatever else became of it.
fn reviewed(draft: &Draft<'_>, mut outcome: Outcome, note: Option<&String>) -> Outcome {
    let mut reasons = draft.review.clone();
    reasons.extend(note.cloned());
    if reasons.is_empty() {
        return outcome;
    }
    reasons.extend(outcome.reason.take());
    Outcome {
        outcome: ImportOutcome::NeedsReview,
        entity_id: outcome.entity_id,
        reason: Some(reasons.join("; ")),
        left_out: false,
        pending: draft.pending,
    }
}

/// The rows that are there, by id.
async fn stored(
    tx: &DatabaseTransaction,
    rule: &BoundRule<'_>,
    drafts: &[Draft<'_>],
) -> Result<HashMap<Uuid, Record>, BatchError> {
    let ids: HashSet<Uuid> = drafts
        .iter()
        .filter(|draft| draft.known != Known::New)
        .map(|draft| draft.id)
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let table = &rule.rule.entity.table;
    let records = lookup::records(tx, table, &ids).await?;
    let id = table.position("id");
    let by_id = records.into_iter().filter_map(|record| {
        match id.and_then(|position| record.get(position)) {
            Some(Value::Uuid(Some(id))) => Some((*id, record)),
            _ => None,
        }
    });
    Ok(by_id.collect())
}

/// For rows that would change: who has said it before, and knows better. That is an earlier line of
/// the same file with the same key, or the key by which the row was known first when this one was
/// merged into it. Without this, rows that contradict one another would take turns at every run.
async fn known_better(
    tx: &DatabaseTransaction,
    context: &Context,
    rule: &BoundRule<'_>,
    drafts: &[Draft<'_>],
    stored: &HashMap<Uuid, Record>,
    known: &derive::Known,
) -> Result<HashMap<Uuid, String>, BatchError> {
    let entity = rule.rule.entity;
    let mut differing: HashMap<Uuid, &Draft<'_>> = HashMap::new();
    for draft in drafts.iter().filter(|draft| draft.known == Known::ByKey) {
        if let Some(before) = stored.get(&draft.id)
            && result(rule, draft, before, Extent::Differing, known)
                != result(rule, draft, before, Extent::Empty, known)
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

/// What becomes of a row when a draft is applied to it.
fn result(
    rule: &BoundRule<'_>,
    draft: &Draft<'_>,
    before: &Record,
    extent: Extent,
    known: &derive::Known,
) -> Record {
    let mut record = before.clone();
    if rule.rule.mode == Mode::Create {
        return record;
    }
    apply(&mut record, &draft.assignments, extent);
    if record != *before {
        derive::complete(
            rule.rule.entity,
            &mut record,
            given(&draft.assignments),
            known,
        );
    }
    record
}

fn given<'d>(assignments: &'d [Assignment<'_>]) -> impl Fn(usize) -> bool + 'd {
    |column| {
        assignments
            .iter()
            .any(|assignment| assignment.column == column)
    }
}

/// A draft for a row that is stored.
fn onto(
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
        .is_some_and(|at| !apply::empty(at));
    let (extent, outcome, reason) = match (&draft.known, better) {
        (Known::ByMatch(why), _) => (Extent::Empty, Some(ImportOutcome::Merged), Some(why)),
        (_, Some(why)) => (Extent::Empty, Some(ImportOutcome::Merged), Some(why)),
        _ => (Extent::Differing, None, None),
    };
    let record = if deleted {
        before.clone()
    } else {
        result(rule, draft, &before, extent, known)
    };
    let changed = record != before;
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
        outcome.outcome = ImportOutcome::NeedsReview;
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

/// A further draft of the batch for the same row.
fn again(
    rule: &BoundRule<'_>,
    draft: &Draft<'_>,
    row: &mut Work,
    known: &derive::Known,
) -> Outcome {
    let free = result(rule, draft, &row.record, Extent::Differing, known);
    let held = result(rule, draft, &row.record, Extent::Empty, known);
    let why = match &draft.known {
        Known::ByMatch(why) => Some(why.clone()),
        _ if free != held && draft.row != row.row => {
            Some(format!("line {} has the same key", row.line))
        }
        _ => None,
    };
    let mut outcome = Outcome::new(match (&why, held == row.record) {
        (Some(_), _) => ImportOutcome::Merged,
        (None, true) => ImportOutcome::Unchanged,
        (None, false) => ImportOutcome::Updated,
    });
    outcome.reason = why.map(|why| filled(draft, &why));
    outcome.entity_id = Some(draft.id);
    row.record = if draft.row == row.row { free } else { held };
    outcome
}

/// A draft for a row that is not there.
fn fresh(
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
        let reasons = absent(rule, draft, &record);
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
        outcome.outcome = ImportOutcome::NeedsReview;
        outcome.pending = true;
    }
    Err(outcome)
}

/// What a new row must have and has not.
fn absent(rule: &BoundRule<'_>, draft: &Draft<'_>, record: &Record) -> Vec<String> {
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
            !optional && !reported && record.get(field.column).is_some_and(apply::empty)
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
    reasons
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
            && (over || apply::empty(cell))
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
fn unlink_rejected(rule: &BoundRule<'_>, drafts: &mut [Draft<'_>], work: &mut HashMap<Uuid, Work>) {
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

/// Writes the rows, and the change log.
async fn save(
    tx: &DatabaseTransaction,
    context: &Context,
    rule: &BoundRule<'_>,
    order: Vec<Uuid>,
    mut work: HashMap<Uuid, Work>,
) -> Result<(), BatchError> {
    let entity = rule.rule.entity;
    let mut new = Vec::new();
    let mut changed = Vec::new();
    let mut changes = Vec::new();
    for id in order {
        let Some(mut row) = work.remove(&id) else {
            continue;
        };
        let fields = match &row.before {
            None => None,
            Some(before) if *before == row.record => continue,
            Some(before) => Some(difference(rule, before, &row.record)),
        };
        changes.push(Change {
            at: context.now,
            actor: Actor::Import(context.job),
            entity: entity.name,
            entity_id: id,
            kind: if fields.is_none() {
                ChangeKind::Created
            } else {
                ChangeKind::Updated
            },
            fields,
            reason: None,
            request_id: None,
        });
        if row.before.is_none() {
            new.push(row.record);
        } else {
            touch(context, rule, &mut row.record);
            changed.push(row.record);
        }
    }
    bulk::insert_records(tx, &entity.table, new).await?;
    let expected = u64::try_from(changed.len()).unwrap_or(u64::MAX);
    if bulk::update_records(tx, &entity.table, changed).await? != expected {
        return Err(BatchError::Conflict);
    }
    change::record(tx, changes).await?;
    Ok(())
}

fn difference(rule: &BoundRule<'_>, before: &Record, after: &Record) -> Json {
    let columns = &rule.rule.entity.table.columns;
    let differing = columns
        .iter()
        .zip(before.iter().zip(after))
        .filter(|(_, (before, after))| before != after)
        .map(|(column, (before, after))| {
            let pair = Json::from(vec![apply::json(before), apply::json(after)]);
            (column.name.to_owned(), pair)
        });
    Json::Object(differing.collect::<Map<_, _>>())
}

fn touch(context: &Context, rule: &BoundRule<'_>, record: &mut Record) {
    let table = &rule.rule.entity.table;
    for (position, column) in table.columns.iter().enumerate() {
        let Some(cell) = record.get_mut(position) else {
            continue;
        };
        match (column.name, &*cell) {
            ("version", Value::Int(Some(version))) => *cell = version.saturating_add(1).into(),
            ("updated_at", _) => *cell = context.now.into(),
            ("updated_by", _) => *cell = context.job.into(),
            _ => {}
        }
    }
}
