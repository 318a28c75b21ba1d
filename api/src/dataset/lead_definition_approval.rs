//! What there is to read of a signature under a definition.

use entity::lead_definition_approval::{Column, Entity as Table, SigningFunction};

use super::{
    declare::{ascending, choice, instant},
    model::{Entity, Enumeration},
};

pub(super) fn lead_definition_approval() -> Entity {
    Entity::of::<Table>(
        (
            "LeadDefinitionApproval",
            "leadDefinitionApproval",
            "leadDefinitionApprovals",
            "sign",
        ),
        "A signature under a definition, for sales or for marketing.",
        ascending("at"),
    )
    .one(
        ("definition", "definitionId"),
        Column::DefinitionId,
        "LeadDefinition",
        "What was signed.",
    )
    .one(("user", "userId"), Column::UserId, "User", "Who signed.")
    .open(choice(
        "function",
        Column::Function,
        function(),
        "For whom they did.",
    ))
    .open(instant("at", Column::At, "When, in UTC."))
    .read_by("definition")
}

fn function() -> Enumeration {
    Enumeration::of(
        "SigningFunction",
        "For whom somebody signs.",
        |value: SigningFunction| match value {
            SigningFunction::Sales => "For sales.",
            SigningFunction::Marketing => "For marketing.",
        },
    )
}
