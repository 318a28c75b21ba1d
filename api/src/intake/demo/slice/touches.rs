//! What the people of a slice and we did to meet each other.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    campaign::CampaignKind,
    lead::{self, LeadSource, LeadStatus},
    lead_transition,
    touch::TouchKind,
};
use uuid::Uuid;

use super::{Known, Slice, TOUCHES};
use crate::intake::demo::{
    account::Company,
    calendar::working,
    opportunity::Deal,
    team::Region,
    touch::{Who, touch},
};

impl Slice<'_> {
    pub(super) fn touch(
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
    pub(super) fn touches_of_lead(
        &mut self,
        lead: &lead::Model,
        region: Region,
        transitions: &[lead_transition::Model],
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

    pub(super) fn touches_of_deal(&mut self, deal: &Deal, people: &[Who]) {
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

    /// What a site and a mailing see all day, until there are as many touches as there should be.
    pub(super) fn fill_touches(&mut self, companies: &[Company]) {
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
