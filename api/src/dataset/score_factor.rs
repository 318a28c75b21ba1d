//! What there is to read of a factor of a score.

use entity::score_factor::{Column, Entity as Table};

use super::{
    declare::{ascending, instant, int, text},
    model::Entity,
};

pub(super) fn score_factor() -> Entity {
    Entity::of::<Table>(
        ("ScoreFactor", "scoreFactor", "scoreFactors", "factor"),
        "What a score is made of: a criterion of the definition that the lead meets.",
        ascending("place"),
    )
    .one(("lead", "leadId"), Column::LeadId, "Lead", "The lead.")
    .open(int(
        "place",
        Column::Place,
        "Its place among the factors of the lead, from 0.",
    ))
    .open(text(
        "key",
        Column::Key,
        "The key of the criterion; `limit` is what keeps a score between 0 and 100.",
    ))
    .open(text("label", Column::Label, "What the criterion is called."))
    .open(int(
        "points",
        Column::Points,
        "What it adds to the score; it may be below zero.",
    ))
    .open(text(
        "evidence",
        Column::Evidence,
        "By what it is met, such as `3 × CONTENT_DOWNLOAD, the last on 2026-11-02` (a day in UTC); of the account it \
         names the field and not its value, which stands there for who sees the account.",
    ))
    .open(int(
        "count",
        Column::Count,
        "How many touches count; null where it is not about any.",
    ))
    .one(
        ("lastTouch", "lastTouchId"),
        Column::LastTouchId,
        "Touch",
        "The latest of these touches.",
    )
    .open(instant("scoredAt", Column::ScoredAt, "As of when, in UTC."))
    .read_by("lead")
    .part_of(Column::LeadId, "Lead")
}
