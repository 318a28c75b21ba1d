//! Creates `api_token`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{id, instant, json, reference, text, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("api_token")
            .column(id())
            .column(text("name", 200))
            .column(reference("user_id", "user").optional())
            .column(json("roles"))
            .column(json("scopes"))
            .column(instant("issued_at"))
            .column(instant("expires_at"))
            .column(instant("revoked_at").optional())
            .column(instant("last_used_at").optional())
            .column(uuid("created_by").optional())
            .index(&["user_id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "api_token").await
    }
}
