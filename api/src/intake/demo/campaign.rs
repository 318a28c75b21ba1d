//! The campaigns of the demo's year, with their briefs and what they cost.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    campaign::{self, CampaignKind, CampaignStatus},
    campaign_cost::{self, CostCategory},
    channel::Channel,
    lead::LeadSource,
    money::MinorUnits,
};
use uuid::Uuid;

use super::{
    calendar::Calendar,
    dice::Dice,
    team::{Region, Team},
};

/// What a campaign is made from.
struct Blueprint {
    name: &'static str,
    kind: CampaignKind,
    /// The day of the year on which it starts, from 0.
    starts: i64,
    /// How many days it lasts.
    lasts: i64,
    /// Where; none is everywhere.
    region: Option<Region>,
    /// What it is planned to cost, in whole units of `currency`.
    budget: i64,
    /// ISO 4217.
    currency: &'static str,
    /// The name of the one that it is a part of; it comes earlier in the list.
    part_of: Option<&'static str>,
}

const fn blueprint(
    name: &'static str,
    kind: CampaignKind,
    (starts, lasts): (i64, i64),
    region: Option<Region>,
    (budget, currency): (i64, &'static str),
) -> Blueprint {
    Blueprint {
        name,
        kind,
        starts,
        lasts,
        region,
        budget,
        currency,
        part_of: None,
    }
}

const fn part_of(whole: &'static str, part: Blueprint) -> Blueprint {
    Blueprint {
        part_of: Some(whole),
        ..part
    }
}

/// Twenty campaigns of all kinds. The first five run all year, so that every lead can have one.
const BLUEPRINTS: [Blueprint; 20] = {
    use CampaignKind::{
        Content, DirectMail, Email, Event, OutboundPlay, Paid, Partner, Social, Webinar,
    };
    use Region::{Amer, Dach, Emea, Uki};
    [
        blueprint("Search advertising", Paid, (0, 365), None, (180_000, "EUR")),
        blueprint("Monthly newsletter", Email, (0, 365), None, (24_000, "EUR")),
        blueprint(
            "Partner referrals",
            Partner,
            (0, 365),
            None,
            (60_000, "EUR"),
        ),
        blueprint(
            "Knowledge library",
            Content,
            (0, 365),
            None,
            (48_000, "EUR"),
        ),
        blueprint(
            "Target account play",
            OutboundPlay,
            (0, 365),
            None,
            (36_000, "EUR"),
        ),
        blueprint(
            "Community and social",
            Social,
            (5, 400),
            None,
            (30_000, "EUR"),
        ),
        blueprint(
            "New year webinar: forecasts that hold",
            Webinar,
            (20, 30),
            Some(Dach),
            (9_000, "EUR"),
        ),
        blueprint(
            "Benchmark report",
            Content,
            (40, 120),
            None,
            (35_000, "EUR"),
        ),
        blueprint(
            "London revenue summit",
            Event,
            (75, 35),
            Some(Uki),
            (85_000, "GBP"),
        ),
        part_of(
            "London revenue summit",
            blueprint(
                "London summit follow-up",
                Email,
                (110, 30),
                Some(Uki),
                (4_000, "GBP"),
            ),
        ),
        blueprint(
            "Trade fair Hannover",
            Event,
            (135, 40),
            Some(Dach),
            (140_000, "EUR"),
        ),
        part_of(
            "Trade fair Hannover",
            blueprint(
                "Fair visitors: letter and sample",
                DirectMail,
                (150, 45),
                Some(Dach),
                (22_000, "EUR"),
            ),
        ),
        blueprint(
            "Summer demo series",
            Webinar,
            (190, 60),
            Some(Amer),
            (15_000, "EUR"),
        ),
        blueprint(
            "Retargeting Americas",
            Paid,
            (120, 200),
            Some(Amer),
            (75_000, "EUR"),
        ),
        blueprint(
            "Tokyo partner days",
            Partner,
            (210, 30),
            None,
            (4_800_000, "JPY"),
        ),
        blueprint(
            "Win back quiet accounts",
            OutboundPlay,
            (230, 60),
            Some(Emea),
            (12_000, "EUR"),
        ),
        blueprint(
            "Chief revenue officer dinners",
            Event,
            (255, 80),
            Some(Amer),
            (64_000, "EUR"),
        ),
        blueprint(
            "Autumn letter to finance leaders",
            DirectMail,
            (280, 40),
            Some(Uki),
            (18_000, "GBP"),
        ),
        blueprint(
            "Planning season campaign",
            Email,
            (315, 70),
            None,
            (28_000, "EUR"),
        ),
        blueprint(
            "User conference",
            Event,
            (385, 20),
            Some(Emea),
            (160_000, "EUR"),
        ),
    ]
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
            costs_of(dice, calendar, &planned.row, blueprint, &mut rows);
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

fn channel(kind: CampaignKind) -> Channel {
    match kind {
        CampaignKind::Email => Channel::Email,
        CampaignKind::Event | CampaignKind::Webinar => Channel::Event,
        CampaignKind::Paid => Channel::Paid,
        CampaignKind::Content => Channel::Content,
        CampaignKind::DirectMail => Channel::Mail,
        CampaignKind::Social => Channel::Social,
        CampaignKind::OutboundPlay => Channel::Outbound,
        CampaignKind::Partner => Channel::Partner,
    }
}

fn message(kind: CampaignKind) -> &'static str {
    match kind {
        CampaignKind::Email => "What the best teams did last month, in five minutes",
        CampaignKind::Event => "Meet the people who closed the gap",
        CampaignKind::Webinar => "See it done, with your own questions",
        CampaignKind::Paid => "Know by Friday what you will close",
        CampaignKind::Content => "Numbers to bring to your next forecast meeting",
        CampaignKind::DirectMail => "Something for the desk, and a reason to call",
        CampaignKind::Social => "Sales and marketing on one page",
        CampaignKind::OutboundPlay => "You lose a day a week to two sets of numbers",
        CampaignKind::Partner => "Your adviser knows us already",
    }
}

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
fn costs_of(
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
