//! Creates `account`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{currency, custom_fields, id, integer, minor, one_of, reference, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("account")
            .column(id())
            .column(text("name", 200))
            .column(text("normalized_name", 200))
            .column(text("industry", 100).optional())
            .column(text("employee_band", 32).optional())
            .column(minor("annual_revenue_minor").optional())
            .column(currency("annual_revenue_currency").optional())
            .column(text("country", 2).optional())
            .column(one_of("channel", &["DIRECT", "INDIRECT"]))
            .column(one_of(
                "lifecycle",
                &["TARGET", "PROSPECT", "OPPORTUNITY", "CUSTOMER", "FORMER"],
            ))
            .column(reference("owner_id", "user").optional())
            .column(reference("marketer_id", "user").optional())
            .column(reference("territory_id", "territory").optional())
            .column(reference("parent_id", "account").optional())
            .column(integer("target_tier").optional())
            .column(custom_fields())
            .columns(stamps())
            .check(
                "annual_revenue",
                "(annual_revenue_minor IS NULL) = (annual_revenue_currency IS NULL)",
            )
            .index(&["territory_id", "lifecycle"])
            .index(&["owner_id"])
            .index(&["marketer_id"])
            .sparse_index("parent_id")
            .index(&["normalized_name"])
            .index(&["created_at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "account").await
    }
}
