//! Writing down what has become of clocks, and who is told of breaches.

use std::collections::HashMap;

use entity::sla_clock::{Model, SlaState};
use uuid::Uuid;

use crate::{
    error::ApiError,
    services::{ledger, write::Write},
    store,
};

/// What has become of a clock.
pub(super) type Edit = ledger::Edit<Model>;

fn breaches(edit: &Edit) -> bool {
    edit.before.state != SlaState::Breached && edit.after.state == SlaState::Breached
}

/// Writes clocks that are locked, and a change for each that has changed; where the policy says so, its breach goes
/// to the manager.
pub(super) async fn save(write: &Write<'_>, mut edits: Vec<Edit>) -> Result<(), ApiError> {
    escalate(write, &mut edits).await?;
    ledger::update(write, edits, |_| None).await
}

/// Says who is told of the breaches.
async fn escalate(write: &Write<'_>, edits: &mut [Edit]) -> Result<(), ApiError> {
    let breached: Vec<&Edit> = edits.iter().filter(|edit| breaches(edit)).collect();
    if breached.is_empty() {
        return Ok(());
    }
    let policies: Vec<Uuid> = distinct(breached.iter().map(|edit| edit.after.policy_id));
    let escalating = store::sla::escalating(write.tx, &policies).await?;
    let owners = breached.iter().filter_map(|edit| edit.after.owner_id);
    let owners = distinct(owners);
    let managers: HashMap<Uuid, Uuid> = if escalating.is_empty() || owners.is_empty() {
        HashMap::new()
    } else {
        store::sla::managers(write.tx, &owners).await?
    };
    for edit in edits.iter_mut().filter(|edit| breaches(edit)) {
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
