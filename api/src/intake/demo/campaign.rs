//! The campaigns of the demo's year, with their briefs and what they cost.

mod blueprint;
mod cost;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    campaign::{self, CampaignKind, CampaignStatus},
    campaign_cost,
    lead::LeadSource,
};
use uuid::Uuid;

use self::blueprint::{BLUEPRINTS, Blueprint, channel, message};
use super::{
    calendar::Calendar,
    dice::Dice,
    team::{Region, Team},
};

/// A campaign, and whom it is for.
pub(super) struct Planned {
    /// The row.
    pub(super) row: campaign::Model,
    /// Where; none is everywhere.
    pub(super) region: Option<Region>,
}

impl Planned {
    /// Whether it ran at `at`, in `region`.
    pub(super) fn reaches(&self, at: DateTime<Utc>, region: Region) -> bool {
        let launched = !matches!(
            self.row.status,
            CampaignStatus::Draft
                | CampaignStatus::Planned
                | CampaignStatus::Noticed
                | CampaignStatus::Cancelled
        );
        launched
            && self.row.starts_at.is_some_and(|starts| starts <= at)
            && self.row.ends_at.is_some_and(|ends| at < ends)
            && self.region.is_none_or(|only| only == region)
    }
}

/// All campaigns of the year.
pub(super) struct Campaigns(Vec<Planned>);

impl Campaigns {
    /// Twenty, and `extra` more that repeat them in waves.
    pub(super) fn plan(dice: &mut Dice, calendar: &Calendar, team: &Team, extra: u32) -> Self {
        let mut planned: Vec<Planned> = Vec::new();
        let count = BLUEPRINTS.len() + usize::try_from(extra).unwrap_or(0);
        for (number, blueprint) in BLUEPRINTS.iter().cycle().take(count).enumerate() {
            let wave = number / BLUEPRINTS.len();
            let whole = blueprint.part_of.and_then(|whole| {
                let named = |one: &&Planned| one.row.name == name_of_wave(whole, wave);
                planned.iter().find(named).map(|one| one.row.id)
            });
            planned.push(plan_one(dice, calendar, team, blueprint, wave, whole));
        }
        Self(planned)
    }

    /// The rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = &campaign::Model> {
        self.0.iter().map(|planned| &planned.row)
    }

    /// One of `kinds` that ran at `at` in `region`.
    pub(super) fn running(
        &self,
        dice: &mut Dice,
        kinds: &[CampaignKind],
        at: DateTime<Utc>,
        region: Region,
    ) -> Option<&campaign::Model> {
        let fits = |one: &&Planned| kinds.contains(&one.row.kind) && one.reaches(at, region);
        let count = self.0.iter().filter(fits).count();
        let chosen = self.0.iter().filter(fits).nth(dice.below(count));
        chosen.map(|one| &one.row)
    }

    /// What the campaigns cost.
    pub(super) fn costs(&self, dice: &mut Dice, calendar: &Calendar) -> Vec<campaign_cost::Model> {
        let mut rows = Vec::new();
        for (planned, blueprint) in self.0.iter().zip(BLUEPRINTS.iter().cycle()) {
            cost::ledger(dice, calendar, &planned.row, blueprint, &mut rows);
        }
        rows
    }
}

/// The kinds of campaign that bring leads of `source`; none for those who come by themselves.
pub(super) fn kinds_for(source: LeadSource) -> &'static [CampaignKind] {
    match source {
        LeadSource::WebForm => &[
            CampaignKind::Content,
            CampaignKind::Email,
            CampaignKind::Paid,
        ],
        LeadSource::Event => &[CampaignKind::Event, CampaignKind::Webinar],
        LeadSource::Content => &[CampaignKind::Content],
        LeadSource::Paid => &[CampaignKind::Paid],
        LeadSource::Partner => &[CampaignKind::Partner],
        LeadSource::Outbound => &[CampaignKind::OutboundPlay, CampaignKind::DirectMail],
        LeadSource::ListImport => &[CampaignKind::Event, CampaignKind::Email],
        LeadSource::Social => &[CampaignKind::Social],
        LeadSource::Organic | LeadSource::Referral | LeadSource::Other => &[],
    }
}

fn name_of_wave(name: &str, wave: usize) -> String {
    if wave == 0 {
        return name.to_owned();
    }
    format!("{name} (wave {})", wave + 1)
}

fn plan_one(
    dice: &mut Dice,
    calendar: &Calendar,
    team: &Team,
    blueprint: &Blueprint,
    wave: usize,
    parent_id: Option<Uuid>,
) -> Planned {
    let starts_at = calendar.start() + TimeDelta::days(blueprint.starts);
    let ends_at = starts_at + TimeDelta::days(blueprint.lasts);
    let created_at = starts_at - TimeDelta::days(dice.between(30, 60)) + TimeDelta::hours(9);
    let created_at = created_at.min(calendar.end() - TimeDelta::days(10));
    let status = status(calendar, starts_at, ends_at, blueprint);
    let owner_id = match blueprint.region {
        Some(region) => team.desk(region).marketer(dice),
        None => team.marketing_manager,
    };
    let expected_leads = dice.between_i32(40, 400);
    let updated_at = calendar.happened(starts_at).unwrap_or(created_at);
    let row = campaign::Model {
        id: dice.id(created_at),
        name: name_of_wave(blueprint.name, wave),
        kind: blueprint.kind,
        status,
        channel: channel(blueprint.kind),
        parent_id,
        owner_id: Some(owner_id),
        brief_goal: Some(format!(
            "{expected_leads} leads, a quarter of them qualified"
        )),
        brief_audience: Some("Revenue leaders of companies with 50 to 5,000 people".to_owned()),
        brief_message: Some(message(blueprint.kind).to_owned()),
        brief_sales_action: Some(
            "Call within one working day; name what they read or saw".to_owned(),
        ),
        brief_expected: Some("Two meetings a rep and week while it runs".to_owned()),
        starts_at: Some(starts_at),
        ends_at: Some(ends_at),
        expected_leads: Some(expected_leads),
        expected_responses: Some(expected_leads * 3),
        frequency_cap: (blueprint.kind == CampaignKind::Email).then_some(4),
        custom_fields: None,
        version: 3,
        created_at,
        created_by: Some(owner_id),
        updated_at,
        updated_by: Some(owner_id),
        deleted_at: None,
        deleted_by: None,
    };
    Planned {
        row,
        region: blueprint.region,
    }
}

fn status(
    calendar: &Calendar,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    blueprint: &Blueprint,
) -> CampaignStatus {
    let now = calendar.end();
    if blueprint.name == "Win back quiet accounts" {
        CampaignStatus::Cancelled
    } else if now < starts_at {
        CampaignStatus::Planned
    } else if now - ends_at > TimeDelta::days(60) {
        CampaignStatus::Closed
    } else if now >= ends_at && blueprint.lasts < 300 {
        CampaignStatus::Completed
    } else if blueprint.kind == CampaignKind::Social {
        CampaignStatus::Paused
    } else {
        CampaignStatus::Running
    }
}
