//! Choosing who gets a lead: facts in, a decision out. Pure, so that it can be tried on any team.

use std::collections::{BTreeMap, BTreeSet};

use entity::{
    routing_candidate::CandidateWhy, routing_decision::DecisionStrategy,
    routing_rule::RoutingStrategy,
};
use uuid::Uuid;

/// What matters of a user.
#[derive(Clone, Debug, Default)]
pub(super) struct Person {
    pub(super) id: Uuid,
    pub(super) active: bool,
    /// Out of office at this instant.
    pub(super) absent: bool,
    /// How many open leads they can work; none is no limit.
    pub(super) capacity: Option<i64>,
    /// How many open leads they have.
    pub(super) open: i64,
    /// Whether they are in sales, and keep a lead that is theirs.
    pub(super) in_sales: bool,
    /// Whether leads are given to them where nobody says to whom.
    pub(super) is_rep: bool,
    pub(super) is_manager: bool,
    pub(super) manager: Option<Uuid>,
    /// The paths of the territories that they work in.
    pub(super) territories: Vec<String>,
}

/// What matters of a rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) id: Uuid,
    pub(super) strategy: RoutingStrategy,
    /// Its pool; empty: the reps who work where the lead lies.
    pub(super) members: BTreeSet<Uuid>,
    /// By user, the number of the last turn that they had.
    pub(super) turns: BTreeMap<Uuid, i64>,
}

/// A lead that somebody is to get.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    pub(super) lead: Uuid,
    pub(super) owner: Option<Uuid>,
    pub(super) account_owner: Option<Uuid>,
    /// The path of the territory that it lies in.
    pub(super) path: Option<String>,
    /// The rules that hold for it, by their place in the team's, in order.
    pub(super) rules: Vec<usize>,
    /// Whether its owner has rejected it, so that it goes to a manager.
    pub(super) disputed: bool,
}

/// Who gets a lead, and why.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    pub(super) user: Uuid,
    pub(super) strategy: DecisionStrategy,
    pub(super) rule: Option<Uuid>,
    /// Whether who gets it has as many open leads as they can work already.
    pub(super) over_capacity: bool,
    /// Who was looked at: who was chosen, then the others in that order.
    pub(super) candidates: Vec<Candidate>,
}

/// A user who was looked at.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) user: Uuid,
    pub(super) eligible: bool,
    pub(super) why: CandidateWhy,
    pub(super) open: i64,
}

/// Everybody who may get a lead, and the rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Team {
    pub(super) people: BTreeMap<Uuid, Person>,
    pub(super) rules: Vec<Rule>,
}

/// Who was looked at, in that order, each once.
#[derive(Default)]
struct Weighed {
    candidates: Vec<Candidate>,
    places: BTreeMap<Uuid, usize>,
}

/// A pool, and how it is chosen from.
struct Attempt<'t> {
    strategy: DecisionStrategy,
    rule: Option<&'t Rule>,
    pool: Vec<&'t Person>,
    /// Who is in the pool, and does not work where the lead lies.
    outside: Vec<&'t Person>,
}

impl Team {
    /// Who gets the lead, who has one more from then on; `None` where there is nobody.
    ///
    /// The pools are tried one after the other, and the first counts in which somebody is active, present and has
    /// room. Where there is nobody in any, who is present gets it although they have no room, and else who is absent.
    pub(super) fn choose(&mut self, asked: &Asked) -> Option<Decision> {
        let mut weighed = Weighed::default();
        let mut decision = None;
        for attempt in self.attempts(asked) {
            decision = attempt.choose(asked, &mut weighed);
            if decision.is_some() {
                break;
            }
        }
        let over = [CandidateWhy::AtCapacity, CandidateWhy::OutOfOffice];
        let mut over = over.into_iter();
        let decision = decision.or_else(|| over.find_map(|why| least(asked, why, &weighed)));
        let mut decision = decision?;
        decision.candidates = weighed.candidates;
        let chosen = decision.user;
        decision.candidates.sort_by_key(|it| it.user != chosen);
        self.remember(&decision);
        Some(decision)
    }

    /// That somebody said who gets the lead.
    pub(super) fn given(&self, user: Uuid) -> Option<Decision> {
        let person = self.people.get(&user)?;
        let candidate = Candidate {
            user,
            eligible: person.obstacle().is_none(),
            why: CandidateWhy::Said,
            open: person.open,
        };
        Some(Decision {
            user,
            strategy: DecisionStrategy::ByHand,
            rule: None,
            over_capacity: person.is_full(),
            candidates: vec![candidate],
        })
    }

    /// The pools in the order in which they are tried.
    fn attempts<'t>(&'t self, asked: &'t Asked) -> impl Iterator<Item = Attempt<'t>> {
        use DecisionStrategy::{AccountOwner, Kept, LeastLoaded, Manager, Territory};
        let people = || self.people.values();
        let managers = || people().filter(|it| it.is_manager).collect::<Vec<_>>();
        let owner = asked.owner.and_then(|id| self.people.get(&id));
        let led_by = owner.and_then(|owner| self.people.get(&owner.manager?));
        let disputed = [led_by.into_iter().collect(), managers()];
        let disputed = disputed.into_iter().filter(|_| asked.disputed);
        let disputed = disputed.map(|pool| Attempt::of(Manager, pool));
        let kept = owner.filter(|owner| owner.in_sales);
        let kept = Attempt::of(Kept, kept.into_iter().collect());
        let rules = asked.rules.iter().filter_map(|at| self.rules.get(*at));
        let rules = rules.map(|rule| self.by_rule(rule, asked));
        let owns = asked.account_owner.and_then(|id| self.people.get(&id));
        let near = people().filter(|it| it.is_rep && it.nearness(asked).is_some());
        let reps = people().filter(|it| it.is_rep);
        let last = [
            Attempt::of(AccountOwner, owns.into_iter().collect()),
            Attempt::of(Territory, near.collect()),
            Attempt::of(LeastLoaded, reps.collect()),
            Attempt::of(Manager, managers()),
        ];
        disputed.chain([kept]).chain(rules).chain(last)
    }

    fn by_rule<'t>(&'t self, rule: &'t Rule, asked: &Asked) -> Attempt<'t> {
        let members = rule.members.iter().filter_map(|id| self.people.get(id));
        let (mut pool, mut outside): (Vec<&Person>, Vec<&Person>) = (members.collect(), Vec::new());
        let near = |it: &&Person| it.nearness(asked).is_some();
        match rule.strategy {
            RoutingStrategy::AccountOwner => {
                let owner = asked.account_owner;
                let owner = owner.filter(|id| rule.members.is_empty() || rule.members.contains(id));
                pool = owner
                    .and_then(|id| self.people.get(&id))
                    .into_iter()
                    .collect();
            }
            _ if rule.members.is_empty() => {
                let reps = self.people.values().filter(|it| it.is_rep);
                pool = reps.filter(near).collect();
            }
            RoutingStrategy::Territory => (pool, outside) = pool.into_iter().partition(near),
            RoutingStrategy::RoundRobin | RoutingStrategy::LeastLoaded => {}
        }
        let strategy = match rule.strategy {
            RoutingStrategy::AccountOwner => DecisionStrategy::AccountOwner,
            RoutingStrategy::Territory => DecisionStrategy::Territory,
            RoutingStrategy::RoundRobin => DecisionStrategy::RoundRobin,
            RoutingStrategy::LeastLoaded => DecisionStrategy::LeastLoaded,
        };
        Attempt {
            rule: Some(rule),
            outside,
            ..Attempt::of(strategy, pool)
        }
    }

    /// They have one lead more, and have had their turn.
    fn remember(&mut self, decision: &Decision) {
        if let Some(person) = self.people.get_mut(&decision.user) {
            person.open = person.open.saturating_add(1);
        }
        let by = |rule: &&mut Rule| Some(rule.id) == decision.rule;
        if let Some(rule) = self.rules.iter_mut().find(by)
            && decision.strategy == DecisionStrategy::RoundRobin
        {
            let last = rule.turns.values().max().copied();
            let turn = last.unwrap_or_default().saturating_add(1);
            rule.turns.insert(decision.user, turn);
        }
    }
}

impl Person {
    fn is_full(&self) -> bool {
        self.capacity.is_some_and(|capacity| self.open >= capacity)
    }

    /// Why they cannot take a lead.
    fn obstacle(&self) -> Option<CandidateWhy> {
        if !self.active {
            Some(CandidateWhy::Inactive)
        } else if self.absent {
            Some(CandidateWhy::OutOfOffice)
        } else {
            self.is_full().then_some(CandidateWhy::AtCapacity)
        }
    }

    /// How deep in the tree the territory is in which they work, and the lead lies; the deeper, the nearer.
    fn nearness(&self, asked: &Asked) -> Option<usize> {
        let path = asked.path.as_deref()?;
        let above = self.territories.iter();
        let above = above.filter(|territory| path.starts_with(territory.as_str()));
        above.map(String::len).max()
    }
}

impl<'t> Attempt<'t> {
    fn of(strategy: DecisionStrategy, pool: Vec<&'t Person>) -> Self {
        Self {
            strategy,
            rule: None,
            pool,
            outside: Vec::new(),
        }
    }

    /// Who of the pool gets the lead, if somebody can take it. Everybody is noted who was looked at.
    fn choose(&self, asked: &Asked, weighed: &mut Weighed) -> Option<Decision> {
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
fn least(asked: &Asked, why: CandidateWhy, weighed: &Weighed) -> Option<Decision> {
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
