//! Creates `contact`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, custom_fields, id, json, one_of, reference, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("contact")
            .column(id())
            .column(text("first_name", 100).optional())
            .column(text("last_name", 100).optional())
            .column(text("email", 254).optional())
            .column(boolean("email_verified"))
            .column(text("email_domain", 253).optional())
            .column(text("phone", 32).optional())
            .column(text("job_title", 200).optional())
            .column(text("role_function", 64).optional())
            .column(text("seniority", 64).optional())
            .column(one_of(
                "buyer_role",
                &[
                    "CHAMPION",
                    "ECONOMIC_BUYER",
                    "TECHNICAL_EVALUATOR",
                    "END_USER",
                    "BLOCKER",
                    "UNKNOWN",
                ],
            ))
            .column(reference("account_id", "account").optional())
            .column(json("consent"))
            .column(boolean("do_not_contact"))
            .column(boolean("brand_aware").optional())
            .column(custom_fields())
            .columns(stamps())
            .index(&["account_id", "buyer_role"])
            .index(&["email"])
            .index(&["created_at", "id"])
            .unique_where(&["email"], "email_verified AND deleted_at IS NULL")
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "contact").await
    }
}
