//! Creates `feedback_comment`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{id, long_text, reference, stamps},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("feedback_comment")
            .column(id())
            .column(reference("feedback_id", "feedback"))
            .column(reference("author_id", "user").optional())
            .column(long_text("body"))
            .columns(stamps())
            .index(&["feedback_id", "created_at"])
            .index(&["author_id"])
            .index(&["created_at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "feedback_comment").await
    }
}
