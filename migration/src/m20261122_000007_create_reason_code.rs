//! Creates `reason_code`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, id, one_of, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("reason_code")
            .column(id())
            .column(one_of(
                "kind",
                &[
                    "REJECT",
                    "RECYCLE",
                    "DISQUALIFY",
                    "LOST",
                    "OVERRIDE",
                    "OBJECTION",
                ],
            ))
            .column(text("key", 64))
            .column(text("label", 200))
            .column(boolean("active"))
            .columns(stamps())
            .unique_unless_deleted(&["kind", "key"])
            .index(&["key", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "reason_code").await
    }
}
