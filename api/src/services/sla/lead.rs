//! The clocks of leads, which their steps start and stop.

use std::collections::{HashMap, HashSet};

use entity::{
    lead::LeadStatus,
    sla_clock::{Model, SlaKind},
};
use uuid::Uuid;

use crate::{
    error::ApiError,
    sla::{
        clock,
        lead::{Ending, NOT_SOON, awaited, ending},
    },
    store::{self, table::Value},
};

use super::{
    About, LeadTraits, Subject,
    begin::{Planned, Start},
    ledger::{self, Edit},
    waiting,
};
use crate::services::{lead::Moved, write::Write};

/// How often clocks were begun anew: by lead, kind and cycle.
type Restarts = HashMap<(Uuid, SlaKind, i32), i32>;

/// Stops and starts the clocks of leads that have moved, each of them once. A lead that is given to somebody else
/// while it waits to be accepted has its time begin anew once in a cycle, and after that only by the own decision of
/// who may reassign leads.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails.
pub async fn leads_moved(write: &Write<'_>, moved: &[Moved]) -> Result<(), ApiError> {
    let ids: Vec<Uuid> = moved.iter().map(|step| step.id).collect();
    let waiting = waiting(write, About::Lead, &ids).await?;
    let awaits = moved.iter().any(|step| awaited(step.to).is_some());
    if waiting.is_empty() && !awaits {
        return Ok(());
    }
    let restarts = store::sla::restarts(write.tx, &ids).await?;
    let (edits, anew) = stop(write, moved, waiting, &restarts);
    ledger::save(write, edits).await?;
    let begins = |step: &&Moved| step.from != Some(step.to) || anew.contains(&step.id);
    let begins: Vec<&Moved> = moved.iter().filter(begins).collect();
    let planned = plan(write, &begins, (&restarts, &anew)).await?;
    planned.start(write).await
}

/// The clocks of leads that are about to be brought back, where they stand: their time begins now.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails.
pub async fn leads_restored(write: &Write<'_>, leads: &[Moved]) -> Result<Planned, ApiError> {
    let ids: Vec<Uuid> = leads.iter().map(|lead| lead.id).collect();
    let restarts = store::sla::restarts(write.tx, &ids).await?;
    let leads: Vec<&Moved> = leads.iter().collect();
    plan(write, &leads, (&restarts, &HashSet::new())).await
}

/// The clocks of leads by where they stand, with how often those of the kind were begun anew; `anew` once more.
async fn plan(
    write: &Write<'_>,
    leads: &[&Moved],
    (restarts, anew): (&Restarts, &HashSet<Uuid>),
) -> Result<Planned, ApiError> {
    let rejected = leads.iter().filter(|lead| lead.to == LeadStatus::Rejected);
    let campaigns = rejected.filter_map(|lead| lead.uuid("source_campaign_id"));
    let campaigns: HashSet<Uuid> = campaigns.collect();
    let owners = if campaigns.is_empty() {
        HashMap::new()
    } else {
        let campaigns: Vec<Uuid> = campaigns.into_iter().collect();
        store::sla::campaign_owners(write.tx, &campaigns).await?
    };
    let starts = leads.iter().filter_map(|step| {
        let kind = awaited(step.to)?;
        let mut subject = subject(step)?;
        if kind == SlaKind::Dispose {
            // It is marketing's, that sent it.
            let campaign = step.uuid("source_campaign_id");
            subject.owner_id = campaign.and_then(|campaign| owners.get(&campaign).copied());
        }
        let lead = subject.lead.as_ref()?;
        let known = restarts.get(&(step.id, kind, lead.cycle)).copied();
        let restarts = known.unwrap_or(0) + i32::from(anew.contains(&step.id));
        let hurries = lead.intent_band != NOT_SOON;
        hurries.then_some(Start {
            kind,
            subject,
            restarts,
        })
    });
    let starts: Vec<Start> = starts.collect();
    Planned::of(write, &starts).await
}

/// What becomes of the clocks that wait, and for which leads they are begun anew.
fn stop(
    write: &Write<'_>,
    moved: &[Moved],
    waiting: Vec<Model>,
    restarts: &Restarts,
) -> (Vec<Edit>, HashSet<Uuid>) {
    let steps: HashMap<Uuid, &Moved> = moved.iter().map(|step| (step.id, step)).collect();
    let (mut edits, mut anew) = (Vec::with_capacity(waiting.len()), HashSet::new());
    let decides = decides(write);
    for before in waiting {
        let step = before.lead_id.and_then(|lead| steps.get(&lead));
        let Some(step) = step else {
            continue;
        };
        let cycle = before.cycle.unwrap_or_default();
        let first = !restarts.contains_key(&(step.id, before.kind, cycle));
        let mut after = before.clone();
        match ending(before.kind, step.from, step.to, first || decides) {
            Ending::Met => clock::meet(&mut after, step.at),
            Ending::Cancelled => clock::cancel(&mut after, step.at),
            Ending::BegunAnew => {
                clock::cancel(&mut after, step.at);
                anew.insert(step.id);
            }
            Ending::HandedOver => after.owner_id = step.uuid("owner_id"),
        }
        edits.push(Edit { before, after });
    }
    (edits, anew)
}

/// Whether it is the own decision of somebody who may reassign leads.
fn decides(write: &Write<'_>) -> bool {
    write.viewer.is_some_and(|viewer| {
        let may = viewer.view.noun("Lead").can.get("reassign");
        viewer.may_write() && may.is_some_and(|leads| !leads.is_none())
    })
}

/// What a clock of a lead that has moved is started for.
fn subject(step: &Moved) -> Option<Subject> {
    Some(Subject {
        id: step.id,
        at: step.at,
        owner_id: step.uuid("owner_id"),
        territory_id: step.uuid("territory_id"),
        lead: Some(LeadTraits {
            intent_band: step.text("intent_band")?,
            source: step.text("source")?,
            cycle: match step.value("cycle")? {
                Value::Int(cycle) => (*cycle)?,
                _ => return None,
            },
        }),
    })
}
