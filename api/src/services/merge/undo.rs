//! Undoing a merge.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use uuid::Uuid;

use entity::{change::ChangeKind, duplicate_candidate::DuplicateState, merge};

use crate::{
    change::{self, Change},
    dataset::GlobalId,
    error::ApiError,
    record,
    store::{
        matching::pairs_of,
        merge as store,
        table::{Table, Value},
    },
};

use super::{
    super::{
        rows::{stored, tree},
        write::Write,
    },
    UNDOABLE, duplicate,
    edit::{Edit, Step, apply, locked},
    is_there,
    link::links,
    noun, permit,
};

/// What undoing came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// The rows that are there again.
    pub restored: Vec<Uuid>,
    /// What was changed since and stays as it is.
    pub changed_since: Vec<Kept>,
}

/// A value that was changed after a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The table, such as `lead`.
    pub table: String,
    /// The row.
    pub id: Uuid,
    /// The column, such as `contact_id`, or `external_id` for what another system calls the row.
    pub column: String,
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
    let noun = noun(merge.entity)?;
    let record = stored(noun)?;
    let losers: Vec<String> = read(merge.merged_ids.clone())?;
    let losers = losers.iter().filter_map(|id| GlobalId::parse(id));
    let losers: Vec<Uuid> = losers.map(|id| id.id).collect();
    tree::lock(write, noun).await?;
    check(write, &merge, &record.table, &losers).await?;
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
            let (doubles, steps) = doubles(steps.collect());
            put_back(write, &table, steps, ChangeKind::Updated, &mut undone).await?;
            put_back(write, &table, doubles, ChangeKind::Restored, &mut undone).await?;
        }
    }
    let apart = ChangeKind::Unmerged;
    let of_losers = of_losers.iter().collect();
    put_back(write, &record.table, of_losers, apart, &mut undone).await?;
    if tree::loops(write, noun, &losers).await? {
        let problem =
            "rows were moved since, so that one of them would lie below itself: move them first";
        return Err(ApiError::validation("mergeId", problem));
    }
    give_back_external_ids(write, record.name, &merge, &mut undone).await?;
    reopen_pairs(write, &merge, &losers).await?;
    store::undone(write.tx, id, write.now).await?;
    let change = Change::by(write.author, write.now, ("merge", id), ChangeKind::Updated);
    let undone_at = record::json(&Value::from(write.now));
    let change = change.of(json!({"undone_at": [null, undone_at]}));
    change::record(write.tx, vec![change]).await?;
    let there = locked(write, &record.table, &losers).await?;
    let is_there = |id: &&Uuid| {
        let row = there.get(id);
        row.is_some_and(|row| is_there(&record.table, row))
    };
    undone.restored = losers.iter().filter(is_there).copied().collect();
    Ok(undone)
}

/// Makes sure that the merge can be undone now. Nobody else changes its rows from then on.
async fn check(
    write: &Write<'_>,
    merge: &merge::Model,
    table: &Table,
    losers: &[Uuid],
) -> Result<(), ApiError> {
    let refuse = |problem: &str| Err(ApiError::validation("mergeId", problem));
    if merge.undone_at.is_some() {
        return refuse("it was undone already");
    }
    if write.now - merge.merged_at > UNDOABLE {
        return refuse("it was more than 30 days ago, and cannot be undone any more");
    }
    let ids = [&[merge.winner_id], losers].concat();
    let rows = locked(write, table, &ids).await?;
    let winner = rows.get(&merge.winner_id);
    if !winner.is_some_and(|winner| is_there(table, winner)) {
        return refuse(
            "the row that stayed was merged into another or deleted since: undo that first",
        );
    }
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(json: Json) -> Result<T, ApiError> {
    serde_json::from_value(json).map_err(ApiError::internal)
}

/// The steps of rows that were deleted because they were there twice, and the others.
fn doubles(steps: Vec<&Step>) -> (Vec<&Step>, Vec<&Step>) {
    let deleted = steps.iter().filter(|step| step.column == "deleted_at");
    let deleted: BTreeSet<Uuid> = deleted.map(|step| step.id).collect();
    steps
        .into_iter()
        .partition(|step| deleted.contains(&step.id))
}

/// Puts back the values of `steps` in rows of `table` that are as the merge left them.
async fn put_back(
    write: &Write<'_>,
    table: &Table,
    steps: Vec<&Step>,
    kind: ChangeKind,
    undone: &mut Undone,
) -> Result<(), ApiError> {
    let ids: BTreeSet<Uuid> = steps.iter().map(|step| step.id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(());
    }
    let rows = locked(write, table, &ids).await?;
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
                let (table, column) = (step.table.clone(), step.column.clone());
                undone.changed_since.push(Kept { table, id, column });
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
            undone.changed_since.push(Kept {
                table: entity.to_owned(),
                id: from,
                column: "external_id".to_owned(),
            });
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
            duplicate::decide(write, &pair, DuplicateState::Open).await?;
        }
    }
    Ok(())
}
