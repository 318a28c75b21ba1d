//! What there is to read of two rows that may be the same.

use entity::duplicate_candidate::{Column, DuplicateEntity, DuplicateState, Entity as Table};

use crate::views::Word;

use super::{
    declare::{about, choice, descending, instant, int, seen, texts},
    model::{Entity, Enumeration},
};

/// What people are compared by, and what can be masked of it.
const COMPARED: [&str; 4] = ["firstName", "lastName", "email", "phone"];

pub(super) fn duplicate_candidate() -> Entity {
    Entity::of::<Table>(
        (
            "DuplicateCandidate",
            "duplicateCandidate",
            "duplicateCandidates",
            "dup",
        ),
        "Two rows that may be about the same person or company. It is there for who sees both, and in clear what they were compared by.",
        descending("foundAt"),
    )
    .open(choice("entity", Column::Entity, entity(), "What both are."))
    .one(
        ("contact", "contactId"),
        Column::ContactId,
        "Contact",
        "The older of two contacts.",
    )
    .one(
        ("otherContact", "otherContactId"),
        Column::OtherContactId,
        "Contact",
        "The newer one.",
    )
    .one(
        ("lead", "leadId"),
        Column::LeadId,
        "Lead",
        "The older of two leads.",
    )
    .one(
        ("otherLead", "otherLeadId"),
        Column::OtherLeadId,
        "Lead",
        "The newer one.",
    )
    .one(
        ("account", "accountId"),
        Column::AccountId,
        "Account",
        "The older of two accounts.",
    )
    .one(
        ("otherAccount", "otherAccountId"),
        Column::OtherAccountId,
        "Account",
        "The newer one.",
    )
    .open(int(
        "score",
        Column::Score,
        "0 to 100: how probable it is that they are the same.",
    ))
    .open(texts(
        "reasons",
        Column::Reasons,
        "What the score is made of, the weightiest first.",
    ))
    .open(choice(
        "state",
        Column::State,
        state(),
        "What became of it.",
    ))
    .open(instant(
        "foundAt",
        Column::FoundAt,
        "When it was found, in UTC.",
    ))
    .open(instant(
        "decidedAt",
        Column::DecidedAt,
        "When somebody decided, in UTC.",
    ))
    .one(
        ("decidedBy", "decidedById"),
        Column::DecidedById,
        "User",
        "Who decided; null where a program did.",
    )
    .read_by("duplicate")
    .test(
        Word::Seen,
        seen([
            about(Column::ContactId, "Contact").telling(&COMPARED),
            about(Column::OtherContactId, "Contact").telling(&COMPARED),
            about(Column::LeadId, "Lead").telling(&COMPARED),
            about(Column::OtherLeadId, "Lead").telling(&COMPARED),
            about(Column::AccountId, "Account"),
            about(Column::OtherAccountId, "Account"),
        ]),
    )
    .can(&[], &["dismiss"])
}

fn entity() -> Enumeration {
    Enumeration::of(
        "DuplicateEntity",
        "What a pair is a pair of.",
        |value: DuplicateEntity| match value {
            DuplicateEntity::Contact => "Contacts.",
            DuplicateEntity::Lead => "Leads.",
            DuplicateEntity::Account => "Accounts.",
        },
    )
}

fn state() -> Enumeration {
    Enumeration::of(
        "DuplicateState",
        "What became of a pair.",
        |value: DuplicateState| match value {
            DuplicateState::Open => "Nobody has decided.",
            DuplicateState::Dismissed => "They are not the same.",
            DuplicateState::Merged => "They were merged.",
        },
    )
}
