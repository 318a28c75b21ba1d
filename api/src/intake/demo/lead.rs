//! Leads: each walks the state machine of the hub, step by step, until the year is over.
//!
//! What the walk promises, and the tests check: every step is one that the hub allows and a row of
//! its own; what a lead's row says (status, stamps, reasons, score) follows from those rows. A stamp
//! holds the first time in the lead's current cycle.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    lead::{self, IntentBand, LeadSource, LeadStatus},
    lead_transition::{self, TransitionCause},
    reason_code::ReasonKind,
};
use uuid::Uuid;

use super::{
    World,
    calendar::working,
    dice::Dice,
    team::{Desk, Region},
};

/// From this score on a lead is qualified.
const QUALIFIED: i32 = 60;
/// A lead that has gone round this often is left where it is.
const MOST_STEPS: usize = 14;

/// A lead while it walks.
pub(super) struct Walk<'a> {
    dice: &'a mut Dice,
    world: &'a World,
    desk: &'a Desk,
    region: Region,
    /// Who gets it when it is qualified: the owner of its account, without whom nobody converts it.
    account_owner: Option<Uuid>,
    /// As it stands.
    pub(super) lead: lead::Model,
    /// How it came there.
    pub(super) transitions: Vec<lead_transition::Model>,
}

/// What happens to a lead next.
struct Step {
    to: LeadStatus,
    at: DateTime<Utc>,
    cause: TransitionCause,
    by: Option<Uuid>,
    reason: Option<Uuid>,
    note: Option<&'static str>,
}

impl Step {
    /// A rule of the hub takes it there.
    fn rule(to: LeadStatus, at: DateTime<Utc>) -> Self {
        Self {
            to,
            at,
            cause: TransitionCause::Rule,
            by: None,
            reason: None,
            note: None,
        }
    }

    /// Somebody takes it there.
    fn by(by: Option<Uuid>, to: LeadStatus, at: DateTime<Utc>, reason: Option<Uuid>) -> Self {
        Self {
            cause: TransitionCause::Mutation,
            by,
            reason,
            ..Self::rule(to, at)
        }
    }
}

impl<'a> Walk<'a> {
    /// Captures `lead`, whose status is NEW, and lets it walk. A lead that repeats another goes no
    /// further than to be told apart.
    pub(super) fn begin(
        dice: &'a mut Dice,
        world: &'a World,
        region: Region,
        lead: lead::Model,
        account_owner: Option<Uuid>,
    ) -> Self {
        let by = lead.created_by;
        let at = lead.created_at;
        let mut walk = Self {
            dice,
            world,
            desk: world.team.desk(region),
            region,
            account_owner,
            lead,
            transitions: Vec::new(),
        };
        walk.record(None, Step::by(by, LeadStatus::New, at, None));
        while walk.transitions.len() < MOST_STEPS {
            let Some(step) = walk.next().filter(|step| step.at < world.calendar.end()) else {
                break;
            };
            walk.enter(step);
        }
        walk
    }

    fn next(&mut self) -> Option<Step> {
        match self.lead.status {
            LeadStatus::New => self.after_new(),
            LeadStatus::Nurturing => self.after_nurturing(),
            LeadStatus::Mql => self.after_mql(),
            LeadStatus::Accepted => self.after_accepted(),
            LeadStatus::Working => self.after_working(),
            LeadStatus::Sql => self.after_sql(),
            LeadStatus::Rejected => self.after_rejected(),
            LeadStatus::Recycled => self.after_recycled(),
            LeadStatus::Disqualified => self.after_disqualified(),
            LeadStatus::Converted => None,
        }
    }

    fn after_new(&mut self) -> Option<Step> {
        if self.lead.duplicate_of_id.is_some() {
            let reason = self.world.reasons.other(self.dice, ReasonKind::Disqualify);
            let step = Step::by(
                self.manager(),
                LeadStatus::Disqualified,
                self.soon(5, 600),
                reason,
            );
            return Some(Step {
                note: Some("Repeats a lead that we have"),
                ..step
            });
        }
        match self.dice.between(0, 99) {
            0..35 => Some(self.qualify(10, 60 * 24 * 3)),
            35..83 => {
                let marketer = Some(self.desk.marketer(self.dice));
                let at = self.soon(30, 60 * 24 * 2);
                Some(Step::by(marketer, LeadStatus::Nurturing, at, None))
            }
            83..90 => Some(self.disqualify()),
            _ => None,
        }
    }

    fn after_nurturing(&mut self) -> Option<Step> {
        if self.dice.chance(40 + quality(self.lead.source)) {
            return Some(self.qualify(60 * 24 * 4, 60 * 24 * 110));
        }
        None
    }

    fn after_mql(&mut self) -> Option<Step> {
        let owner = self.lead.owner_id;
        let good = quality(self.lead.source);
        let drawn = self.dice.between(0, 99);
        if drawn < 70 + good {
            let at = self.soon_by_far(5, 60 * 24 * 4);
            Some(Step::by(owner, LeadStatus::Accepted, at, None))
        } else if drawn < 86 + good / 2 {
            let reason = self.world.reasons.pick(self.dice, ReasonKind::Reject);
            let at = self.soon(30, 60 * 24 * 4);
            Some(Step::by(owner, LeadStatus::Rejected, at, reason))
        } else if drawn < 89 {
            let reason = self.world.reasons.pick(self.dice, ReasonKind::Override);
            let by = Some(self.world.team.marketing_manager);
            let at = self.soon(60, 60 * 24 * 2);
            Some(Step::by(by, LeadStatus::Nurturing, at, reason))
        } else {
            None
        }
    }

    fn after_accepted(&mut self) -> Option<Step> {
        match self.dice.between(0, 99) {
            0..88 => Some(Step::rule(
                LeadStatus::Working,
                self.soon_by_far(3, 60 * 24 * 6),
            )),
            88..91 => Some(self.recycle()),
            // Accepted and never worked.
            _ => None,
        }
    }

    fn after_working(&mut self) -> Option<Step> {
        let good = quality(self.lead.source);
        match self.dice.between(0, 99) - good {
            ..45 => {
                let at = self.soon(60 * 24 * 4, 60 * 24 * 40);
                Some(Step::by(self.lead.owner_id, LeadStatus::Sql, at, None))
            }
            45..70 => Some(self.recycle()),
            70..80 => Some(self.disqualify()),
            _ => None,
        }
    }

    fn after_sql(&mut self) -> Option<Step> {
        match self.dice.between(0, 99) {
            0..82 if self.account_owner.is_some() => {
                let at = self.soon(60 * 4, 60 * 24 * 18);
                Some(Step::by(
                    self.lead.owner_id,
                    LeadStatus::Converted,
                    at,
                    None,
                ))
            }
            82..92 => Some(self.recycle()),
            _ => None,
        }
    }

    fn after_rejected(&mut self) -> Option<Step> {
        let marketer = Some(self.desk.marketer(self.dice));
        let at = self.soon(60, 60 * 24 * 5);
        match self.dice.between(0, 99) {
            0..50 => {
                let reason = self.world.reasons.pick(self.dice, ReasonKind::Recycle);
                Some(Step::by(marketer, LeadStatus::Recycled, at, reason))
            }
            50..72 => {
                let reason = self.world.reasons.pick(self.dice, ReasonKind::Disqualify);
                Some(Step::by(marketer, LeadStatus::Disqualified, at, reason))
            }
            72..80 if !self.disputed() => {
                let reason = self.world.reasons.pick(self.dice, ReasonKind::Override);
                let by = Some(self.world.team.marketing_manager);
                Some(Step::by(by, LeadStatus::Mql, at, reason))
            }
            _ => None,
        }
    }

    fn after_recycled(&mut self) -> Option<Step> {
        let resume_at = self.lead.resume_at?;
        if self.dice.chance(12) {
            let step = self.qualify(60 * 24, 60 * 24 * 40);
            if step.at < resume_at {
                return Some(step);
            }
        }
        Some(Step::rule(LeadStatus::Nurturing, resume_at))
    }

    fn after_disqualified(&mut self) -> Option<Step> {
        if self.lead.duplicate_of_id.is_some() || !self.dice.chance(3) {
            return None;
        }
        let reason = self.world.reasons.pick(self.dice, ReasonKind::Override);
        let at = self.soon(60 * 24 * 20, 60 * 24 * 90);
        Some(Step::by(self.manager(), LeadStatus::New, at, reason))
    }

    /// To MQL, mostly by the rule, sometimes by hand, which takes a reason.
    fn qualify(&mut self, least: i64, most: i64) -> Step {
        if self.dice.chance(86) {
            let at = self.lead.updated_at + self.dice.minutes(least, most);
            return Step::rule(LeadStatus::Mql, at);
        }
        let reason = self.world.reasons.pick(self.dice, ReasonKind::Override);
        let marketer = Some(self.desk.marketer(self.dice));
        Step::by(marketer, LeadStatus::Mql, self.soon(least, most), reason)
    }

    fn disqualify(&mut self) -> Step {
        let reason = self.world.reasons.pick(self.dice, ReasonKind::Disqualify);
        let by = self.lead.owner_id.or(self.manager());
        let at = self.soon(60, 60 * 24 * 8);
        Step::by(by, LeadStatus::Disqualified, at, reason)
    }

    fn recycle(&mut self) -> Step {
        let reason = self.world.reasons.pick(self.dice, ReasonKind::Recycle);
        let at = self.soon(60 * 24 * 3, 60 * 24 * 30);
        Step::by(self.lead.owner_id, LeadStatus::Recycled, at, reason)
    }

    fn manager(&self) -> Option<Uuid> {
        Some(self.world.team.marketing_manager)
    }

    /// Within working hours, `least` to `most` minutes from the last step.
    fn soon(&mut self, least: i64, most: i64) -> DateTime<Utc> {
        let at = self.lead.updated_at + self.dice.minutes(least.max(1), most);
        working(self.dice, at, self.region.utc_offset())
    }

    /// As [`Walk::soon`], but mostly soon: half of them in the first twentieth of the time.
    fn soon_by_far(&mut self, least: i64, most: i64) -> DateTime<Utc> {
        let most = if self.dice.chance(50) {
            most / 20
        } else {
            most
        };
        self.soon(least, most)
    }

    /// Whether marketing has disputed a rejection in this cycle; it may once.
    fn disputed(&self) -> bool {
        self.transitions.iter().any(|step| {
            step.cycle == self.lead.cycle
                && step.from_status == Some(LeadStatus::Rejected)
                && step.to_status == LeadStatus::Mql
        })
    }

    fn enter(&mut self, step: Step) {
        let from = self.lead.status;
        let lead = &mut self.lead;
        if step.to == LeadStatus::New {
            lead.cycle += 1;
            lead.mql_at = None;
            lead.accepted_at = None;
            lead.first_touched_at = None;
            lead.sql_at = None;
        }
        let stamp = match step.to {
            LeadStatus::Mql => Some(&mut lead.mql_at),
            LeadStatus::Accepted => Some(&mut lead.accepted_at),
            LeadStatus::Working => Some(&mut lead.first_touched_at),
            LeadStatus::Sql => Some(&mut lead.sql_at),
            LeadStatus::Converted => Some(&mut lead.converted_at),
            _ => None,
        };
        if let Some(stamp) = stamp {
            stamp.get_or_insert(step.at);
        }
        self.reasons_after(&step);
        if step.to == LeadStatus::Mql {
            let owner = self
                .account_owner
                .unwrap_or_else(|| self.desk.rep(self.dice));
            self.lead.owner_id.get_or_insert(owner);
        }
        self.score_after(step.to);
        self.lead.version += 1;
        self.lead.updated_by = step.by;
        self.record(Some(from), step);
    }

    /// The reasons, and the day to resume, that a lead has while it stands where `step` leads.
    fn reasons_after(&mut self, step: &Step) {
        let lead = &mut self.lead;
        lead.disqualify_reason_id = None;
        lead.resume_at = None;
        match step.to {
            LeadStatus::Rejected => lead.reject_reason_id = step.reason,
            // Taken back, or begun anew.
            LeadStatus::Mql | LeadStatus::New => lead.reject_reason_id = None,
            LeadStatus::Disqualified => lead.disqualify_reason_id = step.reason,
            LeadStatus::Recycled => {
                let rest = TimeDelta::days(self.dice.between(30, 120));
                lead.resume_at = Some(step.at + rest);
            }
            _ => {}
        }
    }

    fn score_after(&mut self, to: LeadStatus) {
        let score = match to {
            LeadStatus::Mql => self.lead.score.max(self.dice.between_i32(QUALIFIED, 92)),
            LeadStatus::Working | LeadStatus::Sql => {
                (self.lead.score + self.dice.between_i32(0, 6)).min(100)
            }
            LeadStatus::Recycled => self.dice.between_i32(25, 55),
            _ => self.lead.score,
        };
        set_score(self.dice, &mut self.lead, score);
    }

    fn record(&mut self, from_status: Option<LeadStatus>, step: Step) {
        let at = step.at;
        let id = match self.transitions.last() {
            Some(last) => self.dice.id_after(last.id, at),
            None => self.dice.id(at),
        };
        self.lead.status = step.to;
        self.lead.updated_at = at;
        self.transitions.push(lead_transition::Model {
            id,
            lead_id: self.lead.id,
            from_status,
            to_status: step.to,
            at,
            by_user_id: step.by,
            cause: step.cause,
            reason_id: step.reason,
            note: step.note.map(str::to_owned),
            score_snapshot: Some(self.lead.score),
            cycle: self.lead.cycle,
            backfilled: false,
            created_at: at,
        });
    }
}

/// Sets the score, and its halves so that they average to it.
pub(super) fn set_score(dice: &mut Dice, lead: &mut lead::Model, score: i32) {
    lead.score = score;
    lead.fit_score = dice.between_i32((2 * score - 100).max(0), (2 * score).min(100));
    lead.engagement_score = 2 * score - lead.fit_score;
    lead.intent_band = match score {
        ..40 => IntentBand::Nurture,
        40..70 => IntentBand::Warm,
        _ => IntentBand::Hot,
    };
}

/// Percentage points that leads of `source` are better than others.
fn quality(source: LeadSource) -> i64 {
    match source {
        LeadSource::Referral | LeadSource::Partner => 10,
        LeadSource::WebForm | LeadSource::Event => 4,
        LeadSource::ListImport | LeadSource::Social => -12,
        LeadSource::Paid => -4,
        _ => 0,
    }
}
