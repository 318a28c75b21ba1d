//! Creates `team_request`: what one function asks the other for.

use sea_orm_migration::prelude::*;

use crate::{
    column::{date, id, instant, integer, long_text, one_of, reference, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const FUNCTIONS: &[&str] = &["SALES", "MARKETING"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("team_request")
            .column(id())
            .column(one_of("from_function", FUNCTIONS))
            .column(one_of("to_function", FUNCTIONS))
            .column(text("title", 200))
            .column(long_text("details"))
            .column(date("needed_by"))
            .column(reference("requester_id", "user").optional())
            .column(reference("assignee_id", "user").optional())
            .column(one_of(
                "state",
                &["OPEN", "ACCEPTED", "DECLINED", "DELIVERED", "RATED"],
            ))
            .column(instant("answered_at").optional())
            .column(text("decline_reason", 2_000).optional())
            .column(instant("delivered_at").optional())
            .column(reference("delivered_campaign_id", "campaign").optional())
            .column(text("delivered_url", 2_000).optional())
            .column(instant("rated_at").optional())
            .column(integer("rating").optional())
            .column(long_text("rating_note").optional())
            .columns(stamps())
            .check("functions", "from_function <> to_function")
            .check("rating", "rating BETWEEN 1 AND 5")
            .index(&["requester_id"])
            .index(&["assignee_id"])
            .index(&["state", "needed_by"])
            .sparse_index("delivered_campaign_id")
            .index(&["created_at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "team_request").await
    }
}
