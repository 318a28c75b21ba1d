//! Creates `business_calendar` and `holiday`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, date, id, json, reference, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("business_calendar")
            .column(id())
            .column(text("name", 200))
            .column(text("time_zone", 64))
            .column(json("hours"))
            .column(boolean("is_default"))
            .columns(stamps())
            .unique_unless_deleted(&["name"])
            .unique_where(&["is_default"], "is_default AND deleted_at IS NULL")
            .index(&["name", "id"])
            .create(manager)
            .await?;
        NewTable::named("holiday")
            .column(id())
            .column(reference("business_calendar_id", "business_calendar"))
            .column(date("day"))
            .column(text("name", 200))
            .columns(stamps())
            .unique_unless_deleted(&["business_calendar_id", "day"])
            .index(&["business_calendar_id"])
            .index(&["day", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "holiday").await?;
        table::drop(manager, "business_calendar").await
    }
}
