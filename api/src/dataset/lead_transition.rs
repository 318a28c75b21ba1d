//! What there is to read of a step of a lead.

use entity::lead_transition::{Column, Entity as Table, TransitionCause};

use super::{
    declare::{HIDE, ascending, boolean, choice, instant, int, text},
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
    .open(choice(
        "fromStatus",
        Column::FromStatus,
        lead_status(),
        "Where it stood; null for the first step.",
    ))
    .open(choice(
        "toStatus",
        Column::ToStatus,
        lead_status(),
        "Where it went.",
    ))
    .open(instant("at", Column::At, "When, in UTC."))
    .one(
        ("byUser", "byUserId"),
        Column::ByUserId,
        "User",
        "Who made it go; null for the hub itself.",
    )
    .open(choice(
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
    .guarded(
        text("note", Column::Note, "What was added to the reason."),
        &HIDE,
    )
    .open(text(
        "need",
        Column::Need,
        "What they need, as sales found out when it qualified the lead.",
    ))
    .open(text(
        "authority",
        Column::Authority,
        "Who decides, as sales found out.",
    ))
    .open(text(
        "budget",
        Column::Budget,
        "What they can spend, as sales found out.",
    ))
    .open(text(
        "timing",
        Column::Timing,
        "When they want it, as sales found out.",
    ))
    .open(int(
        "scoreSnapshot",
        Column::ScoreSnapshot,
        "The score at that moment.",
    ))
    .one(
        ("definition", "definitionId"),
        Column::DefinitionId,
        "LeadDefinition",
        "The definition under which it was qualified, where this step is that.",
    )
    .open(int(
        "cycle",
        Column::Cycle,
        "How often the lead had been opened, from 1.",
    ))
    .open(boolean(
        "backfilled",
        Column::Backfilled,
        "Whether an import added it afterwards: clocks and response times leave it out.",
    ))
    .recorded(Column::CreatedAt)
    .read_by("lead")
    .part_of(Column::LeadId, "Lead")
}

pub(super) fn transition_cause() -> Enumeration {
    Enumeration::of(
        "TransitionCause",
        "What made a lead go from one status to another.",
        |value: TransitionCause| match value {
            TransitionCause::Mutation => "Somebody asked for it.",
            TransitionCause::Rule => "The hub did it by a rule.",
            TransitionCause::Import => "An import brought it.",
        },
    )
}
