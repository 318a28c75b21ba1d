//! What there is to read of an SLA policy.

use entity::{
    sla_clock,
    sla_policy::{Column, Entity as Table, SlaKind},
};

use super::{
    declare::{ascending, boolean, choice, int, json, text},
    model::{Entity, Enumeration},
};

pub(super) fn sla_policy() -> Entity {
    Entity::of::<Table>(("SlaPolicy", "slaPolicy", "slaPolicies", "sla"), "How long something may take, as sales and marketing have agreed. Of the active policies of a kind that hold for a subject, the first by `priority` starts its clock.", ascending("priority"))
    .open(text("name", Column::Name, "What it is called."))
    .open(choice("kind", Column::Kind, sla_kind(), "What is to be done in time."))
    .open(json("condition", Column::Condition, "Which leads it is for: `{\"intentBand\": [\"HOT\"], \"source\": [\"EVENT\"], \"territory\": [\"terr_…\"]}`, of which each that is said must hold; a territory counts with all below it. Null is every subject of the kind."))
    .open(int("targetMinutes", Column::TargetMinutes, "How long it may take, in minutes of business time, 1 to 525600: a working day of eight hours has 480."))
    .open(int("warnAtPercent", Column::WarnAtPercent, "After which share of the time a clock warns, 1 to 99; null: it does not."))
    .open(boolean("escalate", Column::Escalate, "Whether a breach goes to the manager of who let it happen."))
    .open(boolean("active", Column::Active, "Whether it starts clocks. Those that run go on."))
    .open(int("priority", Column::Priority, "Which comes first where several hold: the smallest, and of two that are equal the older."))
    .one(("businessCalendar", "businessCalendarId"), Column::BusinessCalendarId, "BusinessCalendar", "The calendar that counts, wherever the subject lies; null: that of its territory.")
    .many("clocks", "SlaClock", sla_clock::Column::PolicyId, "The clocks that it has started, latest first.")
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("sla")
    .can(&["create"], &["update", "delete", "restore", "destroy"])
    .made("create", &["name", "kind", "targetMinutes"], &["condition", "warnAtPercent", "escalate", "active", "priority", "businessCalendarId"])
    .changed("update", &["name", "condition", "targetMinutes", "warnAtPercent", "escalate", "active", "priority", "businessCalendarId"])
}

pub(super) fn sla_kind() -> Enumeration {
    Enumeration::of(
        "SlaKind",
        "What is to be done in time.",
        |value: SlaKind| match value {
            SlaKind::Accept => "Sales accepts or rejects a lead that was handed over.",
            SlaKind::FirstTouch => "Sales approaches a lead that it has accepted.",
            SlaKind::Dispose => "Marketing decides what becomes of a rejected lead.",
            SlaKind::FeedbackAcknowledge => "Feedback is acknowledged.",
            SlaKind::FeedbackDecide => "Feedback is planned or declined.",
            SlaKind::FeedbackAction => "What was planned for feedback is done.",
            SlaKind::FeedbackVerify => "The author of feedback says whether it is done.",
            SlaKind::RequestAnswer => "A request is accepted or declined.",
            SlaKind::RequestDeliver => "What was requested is delivered.",
        },
    )
}
