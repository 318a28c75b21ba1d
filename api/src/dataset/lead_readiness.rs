//! What there is to read of the readiness of a lead.

use entity::{
    lead_readiness::{Column, Entity as Table},
    score_factor,
};

use super::{
    declare::{boolean, descending, instant, int, texts},
    model::Entity,
};

pub(super) fn lead_readiness() -> Entity {
    Entity::of::<Table>(
        ("LeadReadiness", "leadReadiness", "leadReadinesses", "ready"),
        "How ready a lead is, by the active definition.",
        descending("score"),
    )
    .one(("lead", "leadId"), Column::LeadId, "Lead", "The lead.")
    .one(
        ("definition", "definitionId"),
        Column::DefinitionId,
        "LeadDefinition",
        "By which definition.",
    )
    .open(int(
        "score",
        Column::Score,
        "0 to 100: the sum of its factors.",
    ))
    .open(int(
        "threshold",
        Column::Threshold,
        "From which score a lead is qualified.",
    ))
    .open(boolean(
        "met",
        Column::Met,
        "Whether it is what the definition asks for.",
    ))
    .open(texts(
        "missing",
        Column::Missing,
        "What it lacks, in sentences; empty if and only if it is met.",
    ))
    .open(instant("scoredAt", Column::ScoredAt, "As of when, in UTC."))
    .many(
        "factors",
        "ScoreFactor",
        score_factor::Column::LeadId,
        "What the score is made of, in the order of the definition: their points add up to it.",
    )
    .read_by("lead")
    .part_of(Column::LeadId, "Lead")
}
