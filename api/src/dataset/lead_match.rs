//! What there is to read of the match of a lead.

use entity::{
    lead_match::{Column, Entity as Table, LeadMatchRule},
    lead_match_candidate,
};

use crate::views::Word;

use super::{
    declare::{about, choice, descending, instant, int, seen, texts},
    model::{Entity, Enumeration},
};

pub(super) fn lead_match() -> Entity {
    Entity::of::<Table>(
        ("LeadMatch", "leadMatch", "leadMatches", "match"),
        "Which account a lead was matched with, and why. It is there for who sees the account, and where none is near enough for who sees all accounts.",
        descending("decidedAt"),
    )
    .one(("lead", "leadId"), Column::LeadId, "Lead", "The lead.")
    .one(
        ("account", "accountId"),
        Column::AccountId,
        "Account",
        "The account; null where none is near enough.",
    )
    .open(choice("rule", Column::Rule, rule(), "What decided."))
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
    .open(instant("decidedAt", Column::DecidedAt, "When, in UTC."))
    .many(
        "candidates",
        "LeadMatchCandidate",
        lead_match_candidate::Column::LeadMatchId,
        "The accounts that were weighed, the likeliest first; those that you see.",
    )
    .read_by("lead")
    .part_of(Column::LeadId, "Lead")
    .test(
        Word::Seen,
        seen([about(Column::AccountId, "Account").or_none()]),
    )
}

fn rule() -> Enumeration {
    Enumeration::of(
        "LeadMatchRule",
        "What decides on the account of a lead.",
        |value: LeadMatchRule| match value {
            LeadMatchRule::Domain => "The domain of its address is the account's.",
            LeadMatchRule::CompanyName => "Its company has the account's name, or nearly.",
            LeadMatchRule::None => "No account is near enough.",
        },
    )
}
