//! Creates `user`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, id, instant, integer, json, one_of, reference, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("user")
            .column(id())
            .column(text("name", 200))
            .column(text("email", 254))
            .column(one_of(
                "function",
                &["SALES", "MARKETING", "REVENUE", "OTHER"],
            ))
            .column(json("roles"))
            .column(boolean("active"))
            .column(text("time_zone", 64))
            .column(reference("manager_id", "user").optional())
            .column(integer("capacity").optional())
            .column(instant("out_of_office_from").optional())
            .column(instant("out_of_office_until").optional())
            .columns(stamps())
            // With the id, so that a team is found in the index alone.
            .index(&["manager_id", "id"])
            .index(&["active", "function"])
            .index(&["name", "id"])
            .unique_unless_deleted(&["email"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "user").await
    }
}
