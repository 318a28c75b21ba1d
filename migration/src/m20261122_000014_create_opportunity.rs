//! Creates `opportunity`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{
        currency, custom_fields, date, id, instant, integer, long_text, minor, one_of, reference,
        stamps, text,
    },
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("opportunity")
            .column(id())
            .column(text("name", 200))
            .column(reference("account_id", "account").optional())
            .column(reference("owner_id", "user").optional())
            .column(reference("lead_id", "lead").optional())
            .column(reference("primary_campaign_id", "campaign").optional())
            .column(one_of(
                "stage",
                &[
                    "PROSPECTING",
                    "QUALIFICATION",
                    "PROPOSAL",
                    "NEGOTIATION",
                    "CLOSED_WON",
                    "CLOSED_LOST",
                ],
            ))
            .column(minor("amount_minor").optional())
            .column(currency("amount_currency").optional())
            .column(integer("probability").optional())
            .column(date("expected_close_on").optional())
            .column(instant("closed_at").optional())
            .column(reference("lost_reason_id", "reason_code").optional())
            .column(long_text("next_step").optional())
            .column(integer("push_count").default(0))
            .column(one_of(
                "forecast_category",
                &["PIPELINE", "BEST_CASE", "COMMIT", "CLOSED", "OMITTED"],
            ))
            .column(custom_fields())
            .columns(stamps())
            .check(
                "amount",
                "(amount_minor IS NULL) = (amount_currency IS NULL)",
            )
            .index(&["account_id", "created_at"])
            .index(&["owner_id", "stage"])
            .index(&["lead_id"])
            .index(&["primary_campaign_id"])
            .sparse_index("lost_reason_id")
            .index(&["stage", "expected_close_on"])
            .index(&["closed_at"])
            .index(&["created_at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "opportunity").await
    }
}
