//! What there is to read of an account that was weighed for a lead.

use entity::lead_match_candidate::{Column, Entity as Table};

use crate::views::Word;

use super::{
    declare::{about, descending, int, seen, texts},
    model::Entity,
};

pub(super) fn lead_match_candidate() -> Entity {
    Entity::of::<Table>(
        (
            "LeadMatchCandidate",
            "leadMatchCandidate",
            "leadMatchCandidates",
            "matchcand",
        ),
        "An account that was weighed for a lead. It is there for who sees both.",
        descending("score"),
    )
    .one(
        ("leadMatch", "leadMatchId"),
        Column::LeadMatchId,
        "LeadMatch",
        "The match that it was weighed for.",
    )
    .one(("lead", "leadId"), Column::LeadId, "Lead", "The lead.")
    .one(
        ("account", "accountId"),
        Column::AccountId,
        "Account",
        "The account.",
    )
    .open(int(
        "score",
        Column::Score,
        "0 to 100: how probable it is that it is the lead's company.",
    ))
    .open(texts(
        "reasons",
        Column::Reasons,
        "What the score is made of, the weightiest first.",
    ))
    .recorded(Column::CreatedAt)
    .read_by("lead")
    .test(
        Word::Seen,
        seen([
            about(Column::LeadId, "Lead"),
            about(Column::AccountId, "Account"),
        ]),
    )
}
