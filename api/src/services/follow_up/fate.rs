//! What became of a hand-over. Pure.

use uuid::Uuid;

use crate::reader::HandedOver;

/// What became of a hand-over, as of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Sales has accepted it, whatever came of that.
    Accepted,
    /// Sales did not take it, for that reason, and it was neither disputed nor handed over again since.
    Rejected(Option<Uuid>),
    /// Marketing has taken it back before sales answered.
    Recalled,
    /// Sales has said neither: it waits, or was given up without an answer.
    Undecided,
}

impl Fate {
    /// What became of `handed`: what its steps say, or, of an import that has none, what it is now.
    pub(super) fn of(handed: &HandedOver) -> Self {
        let (mut fate, mut decided) = (Self::Undecided, false);
        for step in &handed.steps {
            let from = step.from.as_deref();
            let next = match step.to.as_str() {
                "ACCEPTED" | "WORKING" | "SQL" | "CONVERTED" => return Self::Accepted,
                "REJECTED" => Self::Rejected(step.reason),
                "NURTURING" if from == Some("MQL") => Self::Recalled,
                "MQL" => Self::Undecided,
                _ => continue,
            };
            decided = next != Self::Undecided;
            fate = next;
        }
        if decided || !handed.current {
            return fate;
        }
        Self::as_it_is(handed)
    }

    /// What the lead is now says of it.
    fn as_it_is(handed: &HandedOver) -> Self {
        match handed.status.as_str() {
            "ACCEPTED" | "WORKING" | "SQL" | "CONVERTED" => Self::Accepted,
            _ if handed.accepted => Self::Accepted,
            "REJECTED" => Self::Rejected(handed.reject_reason),
            "RECYCLED" | "DISQUALIFIED" if handed.reject_reason.is_some() => {
                Self::Rejected(handed.reject_reason)
            }
            _ => Self::Undecided,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::reader::HandedStep;

    const WHY: Uuid = Uuid::from_u128(7);

    fn handed(status: &str, steps: &[(&str, &str)]) -> HandedOver {
        let steps = steps.iter().map(|(from, to)| HandedStep {
            from: Some((*from).to_owned()),
            to: (*to).to_owned(),
            reason: (*to == "REJECTED").then_some(WHY),
        });
        HandedOver {
            id: Uuid::nil(),
            cycle: 1,
            at: DateTime::UNIX_EPOCH,
            backfilled: false,
            current: true,
            status: status.to_owned(),
            accepted: false,
            reject_reason: None,
            owner: None,
            campaign: None,
            territory: None,
            path: None,
            source: "OTHER".to_owned(),
            touched: None,
            steps: steps.collect(),
        }
    }

    #[test]
    fn the_last_answer_of_sales_counts() {
        let cases: [(&[(&str, &str)], Fate); 9] = [
            (&[("NEW", "MQL")], Fate::Undecided),
            (&[("NEW", "MQL"), ("MQL", "ACCEPTED")], Fate::Accepted),
            (
                &[
                    ("MQL", "ACCEPTED"),
                    ("ACCEPTED", "RECYCLED"),
                    ("RECYCLED", "MQL"),
                ],
                Fate::Accepted,
            ),
            (&[("MQL", "REJECTED")], Fate::Rejected(Some(WHY))),
            (
                &[
                    ("MQL", "REJECTED"),
                    ("REJECTED", "RECYCLED"),
                    ("RECYCLED", "NURTURING"),
                ],
                Fate::Rejected(Some(WHY)),
            ),
            (&[("MQL", "REJECTED"), ("REJECTED", "MQL")], Fate::Undecided),
            (
                &[
                    ("MQL", "REJECTED"),
                    ("REJECTED", "MQL"),
                    ("MQL", "ACCEPTED"),
                ],
                Fate::Accepted,
            ),
            (&[("MQL", "NURTURING")], Fate::Recalled),
            (
                &[("MQL", "NURTURING"), ("NURTURING", "MQL")],
                Fate::Undecided,
            ),
        ];
        for (steps, fate) in cases {
            assert_eq!(Fate::of(&handed("MQL", steps)), fate, "{steps:?}");
        }
    }

    #[test]
    fn what_was_given_up_without_an_answer_is_undecided() {
        let given_up = handed("DISQUALIFIED", &[("NEW", "MQL"), ("MQL", "DISQUALIFIED")]);
        assert_eq!(Fate::of(&given_up), Fate::Undecided);
    }

    #[test]
    fn without_steps_it_is_what_the_lead_is_in_that_cycle() {
        let sql = handed("SQL", &[]);
        assert_eq!(Fate::of(&sql), Fate::Accepted);
        let earlier = HandedOver {
            current: false,
            ..sql
        };
        assert_eq!(Fate::of(&earlier), Fate::Undecided);
        let rejected = HandedOver {
            reject_reason: Some(WHY),
            ..handed("RECYCLED", &[])
        };
        assert_eq!(Fate::of(&rejected), Fate::Rejected(Some(WHY)));
        let recycled = HandedOver {
            accepted: true,
            ..handed("RECYCLED", &[])
        };
        assert_eq!(Fate::of(&recycled), Fate::Accepted);
    }
}
