//! Creates `webhook_endpoint`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{id, instant, json, long_text, one_of, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("webhook_endpoint")
            .column(id())
            .column(text("system", 200))
            .column(long_text("description").optional())
            .column(long_text("url"))
            .column(one_of("state", &["ACTIVE", "PAUSED", "SUSPENDED", "DEAD"]))
            .column(instant("state_since"))
            .column(text("role", 64))
            .column(json("scopes"))
            .column(json("entities"))
            .column(json("kinds"))
            .column(long_text("document").optional())
            .column(long_text("secret"))
            .column(long_text("previous_secret").optional())
            .column(instant("previous_secret_until").optional())
            .column(text("sealed_with", 16))
            .column(long_text("position"))
            .columns(stamps())
            .index(&["state"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "webhook_endpoint").await
    }
}
