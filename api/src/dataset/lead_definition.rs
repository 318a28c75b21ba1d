//! What there is to read of a definition of a stage of leads.

use entity::{
    lead,
    lead_definition::{Column, DefinitionStage, DefinitionStatus, Entity as Table},
    lead_definition_approval,
};

use super::{
    declare::{choice, descending, instant, int, json, text, texts},
    model::{Entity, Enumeration},
};

pub(super) fn lead_definition() -> Entity {
    Entity::of::<Table>(
        ("LeadDefinition", "leadDefinition", "leadDefinitions", "def"),
        "A version of what a qualified lead is, which sales and marketing sign. What it says never changes.",
        descending("createdAt"),
    )
    .open(choice("stage", Column::Stage, stage(), "What it defines."))
    .open(int(
        "version",
        Column::Version,
        "Counts the definitions of the stage, from 1.",
    ))
    .open(choice(
        "status",
        Column::Status,
        status(),
        "What became of it; of each stage one at the most is active.",
    ))
    .open(json(
        "criteria",
        Column::Criteria,
        "What counts, and how much: docs/definitions.md says how it is written.",
    ))
    .open(int(
        "threshold",
        Column::Threshold,
        "1 to 100: the score from which a lead is qualified.",
    ))
    .open(texts(
        "answers",
        Column::Answers,
        "What `markSalesQualified` has to say while it is active: of `need`, `authority`, `budget` and `timing`. Null \
         where it asks for none of them.",
    ))
    .open(text(
        "note",
        Column::Note,
        "What it is for, and what is different.",
    ))
    .one(
        ("proposedBy", "proposedById"),
        Column::ProposedById,
        "User",
        "Who proposed it; null where a program did.",
    )
    .open(instant(
        "effectiveFrom",
        Column::EffectiveFrom,
        "When it became active, in UTC; null before.",
    ))
    .open(instant(
        "supersededAt",
        Column::SupersededAt,
        "When another took its place, in UTC.",
    ))
    .many(
        "approvals",
        "LeadDefinitionApproval",
        lead_definition_approval::Column::DefinitionId,
        "Who has signed it, the first one first.",
    )
    .many(
        "leads",
        "Lead",
        lead::Column::DefinitionId,
        "The leads that were qualified under it, newest first.",
    )
    .recorded(Column::CreatedAt)
    .read_by("definition")
    .can(&["propose"], &["signSales", "signMarketing", "veto"])
}

fn stage() -> Enumeration {
    Enumeration::of(
        "DefinitionStage",
        "What a definition is of.",
        |value: DefinitionStage| match value {
            DefinitionStage::Mql => "A lead that marketing hands over to sales.",
            DefinitionStage::Sal => "A lead that sales takes.",
            DefinitionStage::Sql => "A lead to whom there is something to sell.",
        },
    )
}

fn status() -> Enumeration {
    Enumeration::of(
        "DefinitionStatus",
        "What became of a definition.",
        |value: DefinitionStatus| match value {
            DefinitionStatus::Proposed => "Waits for the signatures of sales and of marketing.",
            DefinitionStatus::Active => "Signed by both, and in force.",
            DefinitionStatus::Retired => "Was in force, until another took its place.",
            DefinitionStatus::Vetoed => "Was refused.",
        },
    )
}
