//! Deleting rows, bringing them back, and destroying them.

use entity::change::ChangeKind;
use uuid::Uuid;

use crate::{
    change::{self, Change},
    dataset::{Entity, dataset},
    error::{ApiError, Problem},
    record,
    store::{bulk, erase},
};

use super::{
    Deed, Order, Outcome, Refused, Written, alone,
    draft::{self, Draft},
    in_use, own,
    rights::{self, Rights},
    rules,
    save::stale,
    stored,
};
use crate::services::{sla, task, write::Write};

/// Deletes, restores or destroys the rows of `order` that are not refused.
pub(super) async fn remove(
    write: &Write<'_>,
    order: &Order,
    refused: &mut Refused,
) -> Result<Written, ApiError> {
    let entity = order.entity;
    let record = stored(entity)?;
    let mut drafts = draft::read(order, refused)?;
    let ids: Vec<Uuid> = drafts.iter().map(|draft| draft.id).collect();
    if order.deed == Deed::Restore {
        alone::reserve_again(write, record, &ids).await?;
    }
    draft::load(write, record, &ids, &mut drafts).await?;
    may_do(write, order, &mut drafts, refused).await?;
    drafts.retain(|draft| {
        let problem = stale(record, draft).or_else(|| undeletable(order, record, draft));
        refused.accepts(draft.index, problem)
    });
    let (done, mut drafts): (Vec<Draft>, Vec<Draft>) = drafts
        .into_iter()
        .partition(|draft| is_done(order, record, draft));
    match order.deed {
        Deed::Restore => {
            let owned = alone::owned_again(write, record, &drafts).await?;
            owned.refuse(write, entity, &drafts, refused).await?;
        }
        Deed::Destroy => in_use::refuse(write, entity, &drafts, refused).await?,
        _ => {}
    }
    if order.atomic && !refused.0.is_empty() {
        return Ok(Written::default());
    }
    drafts.retain(|draft| !refused.0.contains_key(&draft.index));
    let outcome = match order.deed {
        Deed::Delete => Outcome::Deleted,
        Deed::Restore => Outcome::Restored,
        _ => Outcome::Destroyed,
    };
    let mut written = Written::default();
    for (drafts, outcome) in [(&done, Outcome::Unchanged), (&drafts, outcome)] {
        let outcomes = drafts.iter().map(|it| (it.index, (it.id, outcome)));
        written.outcomes.extend(outcomes);
    }
    match order.deed {
        Deed::Delete if entity.soft_delete => {
            let ids: Vec<Uuid> = drafts.iter().map(|draft| draft.id).collect();
            rules::settle_deleted(record, &mut drafts);
            mark(write, record, drafts, ChangeKind::Deleted).await?;
            sla::deleted(write, record.name, &ids).await?;
            task::deleted(write, record.name, &ids).await?;
        }
        Deed::Restore => {
            let clocks = rules::settle_restored(write, record, &mut drafts).await?;
            mark(write, record, drafts, ChangeKind::Restored).await?;
            clocks.start(write).await?;
        }
        _ => destroy(write, entity, record, &drafts).await?,
    }
    Ok(written)
}

/// Refuses what the caller may not do with the rows.
async fn may_do(
    write: &Write<'_>,
    order: &Order,
    drafts: &mut Vec<Draft>,
    refused: &mut Refused,
) -> Result<(), ApiError> {
    let entity = order.entity;
    let action = match order.deed {
        Deed::Delete => "delete",
        Deed::Restore => "restore",
        _ => "destroy",
    };
    let ids: Vec<Uuid> = drafts.iter().map(|draft| draft.id).collect();
    let deleted_count = order.deed != Deed::Delete;
    let mut rights = Rights::of(write, entity, &ids, &[action], deleted_count).await?;
    if let Some(with) = entity.writes.with {
        let wholes = rights::with_whole(write, entity, with, drafts).await?;
        let record = stored(entity)?;
        for draft in &*drafts {
            if rights::of_both(&wholes, record, with, draft) {
                rights.allow(draft.id, action);
            }
        }
    }
    let missing = own::missing_scope(write, entity);
    drafts.retain(|draft| {
        let right = rights.get(draft.id).filter(|_| draft.before.is_some());
        let problem = match right {
            None => Some(draft::missing(entity, &draft.path)),
            Some(right) if !right.actions.contains(action) => {
                let problem = missing.clone();
                let problem = problem.unwrap_or_else(|| format!("you may not {action} this"));
                let path = draft.path.clone();
                Some(Problem::new("FORBIDDEN_SCOPE", path, &problem))
            }
            Some(_) => None,
        };
        refused.accepts(draft.index, problem)
    });
    Ok(())
}

/// Whether the row was deleted.
fn is_deleted(record: &record::Entity, draft: &Draft) -> bool {
    let at = record.position("deleted_at");
    let at = at.and_then(|position| draft.before.as_ref()?.get(position));
    at.is_some_and(|at| !record::is_empty(at))
}

/// Whether the row is as it should be.
fn is_done(order: &Order, record: &record::Entity, draft: &Draft) -> bool {
    order.deed == Deed::Restore && !is_deleted(record, draft)
}

/// Why a row stays: only what is deleted is destroyed, so that nobody destroys by mistake what is in use.
fn undeletable(order: &Order, record: &record::Entity, draft: &Draft) -> Option<Problem> {
    if order.deed == Deed::Delete {
        return rules::undeletable(record, draft);
    }
    let wrong = order.deed == Deed::Destroy && !is_deleted(record, draft);
    wrong.then(|| draft.problem("id", "it is not deleted: delete it first"))
}

/// Marks rows as deleted, or not any more, as `kind` says.
async fn mark(
    write: &Write<'_>,
    record: &'static record::Entity,
    mut drafts: Vec<Draft>,
    kind: ChangeKind,
) -> Result<(), ApiError> {
    let by = write.author.actor.id();
    let deleted = kind == ChangeKind::Deleted;
    let (mut rows, mut changes) = (Vec::new(), Vec::new());
    for draft in &mut drafts {
        let settled = draft.before.as_ref().filter(|row| **row != draft.record);
        let settled = settled.map(|row| record::difference(&record.table, row, &draft.record));
        draft.set(record, "deleted_at", deleted.then_some(write.now));
        draft.set(record, "deleted_by", by.filter(|_| deleted));
        let mut row = draft.record.clone();
        record::touch(&record.table, &mut row, by, write.now);
        rows.push(row);
        let change = Change::by(write.author, write.now, (record.name, draft.id), kind);
        let change = change.because(draft.reason.clone());
        changes.push(match settled {
            Some(fields) => change.of(fields),
            None => change,
        });
    }
    let expected = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    if bulk::update_records(write.tx, &record.table, rows).await? != expected {
        return Err(ApiError::internal(
            "a locked row was changed by somebody else",
        ));
    }
    change::record(write.tx, changes).await?;
    rules::beside_marked(write, record, &drafts).await
}

/// Takes rows away for good, with what is a part of them.
async fn destroy(
    write: &Write<'_>,
    entity: &Entity,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let ids: Vec<Uuid> = drafts.iter().map(|draft| draft.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    for part in dataset().entities() {
        if let Some((column, whole)) = part.ties.part_of
            && whole == entity.name
        {
            erase::delete(write.tx, (&part.table, column), None, &ids).await?;
        }
    }
    sla::destroyed(write, record.name, &ids).await?;
    let names = ("external_id", "entity_id");
    erase::delete(write.tx, names, Some(record.name), &ids).await?;
    erase::delete(write.tx, (record.name, "id"), None, &ids).await?;
    // What is not deleted softly is deleted, for who follows; what was is gone.
    let kind = if entity.soft_delete {
        ChangeKind::Destroyed
    } else {
        ChangeKind::Deleted
    };
    let changes = drafts.iter().map(|draft| {
        let change = Change::by(write.author, write.now, (record.name, draft.id), kind);
        change.because(draft.reason.clone())
    });
    change::record(write.tx, changes.collect()).await?;
    Ok(())
}
