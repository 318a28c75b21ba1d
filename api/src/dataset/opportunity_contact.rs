//! What there is to read of somebody's part in a deal.

use entity::opportunity_contact::{Column, Entity as Table};

use super::{
    contact::buyer_role,
    declare::{ascending, boolean, choice},
    model::Entity,
};

pub(super) fn opportunity_contact() -> Entity {
    Entity::of::<Table>(
        (
            "OpportunityContact",
            "opportunityContact",
            "opportunityContacts",
            "oppcon",
        ),
        "Somebody's part in a deal.",
        ascending("createdAt"),
    )
    .one(
        ("opportunity", "opportunityId"),
        Column::OpportunityId,
        "Opportunity",
        "The deal.",
    )
    .one(
        ("contact", "contactId"),
        Column::ContactId,
        "Contact",
        "The person.",
    )
    .open(choice(
        "role",
        Column::Role,
        buyer_role(),
        "Their part in buying.",
    ))
    .open(boolean(
        "isPrimary",
        Column::IsPrimary,
        "Whether they are the first to talk to.",
    ))
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("opportunity")
    .part_of(Column::OpportunityId, "Opportunity")
    .made(
        "add",
        &["opportunityId", "contactId"],
        &["role", "isPrimary"],
    )
    .changed("update", &["role", "isPrimary"])
    .written_with("update")
}
