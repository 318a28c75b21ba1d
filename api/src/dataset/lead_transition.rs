//! What there is to read of a step of a lead.

use entity::lead_transition::{Column, Entity as Table, TransitionCause};

use super::{
    declare::{ascending, boolean, choice, instant, int, text},
    lead::lead_status,
    model::{Entity, Enumeration},
};

pub(super) fn lead_transition() -> Entity {
    Entity::of::<Table>(
        (
            "LeadTransition",
            "leadTransition",
            "leadTransitions",
            "trans",
        ),
        "One step of a lead from a status to another. Steps are only ever added.",
        ascending("at"),
    )
    .one(
        ("lead", "leadId"),
        Column::LeadId,
        "Lead",
        "The lead that took it.",
    )
    .field(choice(
        "fromStatus",
        Column::FromStatus,
        lead_status(),
        "Where it stood; null for the first step.",
    ))
    .field(choice(
        "toStatus",
        Column::ToStatus,
        lead_status(),
        "Where it went.",
    ))
    .field(instant("at", Column::At, "When, in UTC."))
    .one(
        ("byUser", "byUserId"),
        Column::ByUserId,
        "User",
        "Who made it go; null for the hub itself.",
    )
    .field(choice(
        "cause",
        Column::Cause,
        transition_cause(),
        "What made it go.",
    ))
    .one(
        ("reason", "reasonId"),
        Column::ReasonId,
        "ReasonCode",
        "Why, where a reason is required.",
    )
    .field(text("note", Column::Note, "What was added to the reason."))
    .field(int(
        "scoreSnapshot",
        Column::ScoreSnapshot,
        "The score at that moment.",
    ))
    .field(int(
        "cycle",
        Column::Cycle,
        "How often the lead had been opened, from 1.",
    ))
    .field(boolean(
        "backfilled",
        Column::Backfilled,
        "Whether an import added it afterwards: clocks and response times leave it out.",
    ))
    .recorded(Column::CreatedAt)
}

pub(super) fn transition_cause() -> Enumeration {
    Enumeration::of(
        "TransitionCause",
        "One change of a lead's status. Rows are added only, in the transaction of the change.",
        |value: TransitionCause| match value {
            TransitionCause::Mutation => "Somebody asked for it.",
            TransitionCause::Rule => "The hub did it by a rule.",
            TransitionCause::Import => "An import brought it.",
        },
    )
}
