//! What there is to read of rows that were made one.

use entity::merge::{Column, Entity as Table, MergeEntity};

use crate::views::Word;

use super::{
    declare::{about, choice, descending, instant, seen, texts},
    model::{Entity, Enumeration},
};

pub(super) fn merge() -> Entity {
    Entity::of::<Table>(
        ("Merge", "merge", "merges", "merge"),
        "Contacts or accounts that were made one. It is there for who sees the row that stayed.",
        descending("mergedAt"),
    )
    .open(choice("entity", Column::Entity, entity(), "What they are."))
    .one(
        ("contact", "contactId"),
        Column::ContactId,
        "Contact",
        "The contact that stayed; null for accounts.",
    )
    .one(
        ("account", "accountId"),
        Column::AccountId,
        "Account",
        "The account that stayed; null for contacts.",
    )
    .open(texts(
        "mergedIds",
        Column::MergedIds,
        "The global ids of the rows that went into it.",
    ))
    .open(instant(
        "mergedAt",
        Column::MergedAt,
        "When, in UTC. For 30 days from then on `undoMerge` takes its id.",
    ))
    .one(
        ("byUser", "byUserId"),
        Column::ByUserId,
        "User",
        "Who merged; null where a program did.",
    )
    .open(instant(
        "undoneAt",
        Column::UndoneAt,
        "When it was undone, in UTC; null as long as it holds.",
    ))
    .read_by("duplicate")
    .test(
        Word::Seen,
        seen([
            about(Column::ContactId, "Contact"),
            about(Column::AccountId, "Account"),
        ]),
    )
}

fn entity() -> Enumeration {
    Enumeration::of(
        "MergeEntity",
        "What was made one.",
        |value: MergeEntity| match value {
            MergeEntity::Contact => "Contacts.",
            MergeEntity::Account => "Accounts.",
        },
    )
}
