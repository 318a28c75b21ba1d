//! Leads: each walks the state machine of the hub, step by step, until the year is over.
//!
//! What the walk promises, and the tests check: every step is one that the hub allows and a row of
//! its own; what a lead's row says (status, stamps, reasons, score) follows from those rows. A stamp
//! holds the first time in the lead's current cycle.

mod decide;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    lead::{self, IntentBand, LeadStatus},
    lead_transition::{self, TransitionCause},
};
use uuid::Uuid;

use super::{
    World,
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
#[derive(Clone, Copy)]
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

    fn enter(&mut self, step: Step) {
        let from = self.lead.status;
        let lead = &mut self.lead;
        if step.to == LeadStatus::New {
            lead.cycle += 1;
            lead.mql_at = None;
            lead.accepted_at = None;
            lead.first_touched_at = None;
            lead.sql_at = None;
            lead.definition_id = None;
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
        self.reasons_after(step);
        if step.to == LeadStatus::Mql {
            self.lead.definition_id = self.world.definitions.active();
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
    fn reasons_after(&mut self, step: Step) {
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
            need: None,
            authority: None,
            budget: None,
            timing: None,
            score_snapshot: Some(self.lead.score),
            definition_id: self
                .lead
                .definition_id
                .filter(|_| step.to == LeadStatus::Mql),
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
