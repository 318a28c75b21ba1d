//! What the campaigns are made from.

use entity::{campaign::CampaignKind, channel::Channel};

use crate::intake::demo::team::Region;

/// What a campaign is made from.
#[derive(Clone, Copy)]
pub(super) struct Blueprint {
    pub(super) name: &'static str,
    pub(super) kind: CampaignKind,
    /// The day of the year on which it starts, from 0.
    pub(super) starts: i64,
    /// How many days it lasts.
    pub(super) lasts: i64,
    /// Where; none is everywhere.
    pub(super) region: Option<Region>,
    /// What it is planned to cost, in whole units of `currency`.
    pub(super) budget: i64,
    /// ISO 4217.
    pub(super) currency: &'static str,
    /// The name of the one that it is a part of; it comes earlier in the list.
    pub(super) part_of: Option<&'static str>,
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
pub(super) const BLUEPRINTS: [Blueprint; 20] = {
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

pub(super) fn channel(kind: CampaignKind) -> Channel {
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

pub(super) fn message(kind: CampaignKind) -> &'static str {
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
