//! Who was in which campaign, and what they did.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    campaign::{self, CampaignKind},
    campaign_member::{CampaignMemberStatus, Model},
    lead,
    touch::TouchKind,
};
use uuid::Uuid;

use super::{World, account::Company, dice::Dice};

/// The membership of a lead in the campaign that brought it.
pub(super) fn of_lead(dice: &mut Dice, world: &World, lead: &lead::Model) -> Option<Model> {
    let campaign = world
        .campaigns
        .rows()
        .find(|campaign| Some(campaign.id) == lead.source_campaign_id)?;
    let status = match campaign.kind {
        CampaignKind::Event | CampaignKind::Webinar => CampaignMemberStatus::Attended,
        _ => CampaignMemberStatus::Responded,
    };
    let mut member = row(dice, campaign, lead.created_at, status);
    member.lead_id = Some(lead.id);
    member.responded_at = Some(lead.created_at);
    Some(member)
}

/// The memberships of everybody known at `company`, each with the touch that they came to, if any.
pub(super) fn of_contacts(
    dice: &mut Dice,
    world: &World,
    company: &Company,
) -> Vec<(Model, Option<TouchKind>)> {
    let mut members: Vec<(Model, Option<TouchKind>)> = Vec::new();
    for contact in &company.contacts {
        for kind in [
            CampaignKind::Email,
            CampaignKind::Webinar,
            CampaignKind::Event,
            CampaignKind::DirectMail,
        ] {
            let from = contact.created_at.max(world.calendar.start());
            let at = dice.instant(from, world.calendar.end());
            let campaign = world.campaigns.running(dice, &[kind], at, company.region);
            let Some(campaign) = campaign.filter(|_| dice.chance(45)) else {
                continue;
            };
            let fate = fate(dice, kind, contact.do_not_contact);
            members.push((contact_row(dice, campaign, contact.id, at, fate), fate.1));
        }
    }
    members
}

/// What became of somebody in a campaign, and the touch that it left.
fn fate(
    dice: &mut Dice,
    kind: CampaignKind,
    do_not_contact: bool,
) -> (CampaignMemberStatus, Option<TouchKind>) {
    use CampaignMemberStatus::{
        Attended, NoShow, OptedOut, Registered, Responded, Sent, Suppressed, Targeted,
    };
    if do_not_contact {
        return (Suppressed, None);
    }
    match kind {
        CampaignKind::Webinar => dice.weighted(&[
            (4, (Attended, Some(TouchKind::WebinarAttend))),
            (3, (NoShow, None)),
            (2, (Registered, None)),
            (1, (Targeted, None)),
        ]),
        CampaignKind::Event => dice.weighted(&[
            (5, (Attended, Some(TouchKind::EventAttend))),
            (2, (NoShow, None)),
            (3, (Targeted, None)),
        ]),
        CampaignKind::DirectMail => (Sent, Some(TouchKind::DirectMail)),
        _ => dice.weighted(&[
            (12, (Sent, Some(TouchKind::EmailSent))),
            (6, (Responded, Some(TouchKind::EmailClick))),
            (1, (OptedOut, None)),
        ]),
    }
}

fn contact_row(
    dice: &mut Dice,
    campaign: &campaign::Model,
    contact_id: Uuid,
    at: DateTime<Utc>,
    (status, _): (CampaignMemberStatus, Option<TouchKind>),
) -> Model {
    let mut member = row(dice, campaign, at, status);
    member.contact_id = Some(contact_id);
    member.responded_at = matches!(
        status,
        CampaignMemberStatus::Responded
            | CampaignMemberStatus::Registered
            | CampaignMemberStatus::Attended
    )
    .then_some(at);
    member.suppressed_reason = (status == CampaignMemberStatus::Suppressed)
        .then(|| "Does not want to be contacted".to_owned());
    member
}

/// A membership that was as it is now at `at`; it began a little earlier.
fn row(
    dice: &mut Dice,
    campaign: &campaign::Model,
    at: DateTime<Utc>,
    status: CampaignMemberStatus,
) -> Model {
    let invited_at = at - TimeDelta::minutes(dice.between(1, 60 * 24 * 5));
    let created_at = campaign
        .starts_at
        .map_or(at, |starts| invited_at.max(starts));
    Model {
        id: dice.id(created_at),
        campaign_id: campaign.id,
        lead_id: None,
        contact_id: None,
        status,
        responded_at: None,
        suppressed_reason: None,
        version: if created_at == at { 1 } else { 2 },
        created_at,
        created_by: campaign.owner_id,
        updated_at: at,
        updated_by: campaign.owner_id,
        deleted_at: None,
        deleted_by: None,
    }
}
