//! Creates `campaign_member`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{id, instant, one_of, reference, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("campaign_member")
            .column(id())
            .column(reference("campaign_id", "campaign"))
            .column(reference("lead_id", "lead").optional())
            .column(reference("contact_id", "contact").optional())
            .column(one_of(
                "status",
                &[
                    "TARGETED",
                    "SENT",
                    "RESPONDED",
                    "REGISTERED",
                    "ATTENDED",
                    "NO_SHOW",
                    "OPTED_OUT",
                    "SUPPRESSED",
                ],
            ))
            .column(instant("responded_at").optional())
            .column(text("suppressed_reason", 200).optional())
            .columns(stamps())
            .check("person", "(lead_id IS NULL) <> (contact_id IS NULL)")
            .index(&["campaign_id"])
            .index(&["lead_id"])
            .index(&["contact_id"])
            .unique_unless_deleted(&["campaign_id", "lead_id"])
            .unique_unless_deleted(&["campaign_id", "contact_id"])
            .index(&["created_at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "campaign_member").await
    }
}
