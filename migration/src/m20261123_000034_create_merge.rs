//! Creates `merge`: what was made one, and how it was before.

use sea_orm_migration::prelude::*;

use crate::{
    column::{id, instant, json, one_of, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("merge")
            .column(id())
            .column(one_of("entity", &["CONTACT", "ACCOUNT"]))
            .column(uuid("winner_id"))
            .column(json("loser_ids"))
            .column(json("steps"))
            .column(json("external_ids"))
            .column(instant("merged_at"))
            .column(uuid("merged_by").optional())
            .column(instant("undone_at").optional())
            .index(&["winner_id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "merge").await
    }
}
