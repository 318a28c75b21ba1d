//! Writing down what has become of clocks, and who is told of breaches.

use std::collections::HashMap;

use entity::{
    change::ChangeKind,
    sla_clock::{ActiveModel, Entity, Model, SlaState},
};
use uuid::Uuid;

use crate::{
    change::{self, Change},
    error::ApiError,
    record,
    store::{
        self, bulk,
        table::{Record, Table},
    },
};

use super::TABLE;
use crate::services::write::Write;

/// What has become of a clock.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    pub(super) before: Model,
    pub(super) after: Model,
}

impl Edit {
    fn breaches(&self) -> bool {
        self.before.state != SlaState::Breached && self.after.state == SlaState::Breached
    }
}

/// Writes clocks that are locked, and a change for each that has changed; where the policy says so, its breach goes
/// to the manager.
pub(super) async fn save(write: &Write<'_>, mut edits: Vec<Edit>) -> Result<(), ApiError> {
    edits.retain(|edit| edit.before != edit.after);
    if edits.is_empty() {
        return Ok(());
    }
    escalate(write, &mut edits).await?;
    let table = Table::of::<Entity>();
    let (before, after): (Vec<Model>, Vec<Model>) = edits
        .into_iter()
        .map(|edit| (edit.before, edit.after))
        .unzip();
    let ids: Vec<Uuid> = after.iter().map(|clock| clock.id).collect();
    let before = records(before);
    let after = records(after);
    let changes = ids.iter().zip(before.iter().zip(&after));
    let changes = changes.map(|(id, (before, after))| {
        let row = (TABLE, *id);
        let change = Change::by(write.author, write.now, row, ChangeKind::Updated);
        change.of(record::difference(&table, before, after))
    });
    let changes = changes.collect();
    bulk::update_records(write.tx, &table, after).await?;
    change::record(write.tx, changes).await?;
    Ok(())
}

fn records(clocks: Vec<Model>) -> Vec<Record> {
    bulk::records::<ActiveModel, _>(clocks).collect()
}

/// Says who is told of the breaches.
async fn escalate(write: &Write<'_>, edits: &mut [Edit]) -> Result<(), ApiError> {
    let breaches: Vec<&Edit> = edits.iter().filter(|edit| edit.breaches()).collect();
    if breaches.is_empty() {
        return Ok(());
    }
    let policies: Vec<Uuid> = distinct(breaches.iter().map(|edit| edit.after.policy_id));
    let escalating = store::sla::escalating(write.tx, &policies).await?;
    let owners = breaches.iter().filter_map(|edit| edit.after.owner_id);
    let owners = distinct(owners);
    let managers: HashMap<Uuid, Uuid> = if escalating.is_empty() || owners.is_empty() {
        HashMap::new()
    } else {
        store::sla::managers(write.tx, &owners).await?
    };
    for edit in edits.iter_mut().filter(|edit| edit.breaches()) {
        let owner = edit.after.owner_id;
        let manager = owner.and_then(|owner| managers.get(&owner).copied());
        edit.after.escalated_to_id = manager.filter(|_| escalating.contains(&edit.after.policy_id));
    }
    Ok(())
}

fn distinct(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
