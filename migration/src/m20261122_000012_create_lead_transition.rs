//! Creates `lead_transition`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, id, instant, integer, long_text, one_of, reference},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("lead_transition")
            .column(id())
            .column(reference("lead_id", "lead"))
            .column(
                one_of(
                    "from_status",
                    &[
                        "NEW",
                        "NURTURING",
                        "MQL",
                        "ACCEPTED",
                        "WORKING",
                        "SQL",
                        "CONVERTED",
                        "REJECTED",
                        "RECYCLED",
                        "DISQUALIFIED",
                    ],
                )
                .optional(),
            )
            .column(one_of(
                "to_status",
                &[
                    "NEW",
                    "NURTURING",
                    "MQL",
                    "ACCEPTED",
                    "WORKING",
                    "SQL",
                    "CONVERTED",
                    "REJECTED",
                    "RECYCLED",
                    "DISQUALIFIED",
                ],
            ))
            .column(instant("at"))
            .column(reference("by_user_id", "user").optional())
            .column(one_of("cause", &["MUTATION", "RULE", "IMPORT"]))
            .column(reference("reason_id", "reason_code").optional())
            .column(long_text("note").optional())
            .column(integer("score_snapshot").optional())
            .column(integer("cycle"))
            .column(boolean("backfilled"))
            .column(instant("created_at"))
            .index(&["lead_id", "at"])
            .index(&["to_status", "at"])
            .sparse_index("by_user_id")
            .sparse_index("reason_id")
            .index(&["at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "lead_transition").await
    }
}
