//! The companies that the demo's company sells to, or would like to.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    account::{self, AccountChannel, AccountLifecycle},
    account_domain, contact,
    money::MinorUnits,
};
use fake::{Fake, faker::company::raw::Industry, locales::EN};

use super::{World, contact::person_at, dice::Dice, name::Domains, team::Region};

/// How many people work there, what that many turn over in a year in whole units, and how likely.
const SIZES: [(i64, (&str, i64, i64)); 6] = [
    (10, ("1-10", 200_000, 2_000_000)),
    (22, ("11-50", 1_000_000, 9_000_000)),
    (28, ("51-200", 6_000_000, 40_000_000)),
    (22, ("201-1000", 30_000_000, 220_000_000)),
    (12, ("1001-5000", 180_000_000, 1_300_000_000)),
    (6, ("5001+", 900_000_000, 20_000_000_000)),
];

/// A company, and who is known there.
pub(super) struct Company {
    /// The row.
    pub(super) account: account::Model,
    /// Its domain; it has one.
    pub(super) domain: account_domain::Model,
    /// In the order in which they became known; never empty.
    pub(super) contacts: Vec<contact::Model>,
    /// Where it is.
    pub(super) region: Region,
    /// Since when somebody deals with it: a part of the year.
    pub(super) active_from: DateTime<Utc>,
}

impl Company {
    /// A company that nobody of this year has dealt with yet, with the first people there.
    pub(super) fn found(dice: &mut Dice, world: &World, domains: &mut Domains) -> Self {
        let region = dice.weighted(&Region::SHARES);
        let country = dice.weighted(region.countries());
        let (name, domain) = domains.invent(dice, country);
        let year = world.calendar.start();
        let created_at = if dice.chance(75) {
            dice.instant(year - TimeDelta::days(1_000), year)
        } else {
            let latest = world.calendar.end() - TimeDelta::days(21);
            dice.instant(year, latest)
        };
        let account = account_row(dice, world, (region, country), name, created_at);
        let domain = account_domain::Model {
            id: dice.id(created_at),
            account_id: account.id,
            domain,
            is_primary: true,
            created_at,
            created_by: account.owner_id,
        };
        let mut company = Self {
            account,
            domain,
            contacts: Vec::new(),
            region,
            active_from: created_at.max(year),
        };
        for _ in 0..dice.weighted(&[(50, 1), (30, 2), (15, 3), (5, 4)]) {
            let after = created_at + dice.minutes(0, 60 * 24 * 20);
            let known_at = world.calendar.happened(after).unwrap_or(created_at);
            let person = person_at(dice, &company, known_at);
            company.contacts.push(person);
        }
        company
    }

    /// ISO 3166-1 alpha-2.
    pub(super) fn country(&self) -> &str {
        self.account.country.as_deref().unwrap_or_default()
    }

    /// Moves it on, never back: from a target to a customer.
    pub(super) fn reach(&mut self, lifecycle: AccountLifecycle, at: DateTime<Utc>) {
        let account = &mut self.account;
        if rank(lifecycle) > rank(account.lifecycle) {
            account.lifecycle = lifecycle;
            account.version += 1;
            account.updated_at = account.updated_at.max(at);
            account.updated_by = account.owner_id;
        }
    }
}

fn rank(lifecycle: AccountLifecycle) -> u8 {
    match lifecycle {
        AccountLifecycle::Former => 0,
        AccountLifecycle::Target => 1,
        AccountLifecycle::Prospect => 2,
        AccountLifecycle::Opportunity => 3,
        AccountLifecycle::Customer => 4,
    }
}

fn account_row(
    dice: &mut Dice,
    world: &World,
    (region, country): (Region, &str),
    name: String,
    created_at: DateTime<Utc>,
) -> account::Model {
    let desk = world.team.desk(region);
    let (band, low, high) = dice.weighted(&SIZES);
    let turnover = dice
        .chance(80)
        .then(|| dice.between(low, high) / 1_000 * 100_000);
    let industry: &str = Industry(EN).fake_with_rng(dice.source());
    let owner_id = desk.rep(dice);
    account::Model {
        id: dice.id(created_at),
        normalized_name: name.to_lowercase(),
        name,
        industry: Some(industry.to_owned()),
        employee_band: Some(band.to_owned()),
        annual_revenue_minor: turnover.map(MinorUnits),
        annual_revenue_currency: turnover.map(|_| region.currency().to_owned()),
        country: Some(country.to_owned()),
        channel: dice.weighted(&[(85, AccountChannel::Direct), (15, AccountChannel::Indirect)]),
        lifecycle: dice.weighted(&[
            (96, AccountLifecycle::Target),
            (4, AccountLifecycle::Former),
        ]),
        owner_id: Some(owner_id),
        marketer_id: Some(desk.marketer(dice)),
        territory_id: Some(desk.territory),
        parent_id: None,
        target_tier: Some(dice.weighted(&[(15, 1), (35, 2), (50, 3)])),
        custom_fields: None,
        version: 1,
        created_at,
        created_by: Some(owner_id),
        updated_at: created_at,
        updated_by: Some(owner_id),
        deleted_at: None,
        deleted_by: None,
    }
}
