//! Creates `opportunity_change`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, id, instant, long_text, one_of, reference, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("opportunity_change")
            .column(id())
            .column(reference("opportunity_id", "opportunity"))
            .column(one_of("field", &["STAGE", "AMOUNT", "CLOSE_DATE", "OWNER"]))
            .column(text("from_value", 200).optional())
            .column(text("to_value", 200).optional())
            .column(instant("at"))
            .column(reference("by_user_id", "user").optional())
            .column(long_text("reason").optional())
            .column(boolean("backfilled"))
            .column(instant("created_at"))
            .index(&["opportunity_id", "at"])
            .index(&["field", "at"])
            .sparse_index("by_user_id")
            .index(&["at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "opportunity_change").await
    }
}
