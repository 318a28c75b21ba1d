//! Creates `webhook_delivery`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{
        big_integer, id, instant, integer, json, one_of, reference, small_integer, text, uuid,
    },
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("webhook_delivery")
            .column(id())
            .column(reference("endpoint_id", "webhook_endpoint"))
            .column(big_integer("seq").optional())
            .column(text("event", 64))
            .column(text("subject", 64))
            .column(instant("occurred_at"))
            .column(json("changed_fields").optional())
            .column(one_of("state", &["PENDING", "DELIVERED", "FAILED"]))
            .column(integer("attempts"))
            .column(instant("next_attempt_at").optional())
            .column(instant("last_attempt_at").optional())
            .column(small_integer("status_code").optional())
            .column(
                one_of(
                    "error",
                    &[
                        "TIMED_OUT",
                        "UNREACHABLE",
                        "ADDRESS_REFUSED",
                        "REDIRECTED",
                        "GONE",
                        "REFUSED",
                        "DOCUMENT",
                    ],
                )
                .optional(),
            )
            .column(integer("duration_milliseconds").optional())
            .column(uuid("lease").optional())
            .column(instant("leased_until").optional())
            .column(instant("created_at"))
            // What is next, what it waits for, and tests; which was the last.
            .index(&["endpoint_id", "state", "next_attempt_at"])
            .index(&["endpoint_id", "subject", "state", "seq"])
            .index(&["endpoint_id", "seq", "state", "next_attempt_at"])
            .index(&["created_at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "webhook_delivery").await
    }
}
