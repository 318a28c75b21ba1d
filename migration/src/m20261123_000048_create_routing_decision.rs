//! Creates `routing_decision` and `routing_candidate`. They go with their lead, so that no foreign key keeps it.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, id, instant, integer, one_of, reference, text, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("routing_decision")
            .column(id())
            .column(uuid("lead_id"))
            .column(instant("at"))
            .column(text("step", 64))
            .column(one_of(
                "strategy",
                &[
                    "KEPT",
                    "ACCOUNT_OWNER",
                    "TERRITORY",
                    "ROUND_ROBIN",
                    "LEAST_LOADED",
                    "MANAGER",
                    "BY_HAND",
                ],
            ))
            .column(reference("routing_rule_id", "routing_rule").optional())
            .column(reference("user_id", "user"))
            .column(text("reason", 200))
            .column(boolean("over_capacity"))
            .column(integer("candidate_count"))
            .index(&["lead_id", "at"])
            .index(&["routing_rule_id"])
            .index(&["user_id"])
            .index(&["at", "id"])
            .create(manager)
            .await?;
        NewTable::named("routing_candidate")
            .column(id())
            .column(uuid("routing_decision_id"))
            .column(uuid("lead_id"))
            .column(uuid("user_id"))
            .column(integer("place"))
            .column(boolean("eligible"))
            .column(one_of(
                "why",
                &[
                    "OWNER_ALREADY",
                    "OWNER_OF_ACCOUNT",
                    "NEAREST",
                    "NEXT_IN_TURN",
                    "LEAST_LOADED",
                    "MANAGER",
                    "SAID",
                    "FARTHER",
                    "LATER_IN_TURN",
                    "MORE_LOADED",
                    "INACTIVE",
                    "OUT_OF_OFFICE",
                    "AT_CAPACITY",
                    "NOT_IN_TERRITORY",
                ],
            ))
            .column(integer("open_leads"))
            .unique(&["routing_decision_id", "user_id"])
            .index(&["lead_id"])
            .index(&["user_id"])
            .index(&["place", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "routing_candidate").await?;
        table::drop(manager, "routing_decision").await
    }
}
