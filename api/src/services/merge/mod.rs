//! Making several contacts or accounts one, and undoing it.
//!
//! A merge is a list of steps: this value of this row was that and is this. So undoing it is the same list the
//! other way round, but for what somebody has changed since.

mod check;
mod consent;
mod double;
mod duplicate;
mod edit;
mod fill;
mod link;
mod sweep;
mod undo;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use entity::{
    change::ChangeKind,
    duplicate_candidate::DuplicateState,
    merge::{self, MergeEntity},
};

use crate::{
    change::{self, Change},
    dataset::{Entity, GlobalId, dataset, global_id},
    error::ApiError,
    reader, record,
    store::{
        matching::pairs_of,
        merge as store,
        table::{Record, Table, Value},
    },
};

use super::{
    rows::{stored, tree},
    write::Write,
};
use edit::{Edit, Step, apply, mark_deleted};
use fill::Filled;

pub use duplicate::dismiss;
pub use link::{Link, links};
pub use sweep::{forget, sweep};
pub use undo::{Kept, Undone, undo};

/// So long can a merge be undone.
const UNDOABLE: TimeDelta = TimeDelta::days(30);
/// So many rows can go into one at once.
pub const MOST_LOSERS: usize = 20;

/// What is to be made one.
#[derive(Clone, Debug)]
pub struct Order {
    /// What they are.
    pub entity: MergeEntity,
    /// The row that stays.
    pub winner: Uuid,
    /// The rows that go into it.
    pub losers: Vec<Uuid>,
    /// The versions that the caller has seen, by row; of rows without one any will do.
    pub versions: Vec<(Uuid, i32)>,
    /// The fields of the first loser that the winner takes though it has its own.
    pub take: Vec<String>,
    /// Why, for the change log.
    pub reason: Option<String>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// To undo it by.
    pub id: Uuid,
    /// How many rows refer to the winner now that referred to a loser.
    pub relinked: usize,
}

/// The name of the noun in the dataset, and of its table.
fn names(entity: MergeEntity) -> (&'static str, &'static str) {
    match entity {
        MergeEntity::Contact => ("Contact", "contact"),
        MergeEntity::Account => ("Account", "account"),
    }
}

/// The noun, as it is read.
fn noun(entity: MergeEntity) -> Result<&'static Entity, ApiError> {
    dataset().target(names(entity).0)
}

/// Makes rows one: what refers to the losers refers to the winner, its empty fields are filled, what other
/// systems call the losers stands for it, and the losers are deleted.
///
/// # Errors
///
/// - [`ApiError::Input`] when a row is said twice, the caller does not see one of them or may not merge it, somebody has
///   changed one since, a field cannot be taken, something would be shown that is masked for the caller, or the winner
///   would lie below itself
/// - [`ApiError::Internal`] when the database fails
pub async fn merge(write: &Write<'_>, order: &Order) -> Result<Merged, ApiError> {
    check::order(order)?;
    let noun = noun(order.entity)?;
    let record = stored(noun)?;
    let ids: Vec<Uuid> = [&[order.winner], order.losers.as_slice()].concat();
    tree::lock(write, noun).await?;
    // Locked first: what the caller may do with them is decided on the rows as nobody changes them any more.
    let rows = edit::locked(write, &record.table, &ids).await?;
    let rights = check::rights(write, order, (noun, record), &rows).await?;
    let taken = check::taken(order, (noun, record), &rights)?;
    let rows: Vec<&Record> = ids.iter().filter_map(|id| rows.get(id)).collect();
    let Some((winner, losers)) = rows.split_first() else {
        return Err(ApiError::internal("a locked row is not there any more"));
    };
    let mut filled = fill::fill(record, winner, losers, &taken);
    leave_out_loops(write, noun, &ids, winner, &mut filled).await?;
    let mut steps = delete(write, record, order).await?;
    let values = filled.iter().map(|it| (it.column, it.value.clone()));
    let edit = Edit::of(order.winner, values.collect()).because(order.reason.clone());
    steps.extend(apply(write, &record.table, vec![edit], ChangeKind::Updated).await?);
    check::refuse_revealed(write, order, (noun, record), &rights, &filled).await?;
    let linked = link::relink(write, record, order).await?;
    let relinked = pointing_to(order.winner, &linked);
    steps.extend(linked);
    check::refuse_loop(write, noun, order.winner).await?;
    let external_ids = take_external_ids(write, record.name, order).await?;
    settle_pairs(write, order).await?;
    let id = remember(write, noun, order, &steps, external_ids).await?;
    Ok(Merged { id, relinked })
}

/// How many rows refer to the winner by `steps`.
fn pointing_to(winner: Uuid, steps: &[Step]) -> usize {
    let winner = record::json(&Value::from(winner));
    let pointing = steps.iter().filter(|step| step.after == winner);
    let rows: BTreeSet<Uuid> = pointing.map(|step| step.id).collect();
    rows.len()
}

/// Writes what was merged, to be read and to be undone. Gives its id.
async fn remember(
    write: &Write<'_>,
    noun: &'static Entity,
    order: &Order,
    steps: &[Step],
    external_ids: Json,
) -> Result<Uuid, ApiError> {
    let id = Uuid::now_v7();
    let losers = order.losers.iter().map(|id| global_id(noun, *id));
    let winner = |entity| (order.entity == entity).then_some(order.winner);
    let row = merge::Model {
        id,
        entity: order.entity,
        winner_id: order.winner,
        contact_id: winner(MergeEntity::Contact),
        account_id: winner(MergeEntity::Account),
        merged_ids: losers.collect(),
        steps: serde_json::to_value(steps).map_err(ApiError::internal)?,
        external_ids,
        merged_at: write.now,
        merged_by: write.author.actor.id(),
        by_user_id: write.author.actor.user(),
        undone_at: None,
        forgotten_at: None,
    };
    store::insert(write.tx, row).await?;
    let made = Change::by(write.author, write.now, ("merge", id), ChangeKind::Created);
    let made = made.because(order.reason.clone());
    change::record(write.tx, vec![made]).await?;
    Ok(id)
}

/// Leaves out what would put the winner below itself: what goes into it, or lies below it, is nothing that it lies below.
async fn leave_out_loops(
    write: &Write<'_>,
    noun: &'static Entity,
    ids: &[Uuid],
    winner: &Record,
    filled: &mut Vec<Filled>,
) -> Result<(), ApiError> {
    let values: Vec<(usize, Value)> = filled
        .iter()
        .map(|it| (it.column, it.value.clone()))
        .collect();
    let loops = tree::leading_to(write, noun, &values, ids).await?;
    let had_none = |at: usize| winner.get(at).is_some_and(record::is_empty);
    filled.retain(|it| !(loops.contains(&it.column) && had_none(it.column)));
    Ok(())
}

/// Makes sure that the caller may merge that row.
async fn permit(write: &Write<'_>, entity: MergeEntity, id: Uuid) -> Result<(), ApiError> {
    let Some(viewer) = write.viewer else {
        return Ok(());
    };
    let (_, table) = names(entity);
    let entity = noun(entity)?;
    let doing = format!("merge this {table}");
    reader::permit(write.tx, viewer, GlobalId { entity, id }, "merge", &doing).await
}

/// Deletes the losers, and has the change log say what they went into.
async fn delete(
    write: &Write<'_>,
    record: &record::Entity,
    order: &Order,
) -> Result<Vec<Step>, ApiError> {
    let rows = edit::locked(write, &record.table, &order.losers).await?;
    let edits = rows.into_iter().map(|(id, mut row)| {
        mark_deleted(write, &record.table, &mut row);
        let edit = Edit::whole(id, row).because(order.reason.clone());
        edit.saying("merged_into", &json!(order.winner))
    });
    apply(write, &record.table, edits.collect(), ChangeKind::Merged).await
}

async fn take_external_ids(
    write: &Write<'_>,
    entity: &str,
    order: &Order,
) -> Result<Json, ApiError> {
    let mut moved = Vec::new();
    for known in store::external_ids(write.tx, entity, &order.losers).await? {
        let name = (entity, known.system.as_str(), known.key.as_str());
        store::move_external_id(write.tx, name, known.entity_id, order.winner).await?;
        moved.push(json!({"system": known.system, "key": known.key, "from": known.entity_id}));
    }
    Ok(moved.into())
}

/// The pairs among the rows are decided.
async fn settle_pairs(write: &Write<'_>, order: &Order) -> Result<(), ApiError> {
    let merged = |id: &Uuid| *id == order.winner || order.losers.contains(id);
    for pair in pairs_of(write.tx, &order.losers).await? {
        if merged(&pair.one_id) && merged(&pair.other_id) {
            duplicate::decide(write, &pair, DuplicateState::Merged).await?;
        }
    }
    Ok(())
}

fn id_of(table: &Table, row: &Record) -> Option<Uuid> {
    match row.get(table.position("id")?) {
        Some(Value::Uuid(id)) => *id,
        _ => None,
    }
}

/// Whether the row is not deleted; one of a table whose rows are only taken away is there.
fn is_there(table: &Table, row: &Record) -> bool {
    let deleted_at = table.position("deleted_at").and_then(|at| row.get(at));
    deleted_at.is_none_or(record::is_empty)
}
