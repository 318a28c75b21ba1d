//! Making and changing rows.

use std::collections::BTreeMap;

use entity::{change::ChangeKind, external_id};
use uuid::Uuid;

use crate::{
    change::{self, Change},
    dataset::Entity,
    error::{ApiError, Problem},
    record,
    store::{bulk, lookup, table::Value},
    views::Views,
};

use super::{
    Deed, Order, Outcome, Refused, Written, alone,
    draft::{self, Draft},
    identity, moved, own, reference,
    rights::{self, Rights},
    rules, stored, tree,
};
use crate::services::{account, write::Write};

/// Makes and changes the rows of `order` that are not refused.
pub(super) async fn save(
    write: &Write<'_>,
    views: &Views,
    order: &Order,
    refused: &mut Refused,
) -> Result<Written, ApiError> {
    let entity = order.entity;
    let record = stored(entity)?;
    rules::begin(write, record).await?;
    let mut drafts = draft::read(order, refused)?;
    tree::lock_for(write, entity, order.deed, &drafts).await?;
    alone::reserve(write, record, &drafts).await?;
    let there = match order.deed {
        Deed::Update | Deed::Assign => drafts.iter().map(|draft| draft.id).collect(),
        Deed::Make if order.another => Vec::new(),
        deed => identity::identify(write, entity, deed, &mut drafts, refused).await?,
    };
    draft::load(write, record, &there, &mut drafts).await?;
    for draft in &mut drafts {
        let problems = draft.empty();
        refused.accepts(draft.index, problems);
        put(write, record, draft);
    }
    let owned = alone::owned(write, record, &drafts).await?;
    account::leave_own(record, &mut drafts, |draft, by| owned.has(draft, by));
    may_change(write, entity, &there, &mut drafts, refused).await?;
    if !order.another {
        owned.refuse(write, entity, &drafts, refused).await?;
    }
    refuse_stale(record, &drafts, refused);
    reference::refuse_unknown(write, entity, &drafts, refused).await?;
    tree::refuse_loops(write, entity, &drafts, refused).await?;
    let expected = refused.0.len();
    refuse_incomplete(order, &drafts, refused);
    rules::settle(write, views, record, &mut drafts, refused).await?;
    own::give(write, entity, record, &mut drafts);
    refuse_empty(entity, record, &drafts, refused);
    if order.atomic && !refused.0.is_empty() {
        return Ok(Written::default());
    }
    if refused.0.len() > expected {
        // Where rows would lie was settled with some that are not written now.
        return Ok(Written::again());
    }
    drafts.retain(|draft| !refused.0.contains_key(&draft.index));
    let mut written = Written::default();
    for draft in &drafts {
        let outcome = match &draft.before {
            None => Outcome::Created,
            Some(before) if *before == draft.record && draft.beside.is_empty() => {
                Outcome::Unchanged
            }
            Some(_) => Outcome::Updated,
        };
        written.outcomes.insert(draft.index, (draft.id, outcome));
    }
    rules::ahead(write, record, &drafts).await?;
    store(write, record, &drafts).await?;
    rules::beside(write, record, &drafts).await?;
    written.late = refuse_made(write, entity, record, &drafts, refused).await?;
    written.late |= moved::refuse(write, entity, record, &drafts, refused).await?;
    Ok(written)
}

/// Puts what was said into the row.
pub(super) fn put(write: &Write<'_>, record: &record::Entity, draft: &mut Draft) {
    if draft.before.is_none() {
        let by = write.author.actor.id();
        draft.set(record, "id", draft.id);
        draft.set(record, "version", 1);
        draft.set(record, "created_at", write.now);
        draft.set(record, "created_by", by);
        draft.set(record, "updated_at", write.now);
        draft.set(record, "updated_by", by);
    }
    for (position, value) in draft.said.values().flatten() {
        let cell = draft.record.get_mut(*position);
        if let Some(cell) = cell.filter(|cell| !record::same(cell, value)) {
            cell.clone_from(value);
        }
    }
}

/// Refuses what the caller may not do with rows that are there, and with parts of what is not theirs.
async fn may_change(
    write: &Write<'_>,
    entity: &'static Entity,
    there: &[Uuid],
    drafts: &mut Vec<Draft>,
    refused: &mut Refused,
) -> Result<(), ApiError> {
    let actions = rights::actions(entity, &[]);
    let mut rights = Rights::of(write, entity, there, &actions, false).await?;
    if let Some(with) = entity.writes.with {
        let wholes = rights::with_whole(write, entity, with, drafts).await?;
        let record = stored(entity)?;
        let missing = own::missing_scope(write, entity);
        drafts.retain(|draft| {
            let may = rights::of_both(&wholes, record, with, draft);
            if may {
                rights.allow(draft.id, with.action);
            } else if draft.before.is_none() {
                let problem = missing.as_deref().unwrap_or("you may not add to this");
                let field = entity.field_of(with.column).unwrap_or("id");
                let field = format!("{}.{field}", draft.path);
                refused.add(draft.index, Problem::new("FORBIDDEN_SCOPE", field, problem));
            }
            may || draft.before.is_some()
        });
    }
    // An update of what is not there is about nothing.
    drafts.retain(|draft| {
        let missing = draft.before.is_none() && there.contains(&draft.id);
        if missing {
            refused.add(draft.index, draft::missing(entity, &draft.path));
        }
        !missing
    });
    rights::refuse_changes(write, entity, stored(entity)?, &rights, drafts, refused);
    Ok(())
}

/// Refuses changes of a version that is not the row's any more.
fn refuse_stale(record: &record::Entity, drafts: &[Draft], refused: &mut Refused) {
    for draft in drafts {
        refused.accepts(draft.index, stale(record, draft));
    }
}

/// What is wrong with the version that a draft was made on.
pub(super) fn stale(record: &record::Entity, draft: &Draft) -> Option<Problem> {
    let (before, expected) = draft.before.as_ref().zip(draft.expected_version)?;
    let version = match before.get(record.position("version")?) {
        Some(Value::Int(Some(version))) => *version,
        _ => return None,
    };
    if version == expected {
        return None;
    }
    let field = format!("{}.expectedVersion", draft.path);
    let problem = format!("the row has version {version} by now: somebody has changed it");
    let mut problem = Problem::new("VERSION_CONFLICT", field, &problem);
    problem.current = Some((draft.id, version));
    Some(problem)
}

/// Refuses new rows of which something is not said that has to be. Where rows are only made, the schema asks
/// for it.
fn refuse_incomplete(order: &Order, drafts: &[Draft], refused: &mut Refused) {
    let required = order.entity.writes.fields.iter().filter(|it| it.required);
    for written in required {
        let new = drafts.iter().filter(|draft| draft.before.is_none());
        for draft in new.filter(|draft| !draft.says(written.field)) {
            let problem = "it is required for a new row, and there is none yet";
            refused.add(draft.index, draft.problem(written.field, problem));
        }
    }
}

/// Refuses rows with nothing where there has to be something.
fn refuse_empty(
    entity: &'static Entity,
    record: &record::Entity,
    drafts: &[Draft],
    refused: &mut Refused,
) {
    for draft in drafts {
        for (column, value) in record.table.columns.iter().zip(&draft.record) {
            if !column.nullable && record::is_empty(value) {
                // What is not said follows from what is, and that is wrong.
                let Some(field) = entity.field_of(column.name) else {
                    continue;
                };
                refused.add(draft.index, draft.problem(field, "it is required"));
            }
        }
        if let Some(problem) = record::derive::contradiction(record, &draft.record) {
            refused.add(
                draft.index,
                Problem::validation(draft.path.clone(), problem),
            );
        }
    }
}

/// Writes the rows, what other systems call them, and the change log.
pub(in crate::services) async fn store(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let (mut new, mut updated) = (Vec::new(), Vec::new());
    let mut changes = Vec::new();
    for draft in drafts {
        let entry = |kind| {
            let row = (record.name, draft.id);
            Change::by(write.author, write.now, row, kind).because(draft.reason.clone())
        };
        match &draft.before {
            None => {
                new.push(draft.record.clone());
                changes.push(entry(ChangeKind::Created));
            }
            Some(before) if *before == draft.record => {}
            Some(before) => {
                let mut row = draft.record.clone();
                let fields = record::difference(&record.table, before, &row);
                record::touch(&record.table, &mut row, write.author.actor.id(), write.now);
                updated.push(row);
                changes.push(entry(ChangeKind::Updated).of(fields));
            }
        }
    }
    let expected = u64::try_from(updated.len()).unwrap_or(u64::MAX);
    bulk::insert_records(write.tx, &record.table, new).await?;
    if bulk::update_records(write.tx, &record.table, updated).await? != expected {
        return Err(ApiError::internal(
            "a locked row was changed by somebody else",
        ));
    }
    external_ids(write, record, drafts).await?;
    change::record(write.tx, changes).await?;
    Ok(())
}

/// Remembers what other systems call the rows, where that is new.
async fn external_ids(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let mut systems: BTreeMap<&str, Vec<(&str, Uuid)>> = BTreeMap::new();
    for draft in drafts {
        if let Some((system, key)) = &draft.external_id {
            systems.entry(system).or_default().push((key, draft.id));
        }
    }
    let mut rows = Vec::new();
    for (system, named) in systems {
        let keys = named.iter().map(|(key, _)| *key);
        let known = lookup::external_ids(write.tx, record.name, system, keys).await?;
        let fresh = named
            .into_iter()
            .filter(|(key, id)| known.get(*key) != Some(id));
        rows.extend(fresh.map(|(key, id)| external_id::Model {
            entity: record.name.to_owned(),
            system: system.to_owned(),
            key: key.to_owned(),
            entity_id: id,
            created_at: write.now,
        }));
    }
    bulk::insert(write.tx, rows).await?;
    Ok(())
}

/// Refuses new rows that the caller may not make as they have turned out, and says whether there are any.
async fn refuse_made(
    write: &Write<'_>,
    entity: &'static Entity,
    record: &record::Entity,
    drafts: &[Draft],
    refused: &mut Refused,
) -> Result<bool, ApiError> {
    if entity.writes.with.is_some() {
        return Ok(false);
    }
    let made: Vec<&Draft> = drafts
        .iter()
        .filter(|draft| draft.before.is_none())
        .collect();
    let ids: Vec<Uuid> = made.iter().map(|draft| draft.id).collect();
    let makes = entity.actions.iter().filter(|action| action.makes);
    let makes: Vec<_> = makes.map(|action| action.name).collect();
    let holding = rights::made(write, entity, &ids, &makes).await?;
    let mut any = false;
    for draft in made {
        let action = rules::making(entity, record, draft);
        let may = holding
            .get(&draft.id)
            .is_some_and(|may| may.contains(action));
        if !may {
            let problem = own::why_not_made(write, entity, action);
            let path = draft.path.clone();
            refused.add(draft.index, Problem::new("FORBIDDEN_SCOPE", path, &problem));
            any = true;
        }
    }
    Ok(any)
}
