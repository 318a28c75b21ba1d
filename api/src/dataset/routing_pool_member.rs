//! What there is to read of a member of the pool of a routing rule.

use entity::routing_pool_member::{Column, Entity as Table};

use super::{declare::ascending, model::Entity};

pub(super) fn routing_pool_member() -> Entity {
    Entity::of::<Table>(
        (
            "RoutingPoolMember",
            "routingPoolMember",
            "routingPoolMembers",
            "pool",
        ),
        "A user that a routing rule chooses from.",
        ascending("createdAt"),
    )
    .one(
        ("routingRule", "routingRuleId"),
        Column::RoutingRuleId,
        "RoutingRule",
        "The rule.",
    )
    .one(
        ("user", "userId"),
        Column::UserId,
        "User",
        "The user. A rule has each user once.",
    )
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("routing")
    .part_of(Column::RoutingRuleId, "RoutingRule")
    .made("add", &["routingRuleId", "userId"], &[])
    .written_with("update")
}
