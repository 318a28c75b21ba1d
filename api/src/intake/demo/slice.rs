//! A slice of the year: some companies with everything that happened around them. Slices know
//! nothing of each other, so that a year of any size is made in the memory that one of them takes.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    account::AccountLifecycle,
    campaign::CampaignKind,
    feedback::FeedbackKind,
    lead::{self, LeadSource, LeadStatus},
    opportunity::OpportunityStage,
    touch::TouchKind,
};
use uuid::Uuid;

use super::{
    Rows, World,
    account::Company,
    calendar::working,
    campaign_member, capture,
    contact::person_at,
    dice::Dice,
    feedback::{self, Aim, Remark},
    lead::Walk,
    name::Domains,
    opportunity::{Deal, Origin},
    team::Region,
    touch::{Who, touch},
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
            let known = |person: &&entity::contact::Model| person.email == lead.email;
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

    fn touch(
        &mut self,
        kind: TouchKind,
        at: DateTime<Utc>,
        who: &Who,
        campaign_id: Option<Uuid>,
        actor: Option<Uuid>,
    ) {
        let touch = touch(&mut self.dice, kind, at, who, campaign_id, actor);
        self.rows.touches.push(touch);
    }

    /// Anonymous visits before, what brought the lead, what qualified it, and what sales did.
    fn touches_of_lead(
        &mut self,
        lead: &lead::Model,
        region: Region,
        transitions: &[entity::lead_transition::Model],
    ) {
        let who = Who::lead(&mut self.dice, lead, region);
        let from = (lead.created_at - TimeDelta::days(30)).max(self.world.calendar.start());
        for _ in 0..self.dice.weighted(&[(4, 0), (3, 1), (2, 2), (1, 4)]) {
            let at = self.dice.instant(from, lead.created_at);
            self.touch(TouchKind::PageView, at, &who, None, None);
        }
        if let Some(kind) = entry(lead.source) {
            self.touch(kind, lead.created_at, &who, lead.source_campaign_id, None);
        }
        for (number, step) in transitions.iter().enumerate() {
            let until = transitions
                .get(number + 1)
                .map_or(self.world.calendar.end(), |next| next.at);
            match step.to_status {
                LeadStatus::Mql if step.by_user_id.is_none() => {
                    let at = (step.at - self.dice.minutes(1, 9)).max(lead.created_at);
                    let kind = *self.dice.pick(&[
                        TouchKind::FormSubmit,
                        TouchKind::ContentDownload,
                        TouchKind::PageView,
                    ]);
                    self.touch(kind, at, &who, None, None);
                }
                LeadStatus::Working | LeadStatus::Sql => {
                    let first = step.to_status == LeadStatus::Working;
                    self.sales_touches((step.at, until), first, &who, lead.owner_id);
                }
                _ => {}
            }
        }
        self.audience.push(Known { who, from });
    }

    /// What sales does within a span; the first one of all is what made the lead WORKING.
    fn sales_touches(
        &mut self,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
        first: bool,
        who: &Who,
        owner: Option<Uuid>,
    ) {
        if first {
            let kind = *self.dice.pick(&[TouchKind::Call, TouchKind::SalesEmail]);
            self.touch(kind, from, who, None, owner);
        }
        let until = until.min(from + TimeDelta::days(45));
        for _ in 0..self.dice.between(0, 4) {
            let at = self.dice.instant(from, until);
            let at = working(&mut self.dice, at, who.region.utc_offset());
            if at >= until {
                continue;
            }
            let kind = self.dice.weighted(&[
                (4, TouchKind::Call),
                (4, TouchKind::SalesEmail),
                (3, TouchKind::Reply),
                (2, TouchKind::Meeting),
                (1, TouchKind::Demo),
            ]);
            self.touch(kind, at, who, None, owner);
        }
    }

    fn touches_of_deal(&mut self, deal: &Deal, people: &[Who]) {
        let until = deal
            .row
            .closed_at
            .unwrap_or_else(|| self.world.calendar.end());
        for _ in 0..self.dice.between(2, 9) {
            let at = self.dice.instant(deal.row.created_at, until);
            let Some(who) = self.dice.pick_any(people) else {
                return;
            };
            let at = working(&mut self.dice, at, who.region.utc_offset());
            if at < until {
                let kind = self.dice.weighted(&[
                    (3, TouchKind::Meeting),
                    (3, TouchKind::Call),
                    (2, TouchKind::SalesEmail),
                    (2, TouchKind::Reply),
                    (2, TouchKind::Demo),
                ]);
                self.touch(kind, at, who, None, deal.row.owner_id);
            }
        }
    }

    /// Sales says why it did not take a lead; marketing says when nobody called.
    fn remark_on_lead(
        &mut self,
        lead: &lead::Model,
        transitions: &[entity::lead_transition::Model],
    ) {
        let rejected = transitions
            .iter()
            .find(|step| step.to_status == LeadStatus::Rejected);
        let campaigns = &self.world.campaigns;
        let campaign = campaigns
            .rows()
            .find(|one| Some(one.id) == lead.source_campaign_id);
        let marketing = self.world.team.marketing_manager;
        let aim = Aim {
            campaign_id: lead.source_campaign_id,
            lead_id: Some(lead.id),
            account_id: lead.account_id,
            opportunity_id: None,
        };
        if let Some(step) = rejected {
            self.say(&Remark {
                kind: FeedbackKind::LeadQuality,
                at: step.at,
                author_id: step.by_user_id,
                assignee_id: campaign.and_then(|one| one.owner_id).or(Some(marketing)),
                aim,
            });
        }
        let accepted = lead.accepted_at.filter(|_| self.dice.chance(8));
        let at = accepted.map(|accepted| accepted + self.dice.minutes(60 * 30, 60 * 24 * 7));
        if let Some(at) = at.and_then(|at| self.world.calendar.happened(at)) {
            let kinds = [(2, FeedbackKind::SalesFollowUp), (1, FeedbackKind::Other)];
            let kind = self.dice.weighted(&kinds);
            self.say(&Remark {
                kind,
                at,
                author_id: Some(marketing),
                assignee_id: lead.owner_id,
                aim,
            });
        }
    }

    fn remark_on_deal(&mut self, deal: &Deal) {
        let row = &deal.row;
        let (kind, at) = match row.closed_at {
            Some(at) if row.stage == OpportunityStage::ClosedLost && self.dice.chance(15) => {
                (FeedbackKind::Competitor, at)
            }
            _ if self.dice.chance(22) => {
                let kinds = [
                    (4, FeedbackKind::CustomerNeed),
                    (3, FeedbackKind::CampaignResponse),
                    (2, FeedbackKind::Messaging),
                    (2, FeedbackKind::ContentGap),
                ];
                let until = row.closed_at.unwrap_or_else(|| self.world.calendar.end());
                (
                    self.dice.weighted(&kinds),
                    self.dice.instant(row.created_at, until),
                )
            }
            _ => return,
        };
        self.say(&Remark {
            kind,
            at,
            author_id: row.owner_id,
            assignee_id: Some(self.world.team.marketing_manager),
            aim: Aim {
                campaign_id: row.primary_campaign_id,
                lead_id: row.lead_id,
                account_id: row.account_id,
                opportunity_id: Some(row.id),
            },
        });
    }

    fn say(&mut self, remark: &Remark) {
        let (row, comments) = feedback::play(&mut self.dice, self.world, remark);
        self.rows.feedback.push(row);
        self.rows.feedback_comments.extend(comments);
    }

    /// What a site and a mailing see all day, until there are as many touches as there should be.
    fn fill_touches(&mut self, companies: &[Company]) {
        let audience = std::mem::take(&mut self.audience);
        let end = self.world.calendar.end();
        while self.rows.touches.len() < TOUCHES {
            let Some(known) = self.dice.pick_any(&audience) else {
                return;
            };
            let at = self.dice.instant(known.from, end);
            match self.dice.between(0, 99) {
                0..50 => self.touch(TouchKind::PageView, at, &known.who, None, None),
                50..75 => self.mailing(at, &known.who),
                75..84 => self.advertisement(at, &known.who),
                84..99 => {
                    let company = self.dice.pick_any(companies);
                    let account = company.map(|company| company.account.id);
                    let account = account.filter(|_| self.dice.chance(40));
                    let region = company.map_or(known.who.region, |company| company.region);
                    let who = Who::stranger(&mut self.dice, account, region);
                    let kind = self.dice.weighted(&[
                        (30, TouchKind::PageView),
                        (1, TouchKind::BrandMention),
                        (1, TouchKind::Social),
                    ]);
                    self.touch(kind, at, &who, None, None);
                }
                _ => {
                    let who = Who::stranger(&mut self.dice, None, known.who.region);
                    self.touch(TouchKind::Pr, at, &who, None, None);
                }
            }
        }
    }

    /// A letter to many, and perhaps that it was opened, and a link in it followed.
    fn mailing(&mut self, at: DateTime<Utc>, who: &Who) {
        let kinds = [CampaignKind::Email];
        let campaign = self
            .world
            .campaigns
            .running(&mut self.dice, &kinds, at, who.region);
        let Some(campaign) = campaign.map(|campaign| campaign.id) else {
            return;
        };
        let mut at = Some(at);
        for (kind, percent) in [
            (TouchKind::EmailSent, 100),
            (TouchKind::EmailOpen, 42),
            (TouchKind::EmailClick, 25),
        ] {
            let room = self.rows.touches.len() < TOUCHES;
            let Some(then) = at.filter(|_| room && self.dice.chance(percent)) else {
                return;
            };
            // Nobody is written to before we know them.
            if who.known(then) {
                self.touch(kind, then, who, Some(campaign), None);
            }
            let later = then + self.dice.minutes(1, 60 * 30);
            at = self.world.calendar.happened(later);
        }
    }

    fn advertisement(&mut self, at: DateTime<Utc>, who: &Who) {
        let kinds = [CampaignKind::Paid];
        let campaign = self
            .world
            .campaigns
            .running(&mut self.dice, &kinds, at, who.region);
        let kind = self
            .dice
            .weighted(&[(3, TouchKind::AdImpression), (1, TouchKind::AdClick)]);
        if let Some(campaign) = campaign.map(|campaign| campaign.id) {
            self.touch(kind, at, who, Some(campaign), None);
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

/// The touch that a lead of `source` comes in with.
fn entry(source: LeadSource) -> Option<TouchKind> {
    match source {
        LeadSource::WebForm | LeadSource::Organic => Some(TouchKind::FormSubmit),
        LeadSource::Event => Some(TouchKind::EventAttend),
        LeadSource::Content => Some(TouchKind::ContentDownload),
        LeadSource::Paid => Some(TouchKind::AdClick),
        LeadSource::Referral | LeadSource::Partner => Some(TouchKind::Referral),
        LeadSource::Social => Some(TouchKind::Social),
        LeadSource::Outbound | LeadSource::ListImport | LeadSource::Other => None,
    }
}
