//! Creates `campaign`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{custom_fields, id, instant, integer, long_text, one_of, reference, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("campaign")
            .column(id())
            .column(text("name", 200))
            .column(one_of(
                "kind",
                &[
                    "EMAIL",
                    "EVENT",
                    "WEBINAR",
                    "PAID",
                    "CONTENT",
                    "DIRECT_MAIL",
                    "SOCIAL",
                    "OUTBOUND_PLAY",
                    "PARTNER",
                ],
            ))
            .column(one_of(
                "status",
                &[
                    "DRAFT",
                    "PLANNED",
                    "NOTICED",
                    "RUNNING",
                    "PAUSED",
                    "COMPLETED",
                    "CLOSED",
                    "CANCELLED",
                ],
            ))
            .column(one_of(
                "channel",
                &[
                    "DIRECT", "ORGANIC", "PAID", "EMAIL", "SOCIAL", "EVENT", "CONTENT", "PARTNER",
                    "OUTBOUND", "PHONE", "MAIL", "WEB", "OTHER",
                ],
            ))
            .column(reference("parent_id", "campaign").optional())
            .column(reference("owner_id", "user").optional())
            .column(long_text("brief_goal").optional())
            .column(long_text("brief_audience").optional())
            .column(long_text("brief_message").optional())
            .column(long_text("brief_sales_action").optional())
            .column(long_text("brief_expected").optional())
            .column(instant("starts_at").optional())
            .column(instant("ends_at").optional())
            .column(integer("expected_leads").optional())
            .column(integer("expected_responses").optional())
            .column(integer("frequency_cap").optional())
            .column(custom_fields())
            .columns(stamps())
            .index(&["status", "starts_at"])
            .index(&["owner_id"])
            .sparse_index("parent_id")
            .index(&["created_at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "campaign").await
    }
}
