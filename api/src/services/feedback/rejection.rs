//! Feedback that leads give by themselves: why sales did not take them.

use std::collections::HashMap;

use entity::{
    feedback::{self, FeedbackDirection, FeedbackKind, FeedbackState},
    lead::LeadStatus,
    sla_policy::SlaKind,
};
use uuid::Uuid;

use crate::services::ledger;
use crate::{
    error::ApiError,
    services::{
        lead::Moved,
        people::People,
        rows::{self},
        sla,
        write::Write,
    },
    store::table::{Record, Value},
};

use super::waiting::waits;

/// Tells the owners of the campaigns that brought them why sales did not take leads.
pub(in crate::services) async fn leads_moved(
    write: &Write<'_>,
    moved: &[Moved],
) -> Result<(), ApiError> {
    let rejected = moved.iter().filter(|it| it.to == LeadStatus::Rejected);
    let rejected: Vec<&Moved> = rejected.collect();
    if rejected.is_empty() {
        return Ok(());
    }
    let ids = |column: &str| -> Vec<Uuid> {
        let ids = rejected.iter().filter_map(|lead| lead.uuid(column));
        ids.collect()
    };
    let campaigns = ids("source_campaign_id");
    let owners = rows::columns(write, "Campaign", &["owner_id"], &campaigns).await?;
    let chosen = ids("reject_reason_id");
    let reasons = rows::columns(write, "ReasonCode", &["key", "label"], &chosen).await?;
    let mut given = Vec::with_capacity(rejected.len());
    let asked = owners.values().filter_map(|row| match row.first() {
        Some(Value::Uuid(owner)) => *owner,
        _ => None,
    });
    let people = People::of(write, asked).await?;
    for lead in rejected {
        given.push(of_rejection(write, lead, (&owners, &people), &reasons));
    }
    let awaited = given
        .iter()
        .map(|row| waits(write, row.id, row.assignee_id));
    let awaited = awaited.map(|subject| (SlaKind::FeedbackAcknowledge, subject));
    let clocks = sla::plan(write, awaited.collect::<Vec<_>>()).await?;
    let due = clocks.due();
    for row in &mut given {
        row.due_at = due.get(&row.id).copied();
    }
    ledger::insert(write, given).await?;
    clocks.start(write).await
}

fn of_rejection(
    write: &Write<'_>,
    lead: &Moved,
    (owners, people): (&HashMap<Uuid, Record>, &People),
    reasons: &HashMap<Uuid, Record>,
) -> feedback::Model {
    let campaign_id = lead.uuid("source_campaign_id");
    let owner = campaign_id.and_then(|id| owners.get(&id)?.first());
    let assignee_id = match owner {
        Some(Value::Uuid(id)) => id.filter(|owner| people.is_active(*owner)),
        _ => None,
    };
    let reason = lead
        .uuid("reject_reason_id")
        .and_then(|id| reasons.get(&id));
    let text = |at: usize| match reason.and_then(|reason| reason.get(at)) {
        Some(Value::String(text)) => text.clone(),
        _ => None,
    };
    let (theme, label) = (text(0), text(1).unwrap_or_default());
    let by = write.author.actor.id();
    feedback::Model {
        id: Uuid::now_v7(),
        direction: FeedbackDirection::SalesToMarketing,
        kind: FeedbackKind::LeadQuality,
        campaign_id,
        lead_id: Some(lead.id),
        account_id: lead.uuid("account_id"),
        opportunity_id: None,
        theme,
        verbatim: match &lead.note {
            Some(note) => format!("{label}: {note}"),
            None => label,
        },
        sentiment: None,
        author_id: write.user(),
        assignee_id,
        state: FeedbackState::Open,
        due_at: None,
        acknowledged_at: None,
        actioned_at: None,
        verified_at: None,
        resolved_by_campaign_id: None,
        resolved_by_url: None,
        appealed_at: None,
        appeal_decided_at: None,
        asset_id: None,
        definition_id: None,
        resolved_by_asset_id: None,
        resolved_by_definition_id: None,
        version: 1,
        created_at: write.now,
        created_by: by,
        updated_at: write.now,
        updated_by: by,
        deleted_at: None,
        deleted_by: None,
    }
}
