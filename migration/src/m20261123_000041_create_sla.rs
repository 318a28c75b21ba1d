//! Creates `sla_policy` and `sla_clock`. What a clock is about can be taken away, so that no foreign key keeps it.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, id, instant, integer, json, one_of, reference, stamps, text, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const KINDS: &[&str] = &[
    "ACCEPT",
    "FIRST_TOUCH",
    "DISPOSE",
    "FEEDBACK_ACKNOWLEDGE",
    "FEEDBACK_DECIDE",
    "FEEDBACK_ACTION",
    "FEEDBACK_VERIFY",
    "REQUEST_ANSWER",
    "REQUEST_DELIVER",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("sla_policy")
            .column(id())
            .column(text("name", 200))
            .column(one_of("kind", KINDS))
            .column(json("condition").optional())
            .column(integer("target_minutes"))
            .column(integer("warn_at_percent").optional())
            .column(boolean("escalate"))
            .column(boolean("active"))
            .column(integer("priority"))
            .column(reference("business_calendar_id", "business_calendar").optional())
            .columns(stamps())
            .check("target_minutes", "target_minutes > 0")
            .check("warn_at_percent", "warn_at_percent BETWEEN 1 AND 99")
            .index(&["business_calendar_id"])
            .index(&["priority", "id"])
            .create(manager)
            .await?;
        sla_clock().create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "sla_clock").await?;
        table::drop(manager, "sla_policy").await
    }
}

fn sla_clock() -> NewTable {
    const OPEN: &str = "state IN ('RUNNING', 'PAUSED')";
    let mut table = NewTable::named("sla_clock")
        .column(id())
        .column(one_of("kind", KINDS));
    for column in ["lead_id", "feedback_id", "team_request_id"] {
        table = table.column(uuid(column).optional()).sparse_index(column);
    }
    table
        .column(reference("policy_id", "sla_policy"))
        .column(reference("business_calendar_id", "business_calendar"))
        .column(reference("owner_id", "user").optional())
        .column(integer("cycle").optional())
        .column(integer("restarts"))
        .column(one_of(
            "state",
            &["RUNNING", "PAUSED", "MET", "BREACHED", "CANCELLED"],
        ))
        .column(instant("started_at"))
        .column(instant("due_at"))
        .column(instant("warn_at").optional())
        .column(instant("warned_at").optional())
        .column(instant("paused_at").optional())
        .column(integer("paused_minutes"))
        .column(integer("remaining_minutes").optional())
        .column(instant("stopped_at").optional())
        .column(instant("met_late_at").optional())
        .column(instant("breached_at").optional())
        .column(reference("escalated_to_id", "user").optional())
        .check(
            "subject",
            "(lead_id IS NOT NULL AND feedback_id IS NULL AND team_request_id IS NULL) \
            OR (lead_id IS NULL AND feedback_id IS NOT NULL AND team_request_id IS NULL) \
            OR (lead_id IS NULL AND feedback_id IS NULL AND team_request_id IS NOT NULL)",
        )
        // Of one kind there is one at a time that has not ended.
        .unique_where(&["lead_id", "kind"], OPEN)
        .unique_where(&["feedback_id", "kind"], OPEN)
        .unique_where(&["team_request_id", "kind"], OPEN)
        .index(&["state", "due_at"])
        .index(&["state", "warn_at"])
        .index(&["owner_id", "state"])
        .index(&["policy_id"])
        .index(&["business_calendar_id"])
        .index(&["escalated_to_id"])
        .index(&["started_at", "id"])
}
