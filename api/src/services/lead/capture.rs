//! What goes with a lead that is captured: its first step, and the touch that brought it.

use entity::{
    channel::Channel,
    touch::{self, TouchDirection, TouchFunction, TouchKind},
};
use uuid::Uuid;

use crate::services::ledger;
use crate::{error::ApiError, record};

use super::transition;
use crate::services::{rows::Draft, write::Write};

/// Writes what goes with those of the leads that are new.
pub(in crate::services) async fn captured(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let new: Vec<&Draft> = drafts
        .iter()
        .filter(|draft| draft.before.is_none())
        .collect();
    transition::begin(write, record, &new).await?;
    let touches: Vec<touch::Model> = new
        .iter()
        .filter_map(|draft| touch_of(write, record, draft))
        .collect();
    ledger::insert(write, touches).await
}

/// What they did that brought them, where the source tells.
fn brought_by(source: &str) -> Option<(TouchKind, Channel)> {
    Some(match source {
        "WEB_FORM" => (TouchKind::FormSubmit, Channel::Web),
        "EVENT" => (TouchKind::EventAttend, Channel::Event),
        "CONTENT" => (TouchKind::ContentDownload, Channel::Content),
        "PAID" => (TouchKind::AdClick, Channel::Paid),
        "REFERRAL" => (TouchKind::Referral, Channel::Other),
        "SOCIAL" => (TouchKind::Social, Channel::Social),
        _ => return None,
    })
}

fn touch_of(write: &Write<'_>, record: &record::Entity, draft: &Draft) -> Option<touch::Model> {
    let (kind, channel) = brought_by(draft.text(record, "source")?)?;
    let by = write.author.actor.id();
    Some(touch::Model {
        id: Uuid::now_v7(),
        occurred_at: write.now,
        kind,
        function: TouchFunction::Marketing,
        direction: TouchDirection::Inbound,
        channel,
        campaign_id: draft.uuid(record, "source_campaign_id"),
        contact_id: draft.uuid(record, "contact_id"),
        lead_id: Some(draft.id),
        account_id: draft.uuid(record, "account_id"),
        actor_id: None,
        visitor_key: None,
        identified_at: None,
        properties: None,
        source_system: None,
        dedupe_key: Some(format!("capture:{}", draft.id.simple())),
        version: 1,
        created_at: write.now,
        created_by: by,
        updated_at: write.now,
        updated_by: by,
        deleted_at: None,
        deleted_by: None,
    })
}
