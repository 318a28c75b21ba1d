//! Adds to `feedback` what has changed because of it, and the appeal against its being declined.

use sea_orm_migration::prelude::*;

use crate::{
    column::{instant, text, uuid},
    table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            uuid("resolved_by_campaign_id").optional(),
            text("resolved_by_url", 2_000).optional(),
            instant("appealed_at").optional(),
            instant("appeal_decided_at").optional(),
        ];
        table::extend(manager, "feedback", columns).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            "appeal_decided_at",
            "appealed_at",
            "resolved_by_url",
            "resolved_by_campaign_id",
        ];
        table::reduce(manager, "feedback", columns).await
    }
}
