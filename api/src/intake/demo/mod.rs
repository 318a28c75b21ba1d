//! A believable year of one company, made up from a seed: who worked there, whom they met, and what
//! came of it. The demo shows it and the benchmark multiplies it.
//!
//! Making it is pure: the same [`Plan`] gives the same rows to the last byte, ids included, because
//! nothing here asks the clock, the machine's randomness or the database. It is made in slices of 500
//! leads, so that a million take no more memory than five hundred. [`mod@write`] puts it into a database,
//! [`mod@file`] into one of its own.

mod account;
mod asset;
mod calendar;
mod campaign;
mod campaign_member;
mod capture;
mod clock;
mod contact;
mod definition;
mod dice;
mod feedback;
pub mod file;
#[cfg(test)]
mod invariants;
mod lead;
mod name;
mod opportunity;
mod reason;
mod slice;
mod task;
mod team;
mod touch;
pub mod write;

use chrono::NaiveDate;

use self::{
    asset::Assets, calendar::Calendar, campaign::Campaigns, definition::Definitions, dice::Dice,
    name::Domains, task::Playbooks, team::Team,
};

pub use self::reason::{MissingReason, Reasons};

/// Counts the changes of what is made from the same plan.
pub const VERSION: u32 = 3;
/// Slices of a year at scale 1: 5,000 leads.
const SLICES: u64 = 10;

/// What determines a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where chance starts from.
    pub seed: u64,
    /// How many times 600 accounts, 5,000 leads, 1,200 opportunities and 60,000 touches. People and
    /// campaigns grow with its square root; at 1 there are 24 and 20.
    pub scale: u32,
    /// The year is over as this day begins, UTC.
    pub ends_on: NaiveDate,
}

impl Plan {
    /// How many leads the year has.
    #[must_use]
    pub fn leads(self) -> u64 {
        u64::from(self.scale) * SLICES * u64::try_from(slice::LEADS).unwrap_or(0)
    }
}

/// What everything that happens has in common.
struct World {
    calendar: Calendar,
    team: Team,
    campaigns: Campaigns,
    assets: Assets,
    definitions: Definitions,
    reasons: Reasons,
}

/// Rows of all tables that a year fills, in the order in which foreign keys want them written.
#[derive(Debug, Default, PartialEq)]
pub struct Rows {
    /// Parents before children.
    pub territories: Vec<entity::territory::Model>,
    /// Managers before those who report to them.
    pub users: Vec<entity::user::Model>,
    /// Who looks after which territory.
    pub territory_users: Vec<entity::user_territory::Model>,
    /// The one in force first.
    pub lead_definitions: Vec<entity::lead_definition::Model>,
    /// Who signed them.
    pub lead_definition_approvals: Vec<entity::lead_definition_approval::Model>,
    /// What is to be done with leads.
    pub playbooks: Vec<entity::playbook::Model>,
    /// In the order of each.
    pub playbook_steps: Vec<entity::playbook_step::Model>,
    /// Wholes before their parts.
    pub campaigns: Vec<entity::campaign::Model>,
    /// What they cost.
    pub campaign_costs: Vec<entity::campaign_cost::Model>,
    /// What was made for them.
    pub assets: Vec<entity::asset::Model>,
    /// Parents before children.
    pub accounts: Vec<entity::account::Model>,
    /// One each.
    pub account_domains: Vec<entity::account_domain::Model>,
    /// The people there.
    pub contacts: Vec<entity::contact::Model>,
    /// Those that repeat another come after it.
    pub leads: Vec<entity::lead::Model>,
    /// In order for each lead.
    pub lead_transitions: Vec<entity::lead_transition::Model>,
    /// Leads and contacts in campaigns.
    pub campaign_members: Vec<entity::campaign_member::Model>,
    /// Deals.
    pub opportunities: Vec<entity::opportunity::Model>,
    /// Who takes part in them.
    pub opportunity_contacts: Vec<entity::opportunity_contact::Model>,
    /// In order for each deal.
    pub opportunity_changes: Vec<entity::opportunity_change::Model>,
    /// In no order.
    pub touches: Vec<entity::touch::Model>,
    /// In both directions.
    pub feedback: Vec<entity::feedback::Model>,
    /// What was said to it.
    pub feedback_comments: Vec<entity::feedback_comment::Model>,
    /// Who is asked to read that.
    pub feedback_mentions: Vec<entity::feedback_mention::Model>,
}

/// A year, slice by slice: first the company itself, then those whom it deals with.
pub struct Year {
    plan: Plan,
    world: World,
    domains: Domains,
    company: Option<Rows>,
    next: u64,
}

impl Year {
    /// The year that `plan` determines, with `reasons` to give where the rules ask for one.
    #[must_use]
    pub fn new(plan: Plan, reasons: Reasons) -> Self {
        let mut dice = Dice::new(plan.seed, 0);
        let calendar = Calendar::new(plan.ends_on);
        let team = Team::hire(&mut dice, &calendar, grown(24, plan.scale));
        let campaigns = Campaigns::plan(&mut dice, &calendar, &team, grown(20, plan.scale));
        let assets = Assets::make(plan.seed, &campaigns);
        let definitions = Definitions::agree(plan.seed, &calendar, &team);
        let by = team.marketing_manager;
        let playbooks = Playbooks::agree(plan.seed, &calendar, by);
        let company = Rows {
            playbooks: playbooks.rows,
            playbook_steps: playbooks.steps,
            lead_definitions: definitions.rows.clone(),
            lead_definition_approvals: definitions.approvals.clone(),
            territories: team.territories.clone(),
            users: team.users.clone(),
            territory_users: team.territory_users.clone(),
            campaigns: campaigns.rows().cloned().collect(),
            campaign_costs: campaigns.costs(&mut dice, &calendar),
            assets: assets.rows.clone(),
            ..Rows::default()
        };
        Self {
            plan,
            world: World {
                calendar,
                team,
                campaigns,
                assets,
                definitions,
                reasons,
            },
            domains: Domains::default(),
            company: Some(company),
            next: 0,
        }
    }
}

impl Iterator for Year {
    type Item = Rows;

    fn next(&mut self) -> Option<Rows> {
        if let Some(company) = self.company.take() {
            return Some(company);
        }
        if self.next == u64::from(self.plan.scale) * SLICES {
            return None;
        }
        let number = self.next;
        self.next += 1;
        Some(slice::make(
            self.plan.seed,
            number,
            &self.world,
            &mut self.domains,
        ))
    }
}

/// How many more than `first` there are at `scale`, growing with its square root.
fn grown(first: u32, scale: u32) -> u32 {
    (first * first)
        .saturating_mul(scale)
        .isqrt()
        .saturating_sub(first)
}
