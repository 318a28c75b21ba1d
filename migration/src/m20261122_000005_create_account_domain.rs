//! Creates `account_domain`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, id, instant, reference, text, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("account_domain")
            .column(id())
            .column(reference("account_id", "account"))
            .column(text("domain", 253))
            .column(boolean("is_primary"))
            .column(instant("created_at"))
            .column(uuid("created_by").optional())
            .index(&["account_id"])
            .unique(&["domain"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "account_domain").await
    }
}
