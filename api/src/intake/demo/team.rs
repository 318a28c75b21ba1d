//! The people of the demo's company, and the territories that they look after.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    territory::{self, TerritoryKind},
    user::{self, UserFunction},
    user_territory,
};
use serde_json::json;
use uuid::Uuid;

use super::{calendar::Calendar, dice::Dice, name::Name};

/// The domain of the company whose year it is.
const DOMAIN: &str = "brightwater.example";

/// A territory that people work in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Region {
    /// Germany, Austria, Switzerland.
    Dach,
    /// The United Kingdom and Ireland.
    Uki,
    /// The United States and Canada.
    Amer,
    /// The rest of Europe.
    Emea,
}

impl Region {
    /// All of them, as likely as the business in them.
    pub(super) const SHARES: [(i64, Self); 4] = [
        (35, Self::Dach),
        (20, Self::Uki),
        (30, Self::Amer),
        (15, Self::Emea),
    ];

    /// ISO 3166-1 alpha-2, as likely as the business in each.
    pub(super) fn countries(self) -> &'static [(i64, &'static str)] {
        match self {
            Self::Dach => &[(7, "DE"), (2, "AT"), (2, "CH")],
            Self::Uki => &[(8, "GB"), (2, "IE")],
            Self::Amer => &[(8, "US"), (2, "CA")],
            Self::Emea => &[(5, "FR"), (3, "NL"), (2, "SE")],
        }
    }

    /// Hours from UTC to local time in winter, near enough to tell day from night.
    pub(super) fn utc_offset(self) -> i64 {
        match self {
            Self::Dach | Self::Emea => 1,
            Self::Uki => 0,
            Self::Amer => -5,
        }
    }

    /// ISO 4217: what its companies keep their books in.
    pub(super) fn currency(self) -> &'static str {
        match self {
            Self::Dach | Self::Emea => "EUR",
            Self::Uki => "GBP",
            Self::Amer => "USD",
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Dach => "DACH",
            Self::Uki => "UKI",
            Self::Amer => "AMER",
            Self::Emea => "EMEA",
        }
    }

    fn time_zone(self) -> &'static str {
        match self {
            Self::Dach => "Europe/Berlin",
            Self::Uki => "Europe/London",
            Self::Amer => "America/New_York",
            Self::Emea => "Europe/Paris",
        }
    }
}

/// Who works in a region.
pub(super) struct Desk {
    /// Its territory.
    pub(super) territory: Uuid,
    /// The sales manager whom its reps report to.
    pub(super) sales_manager: Uuid,
    /// Its sales reps.
    pub(super) reps: Vec<Uuid>,
    /// Its marketers.
    pub(super) marketers: Vec<Uuid>,
}

impl Desk {
    /// One of its reps.
    pub(super) fn rep(&self, dice: &mut Dice) -> Uuid {
        dice.pick_any(&self.reps)
            .copied()
            .unwrap_or(self.sales_manager)
    }

    /// One of its marketers.
    pub(super) fn marketer(&self, dice: &mut Dice) -> Uuid {
        dice.pick_any(&self.marketers)
            .copied()
            .unwrap_or(self.sales_manager)
    }
}

/// Territories, people, and who works where.
pub(super) struct Team {
    /// Parents before children.
    pub(super) territories: Vec<territory::Model>,
    /// Managers before those who report to them.
    pub(super) users: Vec<user::Model>,
    /// Who looks after which territory.
    pub(super) territory_users: Vec<user_territory::Model>,
    /// Leads marketing.
    pub(super) marketing_manager: Uuid,
    desks: [Desk; 4],
}

impl Team {
    /// 24 people and, for each further one of `extra`, a rep or (one in five) a marketer.
    pub(super) fn hire(dice: &mut Dice, calendar: &Calendar, extra: u32) -> Self {
        let founded = calendar.start() - TimeDelta::days(1_400);
        let territories = territories(dice, founded);
        let mut hire = Hire {
            dice,
            founded,
            users: Vec::new(),
            links: Vec::new(),
            territories: &territories,
        };
        let leader = hire.one(
            "WORLD",
            Region::Emea,
            UserFunction::Revenue,
            &["REVENUE_LEADER"],
            None,
        );
        let emea = hire.one(
            "EMEA",
            Region::Emea,
            UserFunction::Sales,
            &["SALES_MANAGER"],
            Some(leader),
        );
        let amer = hire.one(
            "AMER",
            Region::Amer,
            UserFunction::Sales,
            &["SALES_MANAGER"],
            Some(leader),
        );
        // Leads the reps of a small region and sells there too: two roles.
        let uki = hire.one(
            "UKI",
            Region::Uki,
            UserFunction::Sales,
            &["SALES_MANAGER", "SALES_REP"],
            Some(emea),
        );
        let marketing = hire.one(
            "WORLD",
            Region::Dach,
            UserFunction::Marketing,
            &["MARKETING_MANAGER"],
            Some(leader),
        );
        hire.one(
            "WORLD",
            Region::Dach,
            UserFunction::Revenue,
            &["ANALYST"],
            Some(leader),
        );
        hire.one(
            "WORLD",
            Region::Dach,
            UserFunction::Revenue,
            &["ADMIN"],
            Some(leader),
        );
        let mut desks = [
            hire.desk(Region::Dach, emea, marketing, 4),
            hire.desk(Region::Uki, uki, marketing, 3),
            hire.desk(Region::Amer, amer, marketing, 4),
            hire.desk(Region::Emea, emea, marketing, 2),
        ];
        for number in 0..extra {
            let region = hire.dice.weighted(&Region::SHARES);
            if let Some(desk) = desks.iter_mut().nth(position(region)) {
                hire.into_desk(desk, region, marketing, number % 5 == 4);
            }
        }
        let Hire { users, links, .. } = hire;
        let mut team = Self {
            territories,
            users,
            territory_users: links,
            marketing_manager: marketing,
            desks,
        };
        team.send_somebody_on_leave(calendar);
        team
    }

    /// Who works in `region`.
    pub(super) fn desk(&self, region: Region) -> &Desk {
        let [dach, uki, amer, emea] = &self.desks;
        match region {
            Region::Dach => dach,
            Region::Uki => uki,
            Region::Amer => amer,
            Region::Emea => emea,
        }
    }

    /// One rep is away as the year ends.
    fn send_somebody_on_leave(&mut self, calendar: &Calendar) {
        let away = self.desk(Region::Amer).reps.first().copied();
        if let Some(user) = self.users.iter_mut().find(|user| Some(user.id) == away) {
            user.out_of_office_from = Some(calendar.end() - TimeDelta::days(3));
            user.out_of_office_until = Some(calendar.end() + TimeDelta::days(4));
        }
    }
}

fn position(region: Region) -> usize {
    match region {
        Region::Dach => 0,
        Region::Uki => 1,
        Region::Amer => 2,
        Region::Emea => 3,
    }
}

/// WORLD → EMEA → DACH and UKI; WORLD → AMER.
fn territories(dice: &mut Dice, at: DateTime<Utc>) -> Vec<territory::Model> {
    let mut rows: Vec<territory::Model> = Vec::with_capacity(5);
    for (name, code, parent) in [
        ("World", "WORLD", None),
        ("Europe, Middle East and Africa", "EMEA", Some("WORLD")),
        ("Americas", "AMER", Some("WORLD")),
        ("Germany, Austria and Switzerland", "DACH", Some("EMEA")),
        ("United Kingdom and Ireland", "UKI", Some("EMEA")),
    ] {
        let parent = parent.and_then(|parent| rows.iter().find(|row| row.code == parent));
        let row = territory::Model {
            id: dice.id(at),
            name: name.to_owned(),
            code: code.to_owned(),
            path: format!("{}{code}/", parent.map_or("/", |parent| &parent.path)),
            parent_id: parent.map(|parent| parent.id),
            kind: TerritoryKind::Geo,
            version: 1,
            created_at: at,
            created_by: None,
            updated_at: at,
            updated_by: None,
            deleted_at: None,
            deleted_by: None,
        };
        rows.push(row);
    }
    rows
}

/// The company while it is hiring.
struct Hire<'a> {
    dice: &'a mut Dice,
    founded: DateTime<Utc>,
    users: Vec<user::Model>,
    links: Vec<user_territory::Model>,
    territories: &'a [territory::Model],
}

impl Hire<'_> {
    fn desk(&mut self, region: Region, sales_manager: Uuid, marketing: Uuid, reps: usize) -> Desk {
        let mut desk = Desk {
            territory: self.territory(region.code()),
            sales_manager,
            reps: Vec::new(),
            marketers: Vec::new(),
        };
        for _ in 0..reps {
            self.into_desk(&mut desk, region, marketing, false);
        }
        self.into_desk(&mut desk, region, marketing, true);
        desk
    }

    fn into_desk(&mut self, desk: &mut Desk, region: Region, marketing: Uuid, marketer: bool) {
        if marketer {
            let user = self.one(
                region.code(),
                region,
                UserFunction::Marketing,
                &["MARKETER"],
                Some(marketing),
            );
            desk.marketers.push(user);
        } else {
            let manager = Some(desk.sales_manager);
            let user = self.one(
                region.code(),
                region,
                UserFunction::Sales,
                &["SALES_REP"],
                manager,
            );
            desk.reps.push(user);
        }
    }

    fn one(
        &mut self,
        territory: &str,
        home: Region,
        function: UserFunction,
        roles: &[&str],
        manager_id: Option<Uuid>,
    ) -> Uuid {
        let country = self.dice.weighted(home.countries());
        let (name, email) = self.unused_name(country);
        let at = self.founded + TimeDelta::days(self.dice.between(0, 1_000));
        let id = self.dice.id(at);
        self.users.push(user::Model {
            id,
            name: name.full(),
            email,
            function,
            roles: json!(roles),
            active: true,
            time_zone: home.time_zone().to_owned(),
            manager_id,
            capacity: roles.contains(&"SALES_REP").then_some(80),
            out_of_office_from: None,
            out_of_office_until: None,
            version: 1,
            created_at: at,
            created_by: None,
            updated_at: at,
            updated_by: None,
            deleted_at: None,
            deleted_by: None,
        });
        self.links.push(user_territory::Model {
            user_id: id,
            territory_id: self.territory(territory),
            created_at: at,
            created_by: None,
        });
        id
    }

    fn territory(&self, code: &str) -> Uuid {
        let found = self.territories.iter().find(|row| row.code == code);
        found.map_or_else(Uuid::nil, |row| row.id)
    }

    /// A name whose address nobody in the company has.
    fn unused_name(&mut self, country: &str) -> (Name, String) {
        let name = Name::invent(self.dice, country);
        let mut email = format!("{}@{DOMAIN}", name.mailbox());
        let mut number = 2;
        while self.users.iter().any(|user| user.email == email) {
            email = format!("{}{number}@{DOMAIN}", name.mailbox());
            number += 1;
        }
        (name, email)
    }
}
