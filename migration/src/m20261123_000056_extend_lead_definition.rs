//! Adds to definitions what sales has to have found out before it qualifies a lead.

use sea_orm_migration::prelude::*;

use crate::{column::json, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "lead_definition";
const COLUMN: &str = "answers";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::extend(manager, TABLE, [json(COLUMN).optional()]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::reduce(manager, TABLE, [COLUMN]).await
    }
}
