//! Choosing from one pool: who of it gets a lead, and why the others do not. Pure.

use std::collections::BTreeMap;

use entity::{routing_candidate::CandidateWhy, routing_decision::DecisionStrategy};
use uuid::Uuid;

use super::choose::{Asked, Candidate, Decision, Person, Rule};

/// Who was looked at, in that order, each once.
#[derive(Default)]
pub(super) struct Weighed {
    pub(super) candidates: Vec<Candidate>,
    places: BTreeMap<Uuid, usize>,
}

/// A pool, and how it is chosen from.
pub(super) struct Attempt<'t> {
    pub(super) strategy: DecisionStrategy,
    pub(super) rule: Option<&'t Rule>,
    pub(super) pool: Vec<&'t Person>,
    /// Who is in the pool, and does not work where the lead lies.
    pub(super) outside: Vec<&'t Person>,
}

impl<'t> Attempt<'t> {
    pub(super) fn of(strategy: DecisionStrategy, pool: Vec<&'t Person>) -> Self {
        Self {
            strategy,
            rule: None,
            pool,
            outside: Vec::new(),
        }
    }

    /// Who of the pool gets the lead, if somebody can take it. Everybody is noted who was looked at.
    pub(super) fn choose(&self, asked: &Asked, weighed: &mut Weighed) -> Option<Decision> {
        let can = self.pool.iter().filter(|it| it.obstacle().is_none());
        let chosen = can.min_by_key(|person| self.rank(person, asked)).copied();
        for person in &self.pool {
            let why = match (person.obstacle(), chosen) {
                (Some(obstacle), _) => obstacle,
                (None, Some(chosen)) if chosen.id == person.id => self.why(),
                (None, Some(chosen)) => self.why_not(person, chosen, asked),
                (None, None) => continue,
            };
            weighed.note(person, why);
        }
        for person in &self.outside {
            weighed.note(person, CandidateWhy::NotInTerritory);
        }
        Some(Decision {
            user: chosen?.id,
            strategy: self.strategy,
            rule: self.rule.map(|rule| rule.id),
            over_capacity: false,
            candidates: Vec::new(),
        })
    }

    /// Who comes first in it: the smallest. Of two who are alike the lot decides, which the lead draws, so that it is
    /// not always the same one.
    fn rank(&self, person: &Person, asked: &Asked) -> (i64, i64, u64) {
        let lot = lot(asked.lead, person.id);
        match (self.strategy, self.rule) {
            (DecisionStrategy::RoundRobin, Some(rule)) => {
                let turn = rule.turns.get(&person.id).copied();
                (turn.unwrap_or_default(), 0, 0)
            }
            (DecisionStrategy::Territory, _) => {
                let depth = i64::try_from(person.nearness(asked).unwrap_or_default());
                (depth.map_or(i64::MIN, |depth| -depth), person.open, lot)
            }
            _ => (0, person.open, lot),
        }
    }

    fn why(&self) -> CandidateWhy {
        match self.strategy {
            DecisionStrategy::Kept => CandidateWhy::OwnerAlready,
            DecisionStrategy::AccountOwner => CandidateWhy::OwnerOfAccount,
            DecisionStrategy::Territory => CandidateWhy::Nearest,
            DecisionStrategy::RoundRobin => CandidateWhy::NextInTurn,
            DecisionStrategy::LeastLoaded => CandidateWhy::LeastLoaded,
            DecisionStrategy::Manager => CandidateWhy::Manager,
            DecisionStrategy::ByHand => CandidateWhy::Said,
        }
    }

    fn why_not(&self, person: &Person, chosen: &Person, asked: &Asked) -> CandidateWhy {
        let nearer = chosen.nearness(asked) > person.nearness(asked);
        match self.strategy {
            DecisionStrategy::RoundRobin => CandidateWhy::LaterInTurn,
            DecisionStrategy::Territory if nearer => CandidateWhy::Farther,
            _ => CandidateWhy::MoreLoaded,
        }
    }
}

impl Weighed {
    /// Notes that somebody was looked at; what was found last counts.
    fn note(&mut self, person: &Person, why: CandidateWhy) {
        let candidate = Candidate {
            user: person.id,
            eligible: person.obstacle().is_none() && why != CandidateWhy::NotInTerritory,
            why,
            open: person.open,
        };
        let next = self.candidates.len();
        let place = *self.places.entry(person.id).or_insert(next);
        match self.candidates.get_mut(place) {
            Some(known) => *known = candidate,
            None => self.candidates.push(candidate),
        }
    }
}

/// Who has the fewest open leads of those whom nothing but this keeps from the lead.
pub(super) fn least(asked: &Asked, why: CandidateWhy, weighed: &Weighed) -> Option<Decision> {
    let kept = weighed.candidates.iter().filter(|it| it.why == why);
    let chosen = kept.min_by_key(|it| (it.open, lot(asked.lead, it.user)))?;
    Some(Decision {
        user: chosen.user,
        strategy: DecisionStrategy::LeastLoaded,
        rule: None,
        over_capacity: why == CandidateWhy::AtCapacity,
        candidates: Vec::new(),
    })
}

/// A number that is another one for each lead and user, and looks random.
fn lot(lead: Uuid, user: Uuid) -> u64 {
    let ids = [lead, user].map(|id| id.as_u64_pair());
    let parts = ids.into_iter().flat_map(|(high, low)| [high, low]);
    parts.fold(0, |lot, part| mixed(lot ^ part))
}

/// The finishing steps of `SplitMix64`: each bit of the number changes half of those that come out.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
