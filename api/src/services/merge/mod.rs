//! Making several contacts or accounts one, and undoing it.
//!
//! A merge is a list of steps: this value of this row was that and is this. So undoing it is the same list the
//! other way round, but for what somebody has changed since.

mod duplicate;
mod edit;
mod fill;
mod link;
mod undo;

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use entity::{
    change::ChangeKind,
    duplicate_candidate::DuplicateState,
    merge::{self, MergeEntity},
};

use crate::{
    dataset::{Entity, GlobalId, dataset, global_id},
    error::{ApiError, Problem},
    reader, record,
    store::{
        lookup,
        matching::pairs_of,
        merge as store,
        table::{Record, Value},
    },
};

use super::{rows::tree, write::Write};
use edit::{Edit, Step, apply};

pub use duplicate::dismiss;
pub use link::{Link, links};
pub use undo::{Undone, undo};

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

/// The columns of the noun.
fn written(entity: MergeEntity) -> Result<&'static record::Entity, ApiError> {
    let (_, table) = names(entity);
    record::entity(table).ok_or_else(|| ApiError::internal(format!("no {table} is written")))
}

/// Makes rows one: what refers to the losers refers to the winner, its empty fields are filled, what other
/// systems call the losers stands for it, and the losers are deleted.
///
/// # Errors
///
/// - [`ApiError::Validation`] when a row is said twice, a field cannot be taken, or the winner would lie below itself
/// - [`ApiError::NotFound`] and [`ApiError::Forbidden`] when the caller does not see one of the rows, or may not
///   merge it
/// - [`ApiError::Input`] with `VERSION_CONFLICT` when somebody has changed one since
/// - [`ApiError::Internal`] when the database fails
pub async fn merge(write: &Write<'_>, order: &Order) -> Result<Merged, ApiError> {
    check(order)?;
    let ids: Vec<Uuid> = [&[order.winner], order.losers.as_slice()].concat();
    let (noun, record) = (noun(order.entity)?, written(order.entity)?);
    tree::lock(write, noun).await?;
    // Locked first: what the caller may do with them is decided on the rows as nobody changes them any more.
    let rows = lookup::locked(write.tx, &record.table, &ids).await?;
    for id in &ids {
        permit(write, order.entity, *id).await?;
    }
    let find = |id: Uuid| {
        let mut rows = rows.iter().filter(|row| is_there(record, row));
        let row = rows.find(|row| id_of(record, row) == Some(id));
        row.ok_or_else(|| missing(order.entity))
    };
    for (id, seen) in &order.versions {
        let now = version_of(record, find(*id)?);
        if now != Some(*seen) {
            return Err(stale(order.entity, *id, now));
        }
    }
    let winner = find(order.winner)?;
    let losers: Vec<&Record> = order
        .losers
        .iter()
        .map(|id| find(*id))
        .collect::<Result<_, _>>()?;
    let mut filled = fill::fill(record, winner, &losers, &order.take)?;
    // What goes into the winner, or lies below it, is nothing that it lies below.
    let loops = tree::leading_to(write, noun, &filled, &ids).await?;
    filled.retain(|(at, _)| !(loops.contains(at) && winner.get(*at).is_some_and(record::is_empty)));
    let mut steps = delete(write, record, &order.losers).await?;
    let winner = vec![Edit::of(order.winner, filled)];
    steps.extend(apply(write, &record.table, winner, ChangeKind::Updated).await?);
    let before = steps.len();
    link::relink(write, record, order, &mut steps).await?;
    let to_winner = record::json(&Value::from(order.winner));
    let relinked = steps.iter().skip(before);
    let relinked = relinked.filter(|step| step.after == to_winner).count();
    if tree::loops(write, noun, &[order.winner]).await? {
        let problem =
            "the winner lies below what belongs to one of them: it would lie below itself";
        return Err(ApiError::validation("winnerId", problem));
    }
    let external_ids = take_external_ids(write, record.name, order).await?;
    settle_pairs(write, order).await?;
    let id = Uuid::now_v7();
    let row = merge::Model {
        id,
        entity: order.entity,
        winner_id: order.winner,
        loser_ids: json!(order.losers),
        steps: serde_json::to_value(&steps).map_err(ApiError::internal)?,
        external_ids,
        merged_at: write.now,
        merged_by: write.author.actor.id(),
        undone_at: None,
    };
    store::insert(write.tx, row).await?;
    Ok(Merged { id, relinked })
}

fn check(order: &Order) -> Result<(), ApiError> {
    let mut seen = vec![order.winner];
    if order.losers.is_empty() || order.losers.len() > MOST_LOSERS {
        let problem = format!("1 to {MOST_LOSERS} rows can go into one");
        return Err(ApiError::validation("loserIds", problem));
    }
    for loser in &order.losers {
        if seen.contains(loser) {
            let problem = "a row goes into another, and once";
            return Err(ApiError::validation("loserIds", problem));
        }
        seen.push(*loser);
    }
    if order.versions.iter().any(|(id, _)| !seen.contains(id)) {
        let problem = "this is none of the rows that are merged";
        return Err(ApiError::validation("expectedVersions", problem));
    }
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

async fn delete(
    write: &Write<'_>,
    record: &record::Entity,
    losers: &[Uuid],
) -> Result<Vec<Step>, ApiError> {
    let at = |column: &str| record.position(column);
    let (Some(deleted_at), Some(deleted_by)) = (at("deleted_at"), at("deleted_by")) else {
        return Err(ApiError::internal("what is merged is deleted softly"));
    };
    let values = vec![
        (deleted_at, Value::from(write.now)),
        (deleted_by, Value::Uuid(write.author.actor.id())),
    ];
    let edits = losers.iter().map(|id| Edit::of(*id, values.clone()));
    apply(write, &record.table, edits.collect(), ChangeKind::Merged).await
}

async fn take_external_ids(
    write: &Write<'_>,
    entity: &str,
    order: &Order,
) -> Result<serde_json::Value, ApiError> {
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
            duplicate::decide(write, pair.id, DuplicateState::Merged).await?;
        }
    }
    Ok(())
}

fn id_of(record: &record::Entity, row: &Record) -> Option<Uuid> {
    match row.get(record.position("id")?) {
        Some(Value::Uuid(id)) => *id,
        _ => None,
    }
}

/// Whether the row is not deleted.
fn is_there(record: &record::Entity, row: &Record) -> bool {
    let deleted_at = record
        .position("deleted_at")
        .and_then(|position| row.get(position));
    deleted_at.is_some_and(record::is_empty)
}

fn version_of(record: &record::Entity, row: &Record) -> Option<i32> {
    match row.get(record.position("version")?) {
        Some(Value::Int(version)) => *version,
        _ => None,
    }
}

fn missing(entity: MergeEntity) -> ApiError {
    ApiError::NotFound {
        what: names(entity).0.to_owned(),
    }
}

/// That the row `id`, which is in the version `now`, is another than the caller has seen.
fn stale(entity: MergeEntity, id: Uuid, now: Option<i32>) -> ApiError {
    let (noun, _) = names(entity);
    let entity = dataset().entity(noun);
    let id_of_row = entity.map_or_else(|| noun.to_owned(), |entity| global_id(entity, id));
    let problem = format!("{id_of_row} was changed since you read it: read it again");
    let mut problem = Problem::new("VERSION_CONFLICT", "expectedVersions", &problem);
    problem.current = now.map(|now| (id, now));
    ApiError::Input(vec![problem])
}
