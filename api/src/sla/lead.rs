//! Which clocks the steps of leads start and stop.

use entity::{lead::LeadStatus, sla_clock::SlaKind};

/// The band of leads that nobody has to hurry with.
pub const NOT_SOON: &str = "NURTURE";

/// What becomes of a clock when its lead takes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was what the clock waits for.
    Met,
    /// It is not waited for any more.
    Cancelled,
    /// It is waited for from the beginning, from somebody else.
    BegunAnew,
    /// It is waited for from somebody else, and its time goes on.
    HandedOver,
}

/// What somebody is waited for while a lead stands there.
#[must_use]
pub fn awaited(status: LeadStatus) -> Option<SlaKind> {
    match status {
        LeadStatus::Mql => Some(SlaKind::Accept),
        LeadStatus::Accepted => Some(SlaKind::FirstTouch),
        LeadStatus::Rejected => Some(SlaKind::Dispose),
        LeadStatus::New
        | LeadStatus::Nurturing
        | LeadStatus::Working
        | LeadStatus::Sql
        | LeadStatus::Converted
        | LeadStatus::Recycled
        | LeadStatus::Disqualified => None,
    }
}

/// What becomes of a clock of `kind` when its lead goes from one status to another; `anew` is whether a clock may be
/// begun anew that stays what is awaited.
#[must_use]
pub fn ending(kind: SlaKind, from: Option<LeadStatus>, to: LeadStatus, anew: bool) -> Ending {
    if from == Some(to) && awaited(to) == Some(kind) {
        let begins = anew && kind == SlaKind::Accept;
        return if begins {
            Ending::BegunAnew
        } else {
            Ending::HandedOver
        };
    }
    let met = match kind {
        SlaKind::Accept => matches!(to, LeadStatus::Accepted | LeadStatus::Rejected),
        SlaKind::FirstTouch => {
            matches!(
                to,
                LeadStatus::Working | LeadStatus::Sql | LeadStatus::Converted
            )
        }
        SlaKind::Dispose => to != LeadStatus::Rejected,
        _ => false,
    };
    if met { Ending::Met } else { Ending::Cancelled }
}

#[cfg(test)]
mod tests {
    use LeadStatus::{
        Accepted, Converted, Disqualified, Mql, New, Nurturing, Recycled, Rejected, Sql, Working,
    };
    use SlaKind::{Accept, Dispose, FirstTouch};

    use super::*;

    #[test]
    fn a_status_awaits_one_thing_at_the_most() {
        let awaiting = [(Mql, Accept), (Accepted, FirstTouch), (Rejected, Dispose)];
        for (status, kind) in awaiting {
            assert_eq!(awaited(status), Some(kind));
        }
        for status in [
            New,
            Nurturing,
            Working,
            Sql,
            Converted,
            Recycled,
            Disqualified,
        ] {
            assert_eq!(awaited(status), None);
        }
    }

    #[test]
    fn what_was_awaited_is_met_by_the_steps_that_were_meant() {
        let steps = [
            (Accept, Mql, Accepted, Ending::Met),
            (Accept, Mql, Rejected, Ending::Met),
            (Accept, Mql, Nurturing, Ending::Cancelled),
            (Accept, Mql, Disqualified, Ending::Cancelled),
            (FirstTouch, Accepted, Working, Ending::Met),
            (FirstTouch, Accepted, Recycled, Ending::Cancelled),
            (FirstTouch, Accepted, Disqualified, Ending::Cancelled),
            (Dispose, Rejected, Recycled, Ending::Met),
            (Dispose, Rejected, Disqualified, Ending::Met),
            (Dispose, Rejected, Mql, Ending::Met),
        ];
        for (kind, from, to, expected) in steps {
            for anew in [false, true] {
                let ending = ending(kind, Some(from), to, anew);
                assert_eq!(ending, expected, "{kind:?} {from:?} {to:?}");
            }
        }
    }

    #[test]
    fn only_the_time_to_accept_begins_anew() {
        assert_eq!(ending(Accept, Some(Mql), Mql, true), Ending::BegunAnew);
        assert_eq!(ending(Accept, Some(Mql), Mql, false), Ending::HandedOver);
        let other = ending(FirstTouch, Some(Accepted), Accepted, true);
        assert_eq!(other, Ending::HandedOver);
    }
}
