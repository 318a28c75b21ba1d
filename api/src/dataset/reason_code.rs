//! What there is to read of a reason.

use entity::reason_code::{Column, Entity as Table, ReasonKind};

use super::{
    declare::{ascending, boolean, choice, text},
    model::{Entity, Enumeration},
};

pub(super) fn reason_code() -> Entity {
    Entity::of::<Table>(
        ("ReasonCode", "reasonCode", "reasonCodes", "reason"),
        "A reason to choose from where one is required.",
        ascending("key"),
    )
    .open(choice(
        "kind",
        Column::Kind,
        reason_kind(),
        "What it is a reason for.",
    ))
    .open(text(
        "key",
        Column::Key,
        "Its short name, such as `BAD_FIT`.",
    ))
    .open(text("label", Column::Label, "What people read."))
    .open(boolean(
        "active",
        Column::Active,
        "Whether it can still be chosen.",
    ))
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("reason")
    .can(&["create"], &["update"])
    .made("create", &["kind", "key", "label"], &["active"])
    .changed("update", &["label", "active"])
}

pub(super) fn reason_kind() -> Enumeration {
    Enumeration::of(
        "ReasonKind",
        "What a reason is given for.",
        |value: ReasonKind| match value {
            ReasonKind::Reject => "Sales does not take a lead.",
            ReasonKind::Recycle => "A lead goes back to marketing.",
            ReasonKind::Disqualify => "A lead will never buy.",
            ReasonKind::Lost => "An opportunity was lost.",
            ReasonKind::Override => "A rule was set aside.",
            ReasonKind::Objection => "Somebody does not want a campaign in their territory.",
        },
    )
}
