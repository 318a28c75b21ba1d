//! Creates `territory`.

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
        NewTable::named("territory")
            .column(id())
            .column(text("name", 200))
            .column(text("code", 64))
            .column(text("path", 1024))
            .column(reference("parent_id", "territory").optional())
            .column(one_of("kind", &["GEO", "SEGMENT", "NAMED"]))
            .columns(stamps())
            .index(&["parent_id"])
            .unique_unless_deleted(&["code"])
            .unique_unless_deleted(&["path"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "territory").await
    }
}
