//! What there is to read of a step of a playbook.

use entity::{
    playbook_step::{Column, Entity as Table, PlaybookAssignee},
    task,
};

use super::{
    declare::{ascending, choice, int, text},
    model::{Entity, Enumeration},
};

pub(super) fn playbook_step() -> Entity {
    Entity::of::<Table>(("PlaybookStep", "playbookStep", "playbookSteps", "step"), "A step of a playbook, which becomes a task of each lead that starts it.", ascending("place"))
    .one(("playbook", "playbookId"), Column::PlaybookId, "Playbook", "The playbook.")
    .open(int("place", Column::Place, "Which comes first: the smallest."))
    .open(text("title", Column::Title, "What is to be done."))
    .open(text("bestPractice", Column::BestPractice, "How it is best done. A task keeps it as it was when it was made."))
    .open(int("dueAfterMinutes", Column::DueAfterMinutes, "How long after the start it is due, in minutes of business time where the lead lies, 0 to 525600: a working day of eight hours has 480."))
    .open(choice("assignTo", Column::AssignTo, assignee(), "Who is to do it."))
    .many("tasks", "Task", task::Column::PlaybookStepId, "The tasks that it has become, as far as you see them.")
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("playbook")
    .part_of(Column::PlaybookId, "Playbook")
    .made("add", &["playbookId", "place", "title", "dueAfterMinutes"], &["bestPractice", "assignTo"])
    .changed("update", &["place", "title", "bestPractice", "dueAfterMinutes", "assignTo"])
    .written_with("update")
}

fn assignee() -> Enumeration {
    Enumeration::of(
        "PlaybookAssignee",
        "Who is to do what a step of a playbook says. Where there is nobody, or they are not active, the task is nobody's, and managers see it.",
        |value: PlaybookAssignee| match value {
            PlaybookAssignee::Owner => "The owner of the lead.",
            PlaybookAssignee::Manager => "The manager of its owner.",
            PlaybookAssignee::CampaignOwner => "The owner of the campaign that brought it.",
        },
    )
}
