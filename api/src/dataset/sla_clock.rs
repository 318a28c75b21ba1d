//! What there is to read of an SLA clock.

use entity::{
    sla_clock::{Column, Entity as Table, SlaState},
    sla_policy::SlaKind,
};

use crate::views::Word;

use super::{
    declare::{about, at, choice, descending, instant, int, seen},
    model::{Entity, Enumeration},
    sla_policy::sla_kind,
};

pub(super) fn sla_clock() -> Entity {
    Entity::of::<Table>(("SlaClock", "slaClock", "slaClocks", "clock"), "What somebody waits for, until when, and whether it came in time. It is about a lead, about feedback or about a request, and there for who sees that.", descending("startedAt"))
    .open(choice("kind", Column::Kind, sla_kind(), "What is waited for."))
    .open(choice("state", Column::State, state(), "How it stands. What is due is BREACHED within a second."))
    .one(("lead", "leadId"), Column::LeadId, "Lead", "The lead that it is about.")
    .one(("feedback", "feedbackId"), Column::FeedbackId, "Feedback", "The feedback that it is about.")
    .one(("teamRequest", "teamRequestId"), Column::TeamRequestId, "TeamRequest", "The request that it is about.")
    .one(("policy", "policyId"), Column::PolicyId, "SlaPolicy", "The policy that started it.")
    .one(("businessCalendar", "businessCalendarId"), Column::BusinessCalendarId, "BusinessCalendar", "The calendar that it counts by.")
    .one(("owner", "ownerId"), Column::OwnerId, "User", "Who is waited for: who owned the subject at the start, or whom it was handed to since.")
    .open(instant("startedAt", Column::StartedAt, "When it was started, in UTC."))
    .open(instant("dueAt", Column::DueAt, "Until when it is to be done, in UTC: what is done at this instant or later is late. While it is paused, as it was before."))
    .open(instant("warnAt", Column::WarnAt, "When it warns, in UTC; null: it does not."))
    .open(instant("warnedAt", Column::WarnedAt, "When it has warned, in UTC."))
    .open(instant("pausedAt", Column::PausedAt, "Since when it is paused, in UTC; null while it is not."))
    .open(int("pausedMinutes", Column::PausedMinutes, "For how many minutes of business time it was paused, without the present pause."))
    .open(int("remainingMinutes", Column::RemainingMinutes, "How many minutes of business time were left when it was paused; null while it is not."))
    .open(instant("stoppedAt", Column::StoppedAt, "When it was done, or not waited for any more, in UTC."))
    .open(instant("breachedAt", Column::BreachedAt, "When it was due, in UTC, if it was not done by then."))
    .open(instant("metLateAt", Column::MetLateAt, "When it was done too late, in UTC."))
    .one(("escalatedTo", "escalatedToId"), Column::EscalatedToId, "User", "The manager whom the breach went to.")
    .open(int("cycle", Column::Cycle, "The cycle of the lead; null for other subjects."))
    .open(int("restarts", Column::Restarts, "How often it had been begun anew in this cycle, because the lead was given to somebody else."))
    .read_by("sla")
    .person(at(Column::OwnerId))
    // Whoever verifies feedback has given it.
    .test(Word::Seen, seen([
        about(Column::LeadId, "Lead"),
        about(Column::FeedbackId, "Feedback").telling_where(Column::Kind, &SlaKind::FeedbackVerify, &["author"]),
        about(Column::TeamRequestId, "TeamRequest"),
    ]))
}

fn state() -> Enumeration {
    Enumeration::of(
        "SlaState",
        "How a clock stands.",
        |value: SlaState| match value {
            SlaState::Running => "Its time passes.",
            SlaState::Paused => "Its time does not count now.",
            SlaState::Met => "It was done in time.",
            SlaState::Breached => "It was not done in time. That stays so if it is done later.",
            SlaState::Cancelled => "Nobody waits for it any more.",
        },
    )
}
