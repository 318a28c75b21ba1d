//! What there is to read of a routing rule.

use entity::{
    routing_decision, routing_pool_member,
    routing_rule::{Column, Entity as Table, RoutingStrategy},
};

use super::{
    declare::{ascending, boolean, choice, int, json, text},
    model::{Entity, Enumeration},
};

pub(super) fn routing_rule() -> Entity {
    Entity::of::<Table>(("RoutingRule", "routingRule", "routingRules", "route"), "Who gets which leads that are handed over. Of the active rules that hold for a lead, the first by `priority` counts that leads to somebody who can take it.", ascending("priority"))
    .open(text("name", Column::Name, "What it is called."))
    .open(int("priority", Column::Priority, "Which comes first where several hold: the smallest, and of two that are equal the older."))
    .open(json("condition", Column::Condition, "Which leads it is for: `{\"intentBand\": [\"HOT\"], \"source\": [\"EVENT\"], \"territory\": [\"terr_…\"]}`, of which each that is said must hold; a territory counts with all below it. Null is every lead."))
    .open(choice("strategy", Column::Strategy, routing_strategy(), "How it chooses from its pool."))
    .open(boolean("active", Column::Active, "Whether it counts."))
    .many("members", "RoutingPoolMember", routing_pool_member::Column::RoutingRuleId, "Its pool: the users that it chooses from. Without any it is the sales reps who work in the territory of the lead, or above it.")
    .many("decisions", "RoutingDecision", routing_decision::Column::RoutingRuleId, "What it has decided, latest first.")
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("routing")
    .can(&["create"], &["update", "delete", "restore", "destroy"])
    .made("create", &["name", "strategy"], &["priority", "condition", "active"])
    .changed("update", &["name", "strategy", "priority", "condition", "active"])
}

fn routing_strategy() -> Enumeration {
    Enumeration::of(
        "RoutingStrategy",
        "How a routing rule chooses from its pool. Who is not active, absent, or has as many open leads as they can work, is left out.",
        |value: RoutingStrategy| match value {
            RoutingStrategy::AccountOwner => {
                "Who owns the account of the lead; where there is a pool, only somebody in it."
            }
            RoutingStrategy::Territory => {
                "Who works nearest to where the lead lies, and of these who has the fewest open leads."
            }
            RoutingStrategy::RoundRobin => "One after the other.",
            RoutingStrategy::LeastLoaded => "Who has the fewest open leads.",
        },
    )
}
