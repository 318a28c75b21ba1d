//! The content of the demo's company: one piece for each campaign, made two weeks before it begins.

use std::collections::HashMap;

use chrono::TimeDelta;
use entity::{
    asset::{self, AssetKind, FunnelStage},
    campaign::{self, CampaignKind},
};
use uuid::Uuid;

use super::{campaign::Campaigns, dice::Dice};

/// Chance of its own, so that nothing else depends on how much of it is used.
const STREAM: u64 = u64::MAX - 1;

/// The content of a company.
pub(super) struct Assets {
    /// In the order of the campaigns.
    pub(super) rows: Vec<asset::Model>,
    /// By campaign.
    of: HashMap<Uuid, Uuid>,
}

impl Assets {
    /// What was made for `campaigns`.
    pub(super) fn make(seed: u64, campaigns: &Campaigns) -> Self {
        let mut dice = Dice::new(seed, STREAM);
        let rows = campaigns.rows().filter_map(|row| made(&mut dice, row));
        let rows: Vec<asset::Model> = rows.collect();
        let of = rows
            .iter()
            .filter_map(|row| Some((row.campaign_id?, row.id)));
        Self {
            of: of.collect(),
            rows,
        }
    }

    /// The piece that was made for a campaign.
    pub(super) fn of(&self, campaign: Option<Uuid>) -> Option<Uuid> {
        self.of.get(&campaign?).copied()
    }
}

/// What was made for a campaign that has a beginning.
fn made(dice: &mut Dice, row: &campaign::Model) -> Option<asset::Model> {
    let at = row.starts_at? - TimeDelta::days(14);
    let (what, kind, stage) = kind_of(row.kind);
    let id = dice.id(at);
    Some(asset::Model {
        id,
        title: format!("{}: {what}", row.name),
        kind,
        url: Some(format!("https://content.example/{}", id.simple())),
        stage: Some(stage),
        campaign_id: Some(row.id),
        owner_id: row.owner_id,
        version: 1,
        created_at: at,
        created_by: row.owner_id,
        updated_at: at,
        updated_by: row.owner_id,
        deleted_at: None,
        deleted_by: None,
    })
}

fn kind_of(kind: CampaignKind) -> (&'static str, AssetKind, FunnelStage) {
    match kind {
        CampaignKind::Email | CampaignKind::DirectMail => (
            "letter",
            AssetKind::EmailTemplate,
            FunnelStage::Consideration,
        ),
        CampaignKind::Event => ("slides", AssetKind::Deck, FunnelStage::Consideration),
        CampaignKind::Webinar => ("recording", AssetKind::Webinar, FunnelStage::Consideration),
        CampaignKind::Paid | CampaignKind::Social => {
            ("film", AssetKind::Video, FunnelStage::Awareness)
        }
        CampaignKind::Content => ("paper", AssetKind::Whitepaper, FunnelStage::Awareness),
        CampaignKind::OutboundPlay | CampaignKind::Partner => {
            ("story", AssetKind::CaseStudy, FunnelStage::Decision)
        }
    }
}
