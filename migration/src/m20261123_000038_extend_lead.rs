//! Adds to leads how good sales finds them.

use sea_orm_migration::prelude::*;

use crate::{column::integer, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "lead";
const COLUMN: &str = "quality";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::extend(manager, TABLE, [integer(COLUMN).optional()]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::reduce(manager, TABLE, [COLUMN]).await
    }
}
