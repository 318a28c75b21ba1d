//! Creates `asset`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{id, one_of, reference, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("asset")
            .column(id())
            .column(text("title", 200))
            .column(one_of(
                "kind",
                &[
                    "DECK",
                    "CASE_STUDY",
                    "WHITEPAPER",
                    "EMAIL_TEMPLATE",
                    "VIDEO",
                    "WEBINAR",
                    "OTHER",
                ],
            ))
            .column(text("url", 2_000).optional())
            .column(one_of("stage", &["AWARENESS", "CONSIDERATION", "DECISION"]).optional())
            .column(reference("campaign_id", "campaign").optional())
            .column(reference("owner_id", "user").optional())
            .columns(stamps())
            .index(&["title", "id"])
            .index(&["campaign_id"])
            .index(&["owner_id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "asset").await
    }
}
