//! Creates `task`: what somebody is to do, and by when.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, date, id, instant, integer, long_text, one_of, reference, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What a task may be about: the column, and its table.
const TARGETS: [(&str, &str); 5] = [
    ("lead_id", "lead"),
    ("opportunity_id", "opportunity"),
    ("campaign_id", "campaign"),
    ("account_id", "account"),
    ("feedback_id", "feedback"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = NewTable::named("task")
            .column(id())
            .column(text("title", 200))
            .column(long_text("best_practice").optional())
            .column(one_of(
                "origin",
                &["PERSON", "PLAYBOOK", "NURTURE", "NUDGE"],
            ))
            .column(one_of("state", &["OPEN", "DONE", "SNOOZED", "CANCELLED"]));
        for (column, referenced) in TARGETS {
            table = table
                .column(reference(column, referenced).optional())
                .sparse_index(column);
        }
        table
            .column(reference("assignee_id", "user").optional())
            .column(instant("due_at"))
            .column(instant("remind_at").optional())
            .column(instant("reminded_at").optional())
            .column(instant("done_at").optional())
            .column(boolean("out_of_order"))
            .column(instant("snoozed_until").optional())
            .column(text("snooze_reason", 2_000).optional())
            .column(reference("playbook_step_id", "playbook_step").optional())
            .column(integer("cycle").optional())
            .column(date("week").optional())
            .columns(stamps())
            // A step of a playbook is a task once in a cycle of a lead, and a nudge once in a week of a user.
            .unique(&["playbook_step_id", "lead_id", "cycle"])
            .unique(&["assignee_id", "week"])
            .index(&["assignee_id", "due_at"])
            .index(&["due_at", "id"])
            .sparse_index("remind_at")
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "task").await
    }
}
