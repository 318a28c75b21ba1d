//! Creates `campaign_cost`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{currency, date, id, long_text, minor, one_of, reference, stamps},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("campaign_cost")
            .column(id())
            .column(reference("campaign_id", "campaign"))
            .column(date("incurred_on"))
            .column(one_of(
                "category",
                &["MEDIA", "VENUE", "PEOPLE", "TOOLS", "CONTENT", "OTHER"],
            ))
            .column(minor("planned_minor"))
            .column(minor("actual_minor").optional())
            .column(currency("currency"))
            .column(long_text("note").optional())
            .columns(stamps())
            .index(&["campaign_id", "incurred_on"])
            .index(&["incurred_on", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "campaign_cost").await
    }
}
