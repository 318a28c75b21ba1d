//! Adds to `api_token` from where a token may be used, how much may be asked with it, how it is
//! recognised, and which one it took the place of.

use sea_orm_migration::prelude::*;

use crate::{
    column::{big_integer, integer, json, text, uuid},
    table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            text("hint", 8).optional(),
            json("ip_allow").optional(),
            integer("requests_per_minute").optional(),
            big_integer("points_per_minute").optional(),
            uuid("rotated_from_id").optional(),
        ];
        table::extend(manager, "api_token", columns).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            "rotated_from_id",
            "points_per_minute",
            "requests_per_minute",
            "ip_allow",
            "hint",
        ];
        table::reduce(manager, "api_token", columns).await
    }
}
