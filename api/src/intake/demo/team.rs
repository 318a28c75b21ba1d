//! The people of the demo's company, and the territories that they look after.

mod hire;
mod region;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    territory::{self, TerritoryKind},
    user, user_territory,
};
use uuid::Uuid;

use self::hire::Hire;
pub(super) use self::region::Region;
use super::{calendar::Calendar, dice::Dice};

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
        let leader = hire.one("WORLD", Region::Emea, &["REVENUE_LEADER"], None);
        let emea = hire.one("EMEA", Region::Emea, &["SALES_MANAGER"], Some(leader));
        let amer = hire.one("AMER", Region::Amer, &["SALES_MANAGER"], Some(leader));
        // Leads the reps of a small region and sells there too: two roles.
        let both = ["SALES_MANAGER", "SALES_REP"];
        let uki = hire.one("UKI", Region::Uki, &both, Some(emea));
        let marketing = hire.one("WORLD", Region::Dach, &["MARKETING_MANAGER"], Some(leader));
        hire.one("WORLD", Region::Dach, &["ANALYST"], Some(leader));
        hire.one("WORLD", Region::Dach, &["ADMIN"], Some(leader));
        let mut desks = [
            hire.desk(Region::Dach, emea, marketing, 4),
            hire.desk(Region::Uki, uki, marketing, 3),
            hire.desk(Region::Amer, amer, marketing, 4),
            hire.desk(Region::Emea, emea, marketing, 2),
        ];
        for number in 0..extra {
            hire.one_more(&mut desks, marketing, number % 5 == 4);
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
            business_calendar_id: None,
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
