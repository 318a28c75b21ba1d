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
    .open(choice(
        "field",
        Column::Field,
        opportunity_field(),
        "What changed.",
    ))
    .telling(
        text(
            "fromValue",
            Column::FromValue,
            "What it was; null for nothing. An amount is in minor units, such as cents, without its currency; an owner is a global id.",
        ),
        ("Opportunity", "amount"),
    )
    .telling(
        text(
            "toValue",
            Column::ToValue,
            "What it became; null for nothing. An amount is in minor units, such as cents, without its currency; an owner is a global id.",
        ),
        ("Opportunity", "amount"),
    )
    .open(instant("at", Column::At, "When, in UTC."))
    .one(
        ("byUser", "byUserId"),
        Column::ByUserId,
        "User",
        "Who changed it; null for the hub itself.",
    )
    .open(text(
        "reason",
        Column::Reason,
        "Why, where a reason is required.",
    ))
    .open(boolean(
        "backfilled",
        Column::Backfilled,
        "Whether an import added it afterwards.",
    ))
    .recorded(Column::CreatedAt)
    .read_by("opportunity")
    .part_of(Column::OpportunityId, "Opportunity")
}

pub(super) fn opportunity_field() -> Enumeration {
    Enumeration::of(
        "OpportunityField",
        "The field of a deal that a change is about.",
        |value: OpportunityField| match value {
            OpportunityField::Stage => "How far it is.",
            OpportunityField::Amount => "What it is worth.",
            OpportunityField::CloseDate => "The day that it should be decided by.",
            OpportunityField::Owner => "Who works on it.",
        },
    )
}
