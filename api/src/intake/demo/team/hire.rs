//! How the people of the demo's company come to it.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    territory,
    user::{self, UserFunction},
    user_territory,
};
use serde_json::json;
use uuid::Uuid;

use super::{Desk, Region};
use crate::intake::demo::{dice::Dice, name::Name};

/// The domain of the company whose year it is.
const DOMAIN: &str = "brightwater.example";

/// The company while it is hiring.
pub(super) struct Hire<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) founded: DateTime<Utc>,
    pub(super) users: Vec<user::Model>,
    pub(super) links: Vec<user_territory::Model>,
    pub(super) territories: &'a [territory::Model],
}

impl Hire<'_> {
    /// The reps of `region` and their marketer.
    pub(super) fn desk(
        &mut self,
        region: Region,
        sales_manager: Uuid,
        marketing: Uuid,
        reps: usize,
    ) -> Desk {
        let mut desk = Desk {
            territory: self.territory(region.code()),
            sales_manager,
            reps: Vec::new(),
            marketers: Vec::new(),
        };
        for _ in 0..reps {
            self.join_desk(&mut desk, region, marketing, false);
        }
        self.join_desk(&mut desk, region, marketing, true);
        desk
    }

    fn join_desk(&mut self, desk: &mut Desk, region: Region, marketing: Uuid, marketer: bool) {
        if marketer {
            let user = self.one(region.code(), region, &["MARKETER"], Some(marketing));
            desk.marketers.push(user);
        } else {
            let manager = Some(desk.sales_manager);
            let user = self.one(region.code(), region, &["SALES_REP"], manager);
            desk.reps.push(user);
        }
    }

    /// Somebody for a region that chance chooses.
    pub(super) fn one_more(&mut self, desks: &mut [Desk; 4], marketing: Uuid, marketer: bool) {
        let region = self.dice.weighted(&Region::SHARES);
        let [dach, uki, amer, emea] = desks;
        let desk = match region {
            Region::Dach => dach,
            Region::Uki => uki,
            Region::Amer => amer,
            Region::Emea => emea,
        };
        self.join_desk(desk, region, marketing, marketer);
    }

    /// Somebody with `roles`, who lives at `home` and looks after `territory`.
    pub(super) fn one(
        &mut self,
        territory: &str,
        home: Region,
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
            function: function(roles),
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

/// What somebody with `roles` does.
fn function(roles: &[&str]) -> UserFunction {
    match roles {
        ["SALES_REP" | "SALES_MANAGER", ..] => UserFunction::Sales,
        ["MARKETER" | "MARKETING_MANAGER", ..] => UserFunction::Marketing,
        _ => UserFunction::Revenue,
    }
}
