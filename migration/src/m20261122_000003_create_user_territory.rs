//! Creates `user_territory`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{instant, reference, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("user_territory")
            .column(reference("user_id", "user"))
            .column(reference("territory_id", "territory"))
            .column(instant("created_at"))
            .column(uuid("created_by").optional())
            .primary_key(&["user_id", "territory_id"])
            .index(&["territory_id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "user_territory").await
    }
}
