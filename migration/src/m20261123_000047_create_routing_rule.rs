//! Creates `routing_rule` and `routing_pool_member`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, id, integer, json, one_of, reference, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("routing_rule")
            .column(id())
            .column(text("name", 200))
            .column(integer("priority"))
            .column(json("condition").optional())
            .column(one_of(
                "strategy",
                &["ACCOUNT_OWNER", "TERRITORY", "ROUND_ROBIN", "LEAST_LOADED"],
            ))
            .column(boolean("active"))
            .column(json("turns").optional())
            .columns(stamps())
            .index(&["priority", "id"])
            .create(manager)
            .await?;
        NewTable::named("routing_pool_member")
            .column(id())
            .column(reference("routing_rule_id", "routing_rule"))
            .column(reference("user_id", "user"))
            .columns(stamps())
            .unique_unless_deleted(&["routing_rule_id", "user_id"])
            .index(&["routing_rule_id"])
            .index(&["user_id"])
            .index(&["created_at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "routing_pool_member").await?;
        table::drop(manager, "routing_rule").await
    }
}
