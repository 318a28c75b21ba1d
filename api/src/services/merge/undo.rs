//! Undoing a merge.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use uuid::Uuid;

use entity::{change::ChangeKind, duplicate_candidate::DuplicateState, merge};

use crate::{
    error::ApiError,
    record,
    store::{lookup, matching::pairs_of, merge as store, table::Table},
};

use super::{
    super::{rows::tree, write::Write},
    UNDOABLE, duplicate,
    edit::{Edit, Step, apply, stored},
    id_of, is_there,
    link::links,
    noun, permit, written,
};

/// What undoing came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// The rows that are there again.
    pub restored: Vec<Uuid>,
    /// What was changed since and stays as it is: `lead.contact_id`, with the row's id.
    pub changed_since: Vec<(String, Uuid)>,
}

/// Puts back what the merge `id` changed, but for what was changed since.
///
/// # Errors
///
/// - [`ApiError::NotFound`] when there is no such merge, or the caller does not see the row that stayed
/// - [`ApiError::Forbidden`] when they may not merge it
/// - [`ApiError::Validation`] when it was undone already, is too long ago, the row that stayed was merged
///   into another since, or a row would lie below itself
/// - [`ApiError::Internal`] when the database fails
pub async fn undo(write: &Write<'_>, id: Uuid) -> Result<Undone, ApiError> {
    let found = store::find(write.tx, id).await?;
    let merge = found.ok_or_else(|| ApiError::NotFound {
        what: "merge".to_owned(),
    })?;
    let (noun, record) = (noun(merge.entity)?, written(merge.entity)?);
    let losers: Vec<Uuid> = read(merge.loser_ids.clone())?;
    tree::lock(write, noun).await?;
    check(write, &merge, &losers).await?;
    permit(write, merge.entity, merge.winner_id).await?;
    let mut steps: Vec<Step> = read(merge.steps.clone())?;
    steps.reverse();
    let mut undone = Undone::default();
    let (of_losers, others): (Vec<Step>, Vec<Step>) = steps
        .into_iter()
        .partition(|step| step.table == record.name && losers.contains(&step.id));
    // The winner first: until it has given back an address that is one person's alone, nobody else has it.
    let tables = links(record.name).into_iter().map(|link| link.table);
    let mut seen = BTreeSet::new();
    for table in [record.table.clone()].into_iter().chain(tables) {
        if seen.insert(table.name) {
            let steps = others.iter().filter(|step| step.table == table.name);
            put_back(write, &table, steps, ChangeKind::Updated, &mut undone).await?;
        }
    }
    let apart = ChangeKind::Unmerged;
    put_back(write, &record.table, of_losers.iter(), apart, &mut undone).await?;
    if tree::loops(write, noun, &losers).await? {
        let problem =
            "rows were moved since, so that one of them would lie below itself: move them first";
        return Err(ApiError::validation("mergeId", problem));
    }
    give_back_external_ids(write, record.name, &merge, &mut undone).await?;
    reopen_pairs(write, &merge, &losers).await?;
    store::undone(write.tx, id, write.now).await?;
    let there = stored(write, &record.table, &losers).await?;
    let is_there = |id: &&Uuid| there.get(id).is_some_and(|row| is_there(record, row));
    undone.restored = losers.iter().filter(is_there).copied().collect();
    Ok(undone)
}

/// Makes sure that the merge can be undone now. Nobody else changes its rows from then on.
async fn check(write: &Write<'_>, merge: &merge::Model, losers: &[Uuid]) -> Result<(), ApiError> {
    let refuse = |problem: &str| Err(ApiError::validation("mergeId", problem));
    if merge.undone_at.is_some() {
        return refuse("it was undone already");
    }
    if write.now - merge.merged_at > UNDOABLE {
        return refuse("it was more than 30 days ago, and cannot be undone any more");
    }
    let record = written(merge.entity)?;
    let ids = [&[merge.winner_id], losers].concat();
    let rows = lookup::locked(write.tx, &record.table, &ids).await?;
    let mut there = rows.iter().filter(|row| is_there(record, row));
    if !there.any(|row| id_of(record, row) == Some(merge.winner_id)) {
        return refuse(
            "the row that stayed was merged into another or deleted since: undo that first",
        );
    }
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(json: Json) -> Result<T, ApiError> {
    serde_json::from_value(json).map_err(ApiError::internal)
}

/// Puts back the values of `steps` in rows of `table` that are as the merge left them.
async fn put_back<'s>(
    write: &Write<'_>,
    table: &Table,
    steps: impl Iterator<Item = &'s Step>,
    kind: ChangeKind,
    undone: &mut Undone,
) -> Result<(), ApiError> {
    let steps: Vec<&Step> = steps.collect();
    let ids: BTreeSet<Uuid> = steps.iter().map(|step| step.id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(());
    }
    let rows = stored(write, table, &ids).await?;
    let mut edits = Vec::new();
    for id in ids {
        let mut values = Vec::new();
        for step in steps.iter().filter(|step| step.id == id) {
            let column = table.position(&step.column);
            let now = rows.get(&id).and_then(|row| row.get(column?));
            let as_left = now.is_some_and(|now| record::json(now) == step.after);
            let definition = column.and_then(|at| Some((at, table.columns.get(at)?)));
            let before = definition
                .filter(|_| as_left)
                .and_then(|(at, column)| Some((at, column.kind.read(step.before.clone())?)));
            if let Some(value) = before {
                values.push(value);
            } else {
                let what = format!("{}.{}", step.table, step.column);
                undone.changed_since.push((what, id));
            }
        }
        edits.push(Edit::of(id, values));
    }
    apply(write, table, edits, kind).await?;
    Ok(())
}

async fn give_back_external_ids(
    write: &Write<'_>,
    entity: &str,
    merge: &merge::Model,
    undone: &mut Undone,
) -> Result<(), ApiError> {
    #[derive(serde::Deserialize)]
    struct Moved {
        system: String,
        key: String,
        from: Uuid,
    }
    let moved: Vec<Moved> = read(merge.external_ids.clone())?;
    for Moved { system, key, from } in moved {
        let name = (entity, system.as_str(), key.as_str());
        if !store::move_external_id(write.tx, name, merge.winner_id, from).await? {
            undone.changed_since.push(("external_id".to_owned(), from));
        }
    }
    Ok(())
}

async fn reopen_pairs(
    write: &Write<'_>,
    merge: &merge::Model,
    losers: &[Uuid],
) -> Result<(), ApiError> {
    let merged = |id: &Uuid| *id == merge.winner_id || losers.contains(id);
    for pair in pairs_of(write.tx, losers).await? {
        let ours = merged(&pair.one_id) && merged(&pair.other_id);
        if ours && pair.state == DuplicateState::Merged {
            duplicate::decide(write, pair.id, DuplicateState::Open).await?;
        }
    }
    Ok(())
}
