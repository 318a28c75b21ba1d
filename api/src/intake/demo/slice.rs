//! A slice of the year: some companies with everything that happened around them. Slices know
//! nothing of each other, so that a year of any size is made in the memory that one of them takes.

mod remarks;
mod touches;

use chrono::{DateTime, Utc};
use entity::{
    account::AccountLifecycle,
    campaign::CampaignKind,
    contact,
    lead::{self, LeadStatus},
    opportunity::OpportunityStage,
};
use uuid::Uuid;

use super::{
    Rows, World,
    account::Company,
    campaign_member, capture,
    contact::person_at,
    dice::Dice,
    lead::Walk,
    name::Domains,
    opportunity::{Deal, Origin},
    team::Region,
    touch::Who,
};

/// Companies of one slice.
const ACCOUNTS: usize = 60;
/// Leads of one slice.
pub(super) const LEADS: usize = 500;
/// Of them, those that match no company.
const UNMATCHED: usize = 60;
/// Deals of one slice.
const OPPORTUNITIES: usize = 120;
/// Touches of one slice.
const TOUCHES: usize = 6_000;

/// What touches that nothing else needs are added to.
struct Known {
    who: Who,
    /// From when on they may have met us.
    from: DateTime<Utc>,
}

/// A slice while it is made.
struct Slice<'a> {
    dice: Dice,
    world: &'a World,
    rows: Rows,
    audience: Vec<Known>,
}

/// Makes slice `number` of the year.
pub(super) fn make(seed: u64, number: u64, world: &World, domains: &mut Domains) -> Rows {
    let mut slice = Slice {
        dice: Dice::new(seed, number + 1),
        world,
        rows: Rows::default(),
        audience: Vec::new(),
    };
    let mut companies: Vec<Company> = (0..ACCOUNTS)
        .map(|_| Company::found(&mut slice.dice, world, domains))
        .collect();
    slice.leads(&mut companies);
    slice.deals(&mut companies);
    slice.members(&companies);
    slice.fill_touches(&companies);
    slice.settle(companies);
    slice.rows
}

impl Slice<'_> {
    fn leads(&mut self, companies: &mut [Company]) {
        for _ in 0..UNMATCHED {
            let region = self.dice.weighted(&Region::SHARES);
            let lead = capture::from_nowhere(&mut self.dice, self.world, region);
            self.play_lead(lead, region, None);
        }
        for _ in UNMATCHED..LEADS {
            let chosen = self.dice.below(companies.len());
            let Some(company) = companies.get_mut(chosen) else {
                continue;
            };
            let lead = capture::from_company(&mut self.dice, self.world, company);
            let lead = self.perhaps_again(lead, company);
            self.play_lead(lead, company.region, Some(company));
        }
    }

    /// Three leads in a hundred are somebody who came before.
    fn perhaps_again(&mut self, lead: lead::Model, company: &Company) -> lead::Model {
        if !self.dice.chance(3) {
            return lead;
        }
        let earlier = self.rows.leads.iter().rev().find(|earlier| {
            earlier.account_id == lead.account_id && earlier.duplicate_of_id.is_none()
        });
        match earlier {
            Some(earlier) => capture::again(&mut self.dice, self.world, earlier, company.region),
            None => lead,
        }
    }

    fn play_lead(&mut self, lead: lead::Model, region: Region, company: Option<&mut Company>) {
        let owner = company
            .as_ref()
            .and_then(|company| company.account.owner_id);
        let walk = Walk::begin(&mut self.dice, self.world, region, lead, owner);
        let Walk {
            mut lead,
            transitions,
            ..
        } = walk;
        if let Some(company) = company {
            if lead.status != LeadStatus::New && lead.mql_at.is_some() {
                company.reach(AccountLifecycle::Prospect, lead.updated_at);
            }
            if let Some(at) = lead.converted_at {
                self.convert(&mut lead, company, at);
            }
        }
        self.remark_on_lead(&lead, &transitions);
        self.touches_of_lead(&lead, region, &transitions);
        let member = campaign_member::of_lead(&mut self.dice, self.world, &lead);
        self.rows.campaign_members.extend(member);
        self.rows.lead_transitions.extend(transitions);
        self.rows.leads.push(lead);
    }

    /// The lead becomes somebody known at the company, and mostly a deal.
    fn convert(&mut self, lead: &mut lead::Model, company: &mut Company, at: DateTime<Utc>) {
        let contact = lead.contact_id.or_else(|| {
            let known = |person: &&contact::Model| person.email == lead.email;
            company.contacts.iter().find(known).map(|person| person.id)
        });
        lead.contact_id = contact.or_else(|| {
            let mut person = person_at(&mut self.dice, company, at);
            person.first_name.clone_from(&lead.first_name);
            person.last_name.clone_from(&lead.last_name);
            person.email.clone_from(&lead.email);
            person.phone.clone_from(&lead.phone);
            let id = person.id;
            company.contacts.push(person);
            Some(id)
        });
        if self.rows.opportunities.len() < OPPORTUNITIES && self.dice.chance(92) {
            let origin = Origin {
                at,
                lead_id: Some(lead.id),
                campaign_id: lead.source_campaign_id,
                owner_id: lead.owner_id,
            };
            self.play_deal(company, &origin, lead.contact_id);
        }
    }

    /// Deals that did not begin with a lead: sales' own, and what customers buy besides.
    fn deals(&mut self, companies: &mut [Company]) {
        while self.rows.opportunities.len() < OPPORTUNITIES {
            let chosen = self.dice.below(companies.len());
            let Some(company) = companies.get_mut(chosen) else {
                return;
            };
            let offset = company.region.utc_offset();
            let at = self
                .world
                .calendar
                .busy_instant(&mut self.dice, company.active_from, offset);
            let kinds = [
                CampaignKind::OutboundPlay,
                CampaignKind::Event,
                CampaignKind::Partner,
            ];
            let campaign = self
                .world
                .campaigns
                .running(&mut self.dice, &kinds, at, company.region);
            let origin = Origin {
                at,
                lead_id: None,
                campaign_id: campaign
                    .map(|campaign| campaign.id)
                    .filter(|_| self.dice.chance(50)),
                owner_id: company.account.owner_id,
            };
            self.play_deal(company, &origin, None);
        }
    }

    fn play_deal(&mut self, company: &mut Company, origin: &Origin, first: Option<Uuid>) {
        let deal = Deal::play(&mut self.dice, self.world, company, origin);
        let contacts = deal.contacts(&mut self.dice, self.world, company, first);
        let reached = match deal.row.stage {
            OpportunityStage::ClosedWon => AccountLifecycle::Customer,
            OpportunityStage::ClosedLost => AccountLifecycle::Prospect,
            _ => AccountLifecycle::Opportunity,
        };
        company.reach(reached, deal.row.updated_at);
        let people: Vec<Who> = company
            .contacts
            .iter()
            .filter(|person| contacts.iter().any(|taking| taking.contact_id == person.id))
            .map(|person| Who::contact(&mut self.dice, person, company.region))
            .collect();
        self.touches_of_deal(&deal, &people);
        self.remark_on_deal(&deal);
        self.rows.opportunities.push(deal.row);
        self.rows.opportunity_changes.extend(deal.changes);
        self.rows.opportunity_contacts.extend(contacts);
    }

    fn members(&mut self, companies: &[Company]) {
        for company in companies {
            for (member, kind) in campaign_member::of_contacts(&mut self.dice, self.world, company)
            {
                let person = company
                    .contacts
                    .iter()
                    .find(|person| Some(person.id) == member.contact_id);
                if let (Some(kind), Some(person)) = (kind, person) {
                    let who = Who::contact(&mut self.dice, person, company.region);
                    self.touch(
                        kind,
                        member.updated_at,
                        &who,
                        Some(member.campaign_id),
                        None,
                    );
                }
                self.rows.campaign_members.push(member);
            }
        }
    }

    /// Puts the companies, as they stand, among the rows.
    fn settle(&mut self, companies: Vec<Company>) {
        let mut earlier: Option<Uuid> = None;
        for mut company in companies {
            // One in twenty belongs to the company before it.
            company.account.parent_id = earlier.filter(|_| self.dice.chance(5));
            earlier = Some(company.account.id);
            self.rows.accounts.push(company.account);
            self.rows.account_domains.push(company.domain);
            self.rows.contacts.extend(company.contacts);
        }
    }
}
