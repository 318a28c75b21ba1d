//! Creates `opportunity_contact`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, id, one_of, reference, stamps},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("opportunity_contact")
            .column(id())
            .column(reference("opportunity_id", "opportunity"))
            .column(reference("contact_id", "contact"))
            .column(one_of(
                "role",
                &[
                    "CHAMPION",
                    "ECONOMIC_BUYER",
                    "TECHNICAL_EVALUATOR",
                    "END_USER",
                    "BLOCKER",
                    "UNKNOWN",
                ],
            ))
            .column(boolean("is_primary"))
            .columns(stamps())
            .index(&["opportunity_id"])
            .index(&["contact_id"])
            .unique_unless_deleted(&["opportunity_id", "contact_id"])
            .index(&["created_at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "opportunity_contact").await
    }
}
