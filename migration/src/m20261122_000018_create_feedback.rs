//! Creates `feedback`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{id, instant, long_text, one_of, reference, small_integer, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("feedback")
            .column(id())
            .column(one_of(
                "direction",
                &["SALES_TO_MARKETING", "MARKETING_TO_SALES"],
            ))
            .column(one_of(
                "kind",
                &[
                    "CUSTOMER_NEED",
                    "CAMPAIGN_RESPONSE",
                    "LEAD_QUALITY",
                    "MESSAGING",
                    "COMPETITOR",
                    "CONTENT_GAP",
                    "SALES_FOLLOW_UP",
                    "OTHER",
                ],
            ))
            .column(reference("campaign_id", "campaign").optional())
            .column(reference("lead_id", "lead").optional())
            .column(reference("account_id", "account").optional())
            .column(reference("opportunity_id", "opportunity").optional())
            .column(text("theme", 100).optional())
            .column(long_text("verbatim"))
            .column(small_integer("sentiment").optional())
            .column(reference("author_id", "user").optional())
            .column(reference("assignee_id", "user").optional())
            .column(one_of(
                "state",
                &[
                    "OPEN",
                    "ACKNOWLEDGED",
                    "PLANNED",
                    "DECLINED",
                    "ACTIONED",
                    "VERIFIED",
                    "REOPENED",
                ],
            ))
            .column(instant("due_at").optional())
            .column(instant("acknowledged_at").optional())
            .column(instant("actioned_at").optional())
            .column(instant("verified_at").optional())
            .columns(stamps())
            .check(
                "target",
                "campaign_id IS NOT NULL OR lead_id IS NOT NULL \
                OR account_id IS NOT NULL OR opportunity_id IS NOT NULL",
            )
            .check("sentiment", "sentiment BETWEEN -2 AND 2")
            .index(&["state", "due_at"])
            .index(&["direction", "created_at"])
            .index(&["campaign_id"])
            .index(&["lead_id"])
            .index(&["account_id"])
            .index(&["opportunity_id"])
            .index(&["author_id"])
            .index(&["assignee_id"])
            .index(&["created_at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "feedback").await
    }
}
