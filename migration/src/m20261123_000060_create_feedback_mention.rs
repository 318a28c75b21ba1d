//! Creates `feedback_mention`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{id, instant, reference},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("feedback_mention")
            .column(id())
            .column(reference("feedback_id", "feedback"))
            .column(reference("comment_id", "feedback_comment"))
            .column(reference("user_id", "user"))
            .column(instant("at"))
            .unique(&["comment_id", "user_id"])
            .index(&["feedback_id"])
            .index(&["user_id", "at"])
            .index(&["at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "feedback_mention").await
    }
}
