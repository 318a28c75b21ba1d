//! Creates `idempotency`: the answers that are given again to who asks the same again.

use sea_orm_migration::prelude::*;

use crate::{
    column::{instant, long_text, text, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("idempotency")
            .column(uuid("token_id"))
            .column(text("key_hash", 64))
            .column(text("body_hash", 64))
            .column(text("view_hash", 64))
            .column(long_text("answer"))
            .column(instant("created_at"))
            .primary_key(&["token_id", "key_hash"])
            .index(&["created_at"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "idempotency").await
    }
}
