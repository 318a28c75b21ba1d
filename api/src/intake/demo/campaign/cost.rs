//! What the campaigns cost.

use chrono::TimeDelta;
use entity::{
    campaign::{self, CampaignKind, CampaignStatus},
    campaign_cost::{self, CostCategory},
    money::MinorUnits,
};

use super::blueprint::Blueprint;
use crate::intake::demo::{calendar::Calendar, dice::Dice};

fn categories(kind: CampaignKind) -> &'static [CostCategory] {
    match kind {
        CampaignKind::Event => &[
            CostCategory::Venue,
            CostCategory::People,
            CostCategory::Media,
        ],
        CampaignKind::Webinar | CampaignKind::Email => &[CostCategory::Tools, CostCategory::People],
        CampaignKind::Paid | CampaignKind::Social => &[CostCategory::Media, CostCategory::Tools],
        CampaignKind::Content => &[CostCategory::Content, CostCategory::People],
        CampaignKind::DirectMail => &[CostCategory::Content, CostCategory::Other],
        CampaignKind::OutboundPlay | CampaignKind::Partner => {
            &[CostCategory::People, CostCategory::Other]
        }
    }
}

/// The ledger of one campaign: its budget in 3 to 12 parts over its time. What lies in the future
/// has no actual cost, nor do some bills that have not come; a closed campaign has all of them.
pub(super) fn ledger(
    dice: &mut Dice,
    calendar: &Calendar,
    campaign: &campaign::Model,
    blueprint: &Blueprint,
    rows: &mut Vec<campaign_cost::Model>,
) {
    let Some(starts_at) = campaign.starts_at else {
        return;
    };
    let parts = if blueprint.lasts > 100 {
        12
    } else {
        dice.between(3, 8)
    };
    // Yen have no smaller unit.
    let minor = if blueprint.currency == "JPY" { 1 } else { 100 };
    for part in 0..parts {
        let at = starts_at + TimeDelta::days(blueprint.lasts * part / parts);
        let planned = blueprint.budget * minor / parts;
        let billed = campaign.status == CampaignStatus::Closed || dice.chance(90);
        let spent = calendar.happened(at).is_some() && campaign.status != CampaignStatus::Cancelled;
        let actual = (billed && spent).then(|| planned * dice.between(82, 124) / 100);
        let recorded_at = campaign.created_at;
        rows.push(campaign_cost::Model {
            id: dice.id(recorded_at),
            campaign_id: campaign.id,
            incurred_on: at.date_naive(),
            category: *dice.pick(categories(blueprint.kind)),
            planned_minor: MinorUnits(planned),
            actual_minor: actual.map(MinorUnits),
            currency: blueprint.currency.to_owned(),
            note: (actual.is_none() && spent).then(|| "Bill not received".to_owned()),
            version: if actual.is_some() { 2 } else { 1 },
            created_at: recorded_at,
            created_by: campaign.owner_id,
            updated_at: if actual.is_some() {
                at.max(recorded_at)
            } else {
                recorded_at
            },
            updated_by: campaign.owner_id,
            deleted_at: None,
            deleted_by: None,
        });
    }
}
