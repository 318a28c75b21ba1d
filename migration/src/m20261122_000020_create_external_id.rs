//! Creates `external_id`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{instant, text, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("external_id")
            .column(text("entity", 32))
            .column(text("system", 64))
            .column(text("key", 255))
            .column(uuid("entity_id"))
            .column(instant("created_at"))
            .primary_key(&["entity", "system", "key"])
            .index(&["entity_id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "external_id").await
    }
}
