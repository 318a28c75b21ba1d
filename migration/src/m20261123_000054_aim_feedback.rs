//! Aims `feedback` at content and at definitions too, and lets these be what has changed because of it.

use sea_orm_migration::prelude::*;

use crate::{column::uuid, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMNS: [&str; 4] = [
    "asset_id",
    "definition_id",
    "resolved_by_asset_id",
    "resolved_by_definition_id",
];
/// By what feedback is found from what it is about.
const FOUND_BY: [&str; 2] = ["asset_id", "definition_id"];

const TARGET: &str = "campaign_id IS NOT NULL OR lead_id IS NOT NULL \
    OR account_id IS NOT NULL OR opportunity_id IS NOT NULL";
const WIDER_TARGET: &str = "campaign_id IS NOT NULL OR lead_id IS NOT NULL \
    OR account_id IS NOT NULL OR opportunity_id IS NOT NULL \
    OR asset_id IS NOT NULL OR definition_id IS NOT NULL";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = COLUMNS.map(|name| uuid(name).optional());
        table::extend(manager, "feedback", columns).await?;
        for column in FOUND_BY {
            let index = Index::create()
                .name(index_of(column))
                .table("feedback")
                .col(column)
                .and_where(Expr::col(column).is_not_null())
                .to_owned();
            manager.create_index(index).await?;
        }
        table::recheck(manager, "feedback", "target", [TARGET, WIDER_TARGET]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Feedback about nothing else stays, and is about nothing then.
        table::recheck(manager, "feedback", "target", [WIDER_TARGET, TARGET]).await?;
        for column in FOUND_BY {
            let index = Index::drop()
                .name(index_of(column))
                .table("feedback")
                .to_owned();
            manager.drop_index(index).await?;
        }
        table::reduce(manager, "feedback", COLUMNS).await
    }
}

fn index_of(column: &str) -> String {
    format!("idx_feedback_{column}")
}
