//! Creates `signing_key`, and says of each token which key signed it.

use sea_orm_migration::prelude::*;

use crate::{
    column::{id, instant, json, one_of, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("signing_key")
            .column(id())
            .column(text("kid", 64))
            .column(one_of("algorithm", &["EdDSA", "ES256", "RS256"]))
            .column(json("public_jwk"))
            .column(instant("created_at"))
            .column(instant("retires_at").optional())
            .unique(&["kid"])
            .create(manager)
            .await?;
        table::extend(manager, "api_token", [text("kid", 64).optional()]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::reduce(manager, "api_token", ["kid"]).await?;
        table::drop(manager, "signing_key").await
    }
}
