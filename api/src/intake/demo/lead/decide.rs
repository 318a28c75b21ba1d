//! What happens to a lead next, by where it stands: who decides, when, and with what reason.

use chrono::{DateTime, Utc};
use entity::{
    lead::{LeadSource, LeadStatus},
    reason_code::ReasonKind,
};
use uuid::Uuid;

use super::{Step, Walk};
use crate::intake::demo::calendar::working;

impl Walk<'_> {
    pub(super) fn next(&mut self) -> Option<Step> {
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
                Some(self.manager()),
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
            let by = Some(self.manager());
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
                let by = Some(self.manager());
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
        Some(Step::by(Some(self.manager()), LeadStatus::New, at, reason))
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
        let by = self.lead.owner_id.or(Some(self.manager()));
        let at = self.soon(60, 60 * 24 * 8);
        Step::by(by, LeadStatus::Disqualified, at, reason)
    }

    fn recycle(&mut self) -> Step {
        let reason = self.world.reasons.pick(self.dice, ReasonKind::Recycle);
        let at = self.soon(60 * 24 * 3, 60 * 24 * 30);
        Step::by(self.lead.owner_id, LeadStatus::Recycled, at, reason)
    }

    fn manager(&self) -> Uuid {
        self.world.team.marketing_manager
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
