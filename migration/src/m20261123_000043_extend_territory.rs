//! Adds to `territory` the calendar by which people work there.

use sea_orm_migration::prelude::*;

use crate::{
    column::uuid,
    table::{extend, reduce},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEX: &str = "idx_territory_business_calendar_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let calendar = uuid("business_calendar_id").optional();
        extend(manager, "territory", [calendar]).await?;
        let index = Index::create()
            .name(INDEX)
            .table("territory")
            .col("business_calendar_id")
            .and_where(Expr::col("business_calendar_id").is_not_null())
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name(INDEX).table("territory").to_owned();
        manager.drop_index(index).await?;
        reduce(manager, "territory", ["business_calendar_id"]).await
    }
}
