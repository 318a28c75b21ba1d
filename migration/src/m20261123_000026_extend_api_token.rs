//! Adds to `api_token` from where a token may be used, how much may be asked with it, how it is
//! recognised, and which one it took the place of.

use sea_orm_migration::prelude::*;

use crate::{
    column::{integer, json, text, uuid},
    table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const BY_TIME: &str = "idx_api_token_issued_at_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            text("hint", 8).optional(),
            json("ip_allow").optional(),
            integer("requests_per_minute").optional(),
            integer("points_per_minute").optional(),
            uuid("rotated_from_id").optional(),
            uuid("issued_with_id").optional(),
        ];
        table::extend(manager, "api_token", columns).await?;
        let index = Index::create()
            .name(BY_TIME)
            .table("api_token")
            .col("issued_at")
            .col("id")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name(BY_TIME).table("api_token").to_owned();
        manager.drop_index(index).await?;
        let columns = [
            "issued_with_id",
            "rotated_from_id",
            "points_per_minute",
            "requests_per_minute",
            "ip_allow",
            "hint",
        ];
        table::reduce(manager, "api_token", columns).await
    }
}
