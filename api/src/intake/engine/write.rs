//! From drafts to rows: what is new, what differs, and what is said about each.

use std::collections::{HashMap, HashSet};

use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use entity::{change::ChangeKind, import_row::ImportOutcome};

use crate::{
    change::{self, Actor, Change},
    record::{derive, difference, touch},
    store::{
        bulk, lookup,
        table::{Record, Value},
    },
};

use super::{
    batch::{BatchError, Context},
    companions,
    draft::{Draft, Known},
    fresh::{fresh, unlink_rejected},
    meet::{Work, again, known_better, onto},
    outcome::{Outcome, Outcomes},
    plan::BoundRule,
};

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
    let better = known_better(tx, context, rule, &drafts, &stored).await?;
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
        kind: ImportOutcome::NeedsReview,
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
    let mut updated = Vec::new();
    let mut changes = Vec::new();
    for id in order {
        let Some(mut row) = work.remove(&id) else {
            continue;
        };
        let fields = match &row.before {
            None => None,
            Some(before) if *before == row.record => continue,
            Some(before) => Some(difference(&entity.table, before, &row.record)),
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
            address: None,
        });
        if row.before.is_none() {
            new.push(row.record);
        } else {
            touch(
                &entity.table,
                &mut row.record,
                Some(context.job),
                context.now,
            );
            updated.push(row.record);
        }
    }
    // A new account has no leads yet.
    let new_ones = new.iter().filter(|_| entity.name != "account");
    let scored: Vec<&Record> = new_ones.chain(&updated).collect();
    companions::scoring(tx, context, entity, &scored).await?;
    bulk::insert_records(tx, &entity.table, new).await?;
    let expected = u64::try_from(updated.len()).unwrap_or(u64::MAX);
    if bulk::update_records(tx, &entity.table, updated).await? != expected {
        return Err(BatchError::Conflict);
    }
    change::record(tx, changes).await?;
    Ok(())
}
