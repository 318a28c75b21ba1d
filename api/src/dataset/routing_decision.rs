//! What there is to read of a routing decision.

use entity::{
    routing_candidate,
    routing_decision::{Column, DecisionStrategy, Entity as Table},
};

use super::{
    declare::{boolean, choice, descending, instant, int, text},
    model::{Entity, Enumeration},
};

pub(super) fn routing_decision() -> Entity {
    Entity::of::<Table>(
        (
            "RoutingDecision",
            "routingDecision",
            "routingDecisions",
            "routed",
        ),
        "Who got a lead that was handed over or given to somebody else, and why. Decisions are only ever added.",
        descending("at"),
    )
    .one(("lead", "leadId"), Column::LeadId, "Lead", "The lead.")
    .open(instant("at", Column::At, "When, in UTC."))
    .open(text(
        "step",
        Column::Step,
        "What led to it: a mutation, such as `qualifyLead`, or a rule of the hub, such as `definitionMet`.",
    ))
    .open(choice(
        "strategy",
        Column::Strategy,
        decision_strategy(),
        "What chose.",
    ))
    .one(
        ("routingRule", "routingRuleId"),
        Column::RoutingRuleId,
        "RoutingRule",
        "The rule that it was chosen by; null: no rule led to anybody, or none was asked.",
    )
    .one(("user", "userId"), Column::UserId, "User", "Who got it.")
    .open(text("reason", Column::Reason, "Why, in a sentence."))
    .open(boolean(
        "overCapacity",
        Column::OverCapacity,
        "Whether who got it had as many open leads as they can work already.",
    ))
    .open(int(
        "candidateCount",
        Column::CandidateCount,
        "How many users were looked at.",
    ))
    .many(
        "candidates",
        "RoutingCandidate",
        routing_candidate::Column::RoutingDecisionId,
        "Who was looked at, 50 at the most: who was chosen, then the others as they were looked at. Those that you see.",
    )
    .read_by("lead")
    .part_of(Column::LeadId, "Lead")
}

fn decision_strategy() -> Enumeration {
    Enumeration::of(
        "DecisionStrategy",
        "What chose who gets a lead.",
        |value: DecisionStrategy| match value {
            DecisionStrategy::Kept => "It was theirs already, and they are in sales.",
            DecisionStrategy::AccountOwner => "They own its account.",
            DecisionStrategy::Territory => {
                "They work nearest to where it lies, and have the fewest open leads."
            }
            DecisionStrategy::RoundRobin => "It was their turn.",
            DecisionStrategy::LeastLoaded => "They have the fewest open leads.",
            DecisionStrategy::Manager => {
                "They manage sales, or who rejected it; or nobody else could take it."
            }
            DecisionStrategy::ByHand => "Somebody said who.",
        },
    )
}
