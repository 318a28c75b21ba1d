//! What there is to read of a change of a deal.

use entity::opportunity_change::{Column, Entity as Table, OpportunityField};

use super::{
    declare::{ascending, boolean, choice, instant, text},
    model::{Entity, Enumeration},
};

pub(super) fn opportunity_change() -> Entity {
    Entity::of::<Table>(
        (
            "OpportunityChange",
            "opportunityChange",
            "opportunityChanges",
            "oppchg",
        ),
        "One change of a deal. Changes are only ever added.",
        ascending("at"),
    )
    .one(
        ("opportunity", "opportunityId"),
        Column::OpportunityId,
        "Opportunity",
        "The deal.",
    )
    .field(choice(
        "field",
        Column::Field,
        opportunity_field(),
        "What changed.",
    ))
    .field(text(
        "fromValue",
        Column::FromValue,
        "What it was; null for nothing.",
    ))
    .field(text(
        "toValue",
        Column::ToValue,
        "What it became; null for nothing.",
    ))
    .field(instant("at", Column::At, "When, in UTC."))
    .one(
        ("byUser", "byUserId"),
        Column::ByUserId,
        "User",
        "Who changed it; null for the hub itself.",
    )
    .field(text(
        "reason",
        Column::Reason,
        "Why, where a reason is required.",
    ))
    .field(boolean(
        "backfilled",
        Column::Backfilled,
        "Whether an import added it afterwards.",
    ))
    .recorded(Column::CreatedAt)
}

pub(super) fn opportunity_field() -> Enumeration {
    Enumeration::of(
        "OpportunityField",
        "One change of one field of a deal. Rows are added only, in the transaction of the change.",
        |value: OpportunityField| match value {
            OpportunityField::Stage => "How far it is.",
            OpportunityField::Amount => "What it is worth.",
            OpportunityField::CloseDate => "The day that it should be decided by.",
            OpportunityField::Owner => "Who works on it.",
        },
    )
}
