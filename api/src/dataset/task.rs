//! What there is to read of a task.

use entity::task::{Column, Entity as Table, TaskOrigin, TaskState};

use crate::views::Word;

use super::{
    declare::{
        HIDE, about, absent, ascending, at, boolean, both, choice, day, instant, int, seen, text,
    },
    model::{Entity, Enumeration},
    ties::RowTest,
};

pub(super) fn task() -> Entity {
    Entity::of::<Table>(("Task", "task", "tasks", "task"), "What somebody is to do, and by when.", ascending("dueAt"))
    .guarded(text("title", Column::Title, "What is to be done."), &HIDE)
    .open(text("bestPractice", Column::BestPractice, "How it is best done, as the playbook said when the task was made."))
    .open(choice("origin", Column::Origin, origin(), "What made it."))
    .open(choice("state", Column::State, state(), "How it stands."))
    .one(("lead", "leadId"), Column::LeadId, "Lead", "The lead that it is about.")
    .one(("opportunity", "opportunityId"), Column::OpportunityId, "Opportunity", "The deal that it is about.")
    .one(("campaign", "campaignId"), Column::CampaignId, "Campaign", "The campaign that it is about.")
    .one(("account", "accountId"), Column::AccountId, "Account", "The company that it is about.")
    .one(("feedback", "feedbackId"), Column::FeedbackId, "Feedback", "The feedback that it is about.")
    .one(("assignee", "assigneeId"), Column::AssigneeId, "User", "Who is to do it; null while it is nobody's.")
    .open(instant("dueAt", Column::DueAt, "By when it is to be done, in UTC."))
    .open(instant("remindAt", Column::RemindAt, "When its assignee is reminded next, in UTC: when it is due, or not snoozed any more. Null: not again."))
    .open(instant("remindedAt", Column::RemindedAt, "When they were reminded last, in UTC. That it is set is the reminder: a change, for the feed, subscriptions and webhooks."))
    .open(instant("doneAt", Column::DoneAt, "When it was done, in UTC."))
    .open(boolean("outOfOrder", Column::OutOfOrder, "Whether it was done while an earlier step of its playbook was not."))
    .open(instant("snoozedUntil", Column::SnoozedUntil, "When it is to be done again, in UTC, while it is snoozed."))
    .guarded(text("snoozeReason", Column::SnoozeReason, "Why it was put off last."), &HIDE)
    .one(("playbookStep", "playbookStepId"), Column::PlaybookStepId, "PlaybookStep", "The step of a playbook that it was made of.")
    .open(int("cycle", Column::Cycle, "The cycle of the lead in which a playbook made it."))
    .open(day("week", Column::Week, "The Monday of the week that a nudge is for; null for other tasks."))
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("task")
    .person(at(Column::AssigneeId))
    .test(Word::Unassigned, both(absent(Column::AssigneeId), about_what_is_seen()))
    .can(&["create"], &["work", "cancel", "assign"])
    .made("create", &["title", "dueAt"], &["assigneeId", "leadId", "opportunityId", "campaignId", "accountId", "feedbackId"])
}

/// What is nobody's is for who sees what it is about; what is somebody's, they have to know.
fn about_what_is_seen() -> RowTest {
    seen([
        about(Column::LeadId, "Lead"),
        about(Column::OpportunityId, "Opportunity"),
        about(Column::CampaignId, "Campaign"),
        about(Column::AccountId, "Account"),
        about(Column::FeedbackId, "Feedback"),
    ])
}

fn origin() -> Enumeration {
    Enumeration::of(
        "TaskOrigin",
        "What made a task.",
        |value: TaskOrigin| match value {
            TaskOrigin::Person => "Somebody.",
            TaskOrigin::Playbook => "A lead that entered the status of a playbook.",
            TaskOrigin::Nurture => {
                "A lead that sales gave back: marketing goes on with it when it resumes."
            }
            TaskOrigin::Nudge => {
                "That its assignee has told the other function nothing for long, though there was something to tell of."
            }
        },
    )
}

fn state() -> Enumeration {
    Enumeration::of(
        "TaskState",
        "How a task stands.",
        |value: TaskState| match value {
            TaskState::Open => "It is to be done.",
            TaskState::Done => "It is done.",
            TaskState::Snoozed => "It is put off, for a reason.",
            TaskState::Cancelled => "Nobody does it any more.",
        },
    )
}
