//! Creates `lead`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{custom_fields, id, instant, integer, json, one_of, reference, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("lead")
            .column(id())
            .column(one_of(
                "status",
                &[
                    "NEW",
                    "NURTURING",
                    "MQL",
                    "ACCEPTED",
                    "WORKING",
                    "SQL",
                    "CONVERTED",
                    "REJECTED",
                    "RECYCLED",
                    "DISQUALIFIED",
                ],
            ))
            .column(text("first_name", 100).optional())
            .column(text("last_name", 100).optional())
            .column(text("email", 254).optional())
            .column(text("phone", 32).optional())
            .column(text("company_name", 200).optional())
            .column(text("job_title", 200).optional())
            .column(one_of(
                "source",
                &[
                    "WEB_FORM",
                    "EVENT",
                    "CONTENT",
                    "PAID",
                    "ORGANIC",
                    "REFERRAL",
                    "PARTNER",
                    "OUTBOUND",
                    "LIST_IMPORT",
                    "SOCIAL",
                    "OTHER",
                ],
            ))
            .column(reference("source_campaign_id", "campaign").optional())
            .column(reference("owner_id", "user").optional())
            .column(reference("territory_id", "territory").optional())
            .column(reference("account_id", "account").optional())
            .column(reference("contact_id", "contact").optional())
            .column(reference("duplicate_of_id", "lead").optional())
            .column(integer("score"))
            .column(integer("fit_score"))
            .column(integer("engagement_score"))
            .column(one_of("intent_band", &["NURTURE", "WARM", "HOT"]))
            .column(integer("cycle").default(1))
            .column(instant("mql_at").optional())
            .column(instant("accepted_at").optional())
            .column(instant("first_touched_at").optional())
            .column(instant("sql_at").optional())
            .column(instant("converted_at").optional())
            .column(instant("resume_at").optional())
            .column(reference("reject_reason_id", "reason_code").optional())
            .column(reference("disqualify_reason_id", "reason_code").optional())
            .column(json("raw_capture").optional())
            .column(custom_fields())
            .columns(stamps())
            .index(&["status", "owner_id"])
            .index(&["status", "created_at", "id"])
            .index(&["owner_id"])
            .index(&["territory_id"])
            .index(&["account_id"])
            .index(&["contact_id"])
            .index(&["source_campaign_id", "created_at"])
            .sparse_index("duplicate_of_id")
            .sparse_index("reject_reason_id")
            .sparse_index("disqualify_reason_id")
            .index(&["email"])
            .index(&["mql_at"])
            .index(&["score", "id"])
            // With what row scopes ask, so that a list is walked without its rows.
            .index(&["created_at", "id", "owner_id", "territory_id", "deleted_at"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "lead").await
    }
}
