//! Who is chosen, for any team.

use std::collections::BTreeMap;

use entity::{
    routing_candidate::CandidateWhy, routing_decision::DecisionStrategy,
    routing_rule::RoutingStrategy,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::choose::{Asked, Decision, Person, Rule, Team};
use CandidateWhy::{
    AtCapacity, Farther, Inactive, LaterInTurn, LeastLoaded, Manager, Nearest, NextInTurn,
    NotInTerritory, OutOfOffice, OwnerAlready, OwnerOfAccount,
};

fn rep(number: u128) -> Person {
    Person {
        id: Uuid::from_u128(number),
        active: true,
        in_sales: true,
        is_rep: true,
        ..Person::default()
    }
}

fn team(people: impl IntoIterator<Item = Person>) -> Team {
    let people = people.into_iter().map(|person| (person.id, person));
    Team {
        people: people.collect(),
        rules: Vec::new(),
    }
}

fn rule(strategy: RoutingStrategy, members: &[u128]) -> Rule {
    Rule {
        id: Uuid::from_u128(900),
        strategy,
        members: members.iter().copied().map(Uuid::from_u128).collect(),
        turns: BTreeMap::new(),
    }
}

fn lead(number: u128) -> Asked {
    Asked {
        lead: Uuid::from_u128(1_000_000 + number),
        ..Asked::default()
    }
}

fn whys(decision: &Decision) -> Vec<(u128, CandidateWhy)> {
    let candidates = decision.candidates.iter();
    candidates.map(|it| (it.user.as_u128(), it.why)).collect()
}

/// Somebody: active, absent, capacity, open leads, rep or manager.
fn anybody(number: u128) -> impl Strategy<Value = Person> {
    let traits = (
        prop::bool::weighted(0.8),
        prop::bool::weighted(0.2),
        prop::option::of(0_i64..4),
        0_i64..5,
        prop::bool::weighted(0.8),
    );
    traits.prop_map(move |(active, absent, capacity, open, is_rep)| Person {
        active,
        absent,
        capacity,
        open,
        is_rep,
        is_manager: !is_rep,
        ..rep(number)
    })
}

fn anybodies() -> impl Strategy<Value = Team> {
    let people = (1_u128..9).map(anybody).collect::<Vec<_>>();
    people.prop_map(team)
}

fn can(person: &Person) -> bool {
    let full = person.capacity.is_some_and(|most| person.open >= most);
    person.active && !person.absent && !full
}

proptest! {
    #[test]
    fn nobody_is_chosen_who_cannot_while_somebody_can(
        mut team in anybodies(),
        owner in 1_u128..9,
        account_owner in 1_u128..9,
    ) {
        for number in 0..20 {
            let before = team.clone();
            let asked = Asked {
                owner: Some(Uuid::from_u128(owner)),
                account_owner: Some(Uuid::from_u128(account_owner)),
                ..lead(number)
            };
            let Some(decision) = team.choose(&asked) else {
                // Only who is not active gets nothing, whoever asks.
                prop_assert!(before.people.values().all(|it| !it.active));
                break;
            };
            let chosen = &before.people[&decision.user];
            prop_assert!(chosen.active);
            if before.people.values().any(can) {
                prop_assert!(can(chosen), "{chosen:?}");
                prop_assert!(!decision.over_capacity);
            } else if before.people.values().any(|it| it.active && !it.absent) {
                prop_assert!(!chosen.absent);
                prop_assert!(decision.over_capacity);
                let mut present = before.people.values().filter(|it| it.active && !it.absent);
                prop_assert!(present.all(|it| it.open >= chosen.open));
            }
            prop_assert_eq!(decision.candidates[0].user, decision.user);
            prop_assert_eq!(decision.candidates[0].eligible, can(chosen));
            prop_assert_eq!(team.people[&decision.user].open, chosen.open + 1);
        }
    }

    #[test]
    fn the_least_loaded_is_chosen(mut team in anybodies(), number in 0_u128..1_000) {
        let before = team.clone();
        let Some(decision) = team.choose(&lead(number)) else { return Ok(()) };
        let chosen = &before.people[&decision.user];
        if decision.strategy == DecisionStrategy::LeastLoaded && can(chosen) {
            let mut others = before.people.values().filter(|it| it.is_rep && can(it));
            prop_assert!(others.all(|other| other.open >= chosen.open));
        }
    }

    #[test]
    fn everybody_has_their_turn(people in 1_u128..12, leads in 0_u128..100) {
        let members: Vec<u128> = (1..=people).collect();
        let mut team = team((1..=people).map(rep));
        team.rules.push(rule(RoutingStrategy::RoundRobin, &members));
        let mut counts: BTreeMap<Uuid, u128> = team.people.keys().map(|id| (*id, 0)).collect();
        for number in 0..leads {
            let asked = Asked { rules: vec![0], ..lead(number) };
            let decision = team.choose(&asked).unwrap();
            prop_assert_eq!(decision.strategy, DecisionStrategy::RoundRobin);
            *counts.get_mut(&decision.user).unwrap() += 1;
        }
        let fair = leads / people;
        prop_assert!(counts.values().all(|count| (fair..=fair + 1).contains(count)));
    }
}

#[test]
fn turns_are_fair_where_each_lead_has_a_pool_of_its_own() {
    let at = |number, territory: &str| Person {
        territories: vec![territory.to_owned()],
        ..rep(number)
    };
    let mut team = team([at(1, "/A/"), at(2, "/A/"), at(3, "/B/"), at(4, "/B/")]);
    team.rules.push(rule(RoutingStrategy::RoundRobin, &[]));
    let mut chosen = Vec::new();
    for number in 0..8 {
        let path = if number % 2 == 0 { "/A/X/" } else { "/B/" };
        let asked = Asked {
            path: Some(path.to_owned()),
            rules: vec![0],
            ..lead(number)
        };
        chosen.push(team.choose(&asked).unwrap().user.as_u128());
    }
    assert_eq!(chosen, [1, 3, 2, 4, 1, 3, 2, 4]);
}

#[test]
fn who_is_absent_misses_a_turn_and_is_next_when_they_are_back() {
    let mut team = team([rep(1), rep(2)]);
    team.rules.push(rule(RoutingStrategy::RoundRobin, &[1, 2]));
    let mut next = |absent: bool| {
        let away = team.people.get_mut(&Uuid::from_u128(1)).unwrap();
        away.absent = absent;
        let asked = Asked {
            rules: vec![0],
            ..lead(1)
        };
        whys(&team.choose(&asked).unwrap())
    };
    assert_eq!(next(true), [(2, NextInTurn), (1, OutOfOffice)]);
    assert_eq!(next(false), [(1, NextInTurn), (2, LaterInTurn)]);
    assert_eq!(next(false), [(2, NextInTurn), (1, LaterInTurn)]);
}

#[test]
fn without_a_rule_it_is_who_owns_the_account_then_who_works_nearest_then_anybody_then_a_manager() {
    let near = |number, territory: &str, open| Person {
        territories: vec![territory.to_owned()],
        open,
        ..rep(number)
    };
    let manager = Person {
        is_rep: false,
        is_manager: true,
        ..rep(5)
    };
    let mut team = team([
        rep(1),
        near(2, "/EU/", 0),
        near(3, "/EU/DE/", 7),
        near(4, "/US/", 3),
        manager,
    ]);
    let asked = Asked {
        account_owner: Some(Uuid::from_u128(1)),
        path: Some("/EU/DE/BY/".to_owned()),
        ..lead(1)
    };
    let gone = |team: &mut Team, number: u128| {
        let person = team.people.get_mut(&Uuid::from_u128(number)).unwrap();
        person.active = false;
    };
    assert_eq!(whys(&team.choose(&asked).unwrap()), [(1, OwnerOfAccount)]);
    gone(&mut team, 1);
    let nearest = [(3, Nearest), (1, Inactive), (2, Farther)];
    assert_eq!(whys(&team.choose(&asked).unwrap()), nearest);
    for number in [2, 3] {
        let person = team.people.get_mut(&Uuid::from_u128(number)).unwrap();
        person.absent = true;
    }
    let decision = team.choose(&asked).unwrap();
    assert_eq!(decision.strategy, DecisionStrategy::LeastLoaded);
    assert_eq!(whys(&decision)[0], (4, LeastLoaded));
    gone(&mut team, 4);
    let decision = team.choose(&asked).unwrap();
    assert_eq!(decision.strategy, DecisionStrategy::Manager);
    assert_eq!(whys(&decision)[0], (5, Manager));
    gone(&mut team, 5);
    // Better somebody who is absent than nobody.
    let decision = team.choose(&asked).unwrap();
    assert_eq!(whys(&decision)[0].1, OutOfOffice);
    gone(&mut team, 2);
    gone(&mut team, 3);
    assert!(team.choose(&asked).is_none());
}

#[test]
fn what_is_theirs_stays_theirs_unless_they_cannot_take_it() {
    let mut team = team([rep(1), rep(2)]);
    team.rules.push(rule(RoutingStrategy::LeastLoaded, &[2]));
    let asked = Asked {
        owner: Some(Uuid::from_u128(1)),
        rules: vec![0],
        ..lead(1)
    };
    assert_eq!(whys(&team.choose(&asked).unwrap()), [(1, OwnerAlready)]);
    team.people.get_mut(&Uuid::from_u128(1)).unwrap().capacity = Some(1);
    let decision = team.choose(&asked).unwrap();
    assert_eq!(decision.rule, Some(Uuid::from_u128(900)));
    assert_eq!(whys(&decision), [(2, LeastLoaded), (1, AtCapacity)]);
}

#[test]
fn a_rule_for_a_territory_leaves_out_who_works_elsewhere() {
    let here = Person {
        territories: vec!["/EU/".to_owned()],
        ..rep(1)
    };
    let mut team = team([here, rep(2)]);
    team.rules.push(rule(RoutingStrategy::Territory, &[1, 2]));
    let asked = Asked {
        path: Some("/EU/DE/".to_owned()),
        rules: vec![0],
        ..lead(1)
    };
    let decision = team.choose(&asked).unwrap();
    assert_eq!(whys(&decision), [(1, Nearest), (2, NotInTerritory)]);
    assert!(!decision.candidates[1].eligible);
}

#[test]
fn a_disputed_rejection_goes_to_the_manager_of_who_rejected_it() {
    let rejected = Person {
        manager: Some(Uuid::from_u128(3)),
        ..rep(1)
    };
    let manager = |number| Person {
        is_rep: false,
        is_manager: true,
        ..rep(number)
    };
    let mut team = team([rejected, manager(2), manager(3)]);
    let asked = Asked {
        owner: Some(Uuid::from_u128(1)),
        disputed: true,
        ..lead(1)
    };
    assert_eq!(team.choose(&asked).unwrap().user, Uuid::from_u128(3));
    team.people.get_mut(&Uuid::from_u128(3)).unwrap().active = false;
    assert_eq!(team.choose(&asked).unwrap().user, Uuid::from_u128(2));
}

#[test]
fn who_are_alike_get_leads_by_lot() {
    let mut counts: BTreeMap<Uuid, u32> = BTreeMap::new();
    for number in 0..1_000 {
        let mut team = team((1..=4).map(rep));
        let asked = Asked {
            lead: Uuid::from_u128(number * 7_919),
            ..lead(0)
        };
        *counts.entry(team.choose(&asked).unwrap().user).or_default() += 1;
    }
    assert!(
        counts.values().all(|count| (150..350).contains(count)),
        "{counts:?}"
    );
}
