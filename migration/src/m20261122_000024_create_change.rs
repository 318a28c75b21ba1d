//! Creates `change`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{instant, json, long_text, one_of, sequence, text, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("change")
            .column(sequence("seq"))
            .column(instant("at"))
            .column(one_of("actor_kind", &["USER", "TOKEN", "IMPORT", "SYSTEM"]))
            .column(uuid("actor_id").optional())
            .column(text("entity", 32))
            .column(uuid("entity_id"))
            .column(one_of(
                "kind",
                &[
                    "CREATED",
                    "UPDATED",
                    "DELETED",
                    "RESTORED",
                    "MERGED",
                    "VIEWED_AS",
                ],
            ))
            .column(json("fields").optional())
            .column(long_text("reason").optional())
            .column(text("request_id", 64).optional())
            .index(&["entity", "entity_id", "seq"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "change").await
    }
}
