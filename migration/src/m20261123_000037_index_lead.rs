//! Has the leads found whose day to resume has come.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const NAME: &str = "idx_lead_resume_at";
const TABLE: &str = "lead";
const COLUMN: &str = "resume_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::create()
            .name(NAME)
            .table(TABLE)
            .col(COLUMN)
            .and_where(Expr::col(COLUMN).is_not_null())
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name(NAME).table(TABLE).to_owned();
        manager.drop_index(index).await
    }
}
