//! Choosing who gets a lead: facts in, a decision out. Pure, so that it can be tried on any team.

use std::collections::{BTreeMap, BTreeSet};

use entity::{
    routing_candidate::CandidateWhy, routing_decision::DecisionStrategy,
    routing_rule::RoutingStrategy,
};
use uuid::Uuid;

use super::pool::{Attempt, Weighed, least};

/// What matters of a user.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own, and they are asked in all combinations"
)]
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

    /// Whether that user is known, and works on leads: as a rep or a manager of sales.
    pub(super) fn is_in_sales(&self, user: Uuid) -> bool {
        let person = self.people.get(&user);
        person.is_some_and(|person| person.is_rep || person.is_manager)
    }

    /// Whether that user is known, and works leads.
    pub(super) fn works_leads(&self, user: Uuid) -> bool {
        self.people.get(&user).is_some_and(Person::works_leads)
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
        let kept = owner.filter(|owner| owner.in_sales && owner.works_leads());
        let kept = Attempt::of(Kept, kept.into_iter().collect());
        let rules = asked.rules.iter().filter_map(|at| self.rules.get(*at));
        let rules = rules.map(|rule| self.by_rule(rule, asked));
        let owns = asked.account_owner.and_then(|id| self.people.get(&id));
        let owns = owns.filter(|owner| owner.works_leads());
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
        let members = members.filter(|member| member.works_leads());
        let (mut pool, mut outside): (Vec<&Person>, Vec<&Person>) = (members.collect(), Vec::new());
        let near = |it: &&Person| it.nearness(asked).is_some();
        match rule.strategy {
            RoutingStrategy::AccountOwner => {
                let owner = asked.account_owner;
                let owner = owner.filter(|id| rule.members.is_empty() || rule.members.contains(id));
                pool = owner
                    .and_then(|id| self.people.get(&id))
                    .filter(|owner| owner.works_leads())
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
    /// Whether they could accept a lead, and work it.
    pub(super) fn works_leads(&self) -> bool {
        self.is_rep || self.is_manager
    }

    pub(super) fn is_full(&self) -> bool {
        self.capacity.is_some_and(|capacity| self.open >= capacity)
    }

    /// Why they cannot take a lead.
    pub(super) fn obstacle(&self) -> Option<CandidateWhy> {
        if !self.active {
            Some(CandidateWhy::Inactive)
        } else if self.absent {
            Some(CandidateWhy::OutOfOffice)
        } else {
            self.is_full().then_some(CandidateWhy::AtCapacity)
        }
    }

    /// How deep in the tree the territory is in which they work, and the lead lies; the deeper, the nearer.
    pub(super) fn nearness(&self, asked: &Asked) -> Option<usize> {
        let path = asked.path.as_deref()?;
        let above = self.territories.iter();
        let above = above.filter(|territory| path.starts_with(territory.as_str()));
        above.map(String::len).max()
    }
}
