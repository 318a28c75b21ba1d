//! Creates `touch`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{id, instant, json, one_of, reference, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("touch")
            .column(id())
            .column(instant("occurred_at"))
            .column(one_of(
                "kind",
                &[
                    "EMAIL_SENT",
                    "EMAIL_OPEN",
                    "EMAIL_CLICK",
                    "FORM_SUBMIT",
                    "PAGE_VIEW",
                    "AD_IMPRESSION",
                    "AD_CLICK",
                    "CONTENT_DOWNLOAD",
                    "WEBINAR_ATTEND",
                    "EVENT_ATTEND",
                    "SOCIAL",
                    "DIRECT_MAIL",
                    "CALL",
                    "MEETING",
                    "DEMO",
                    "SALES_EMAIL",
                    "REPLY",
                    "REFERRAL",
                    "BRAND_MENTION",
                    "PR",
                ],
            ))
            .column(one_of("function", &["MARKETING", "SALES"]))
            .column(one_of("direction", &["INBOUND", "OUTBOUND"]))
            .column(one_of(
                "channel",
                &[
                    "DIRECT", "ORGANIC", "PAID", "EMAIL", "SOCIAL", "EVENT", "CONTENT", "PARTNER",
                    "OUTBOUND", "PHONE", "MAIL", "WEB", "OTHER",
                ],
            ))
            .column(reference("campaign_id", "campaign").optional())
            .column(reference("contact_id", "contact").optional())
            .column(reference("lead_id", "lead").optional())
            .column(reference("account_id", "account").optional())
            .column(reference("actor_id", "user").optional())
            .column(text("visitor_key", 128).optional())
            .column(instant("identified_at").optional())
            .column(json("properties").optional())
            .column(text("source_system", 64).optional())
            .column(text("dedupe_key", 128).optional())
            .columns(stamps())
            .index(&["account_id", "occurred_at"])
            .index(&["contact_id", "occurred_at"])
            .index(&["lead_id", "occurred_at"])
            .index(&["campaign_id", "occurred_at"])
            .sparse_index("actor_id")
            .sparse_index("visitor_key")
            .index(&["occurred_at", "id"])
            .unique_where(
                &["dedupe_key"],
                "dedupe_key IS NOT NULL AND deleted_at IS NULL",
            )
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "touch").await
    }
}
