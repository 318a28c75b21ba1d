//! Adds to leads, and to the steps that they take, the definition by which they were qualified.

use sea_orm_migration::prelude::*;

use crate::{column::uuid, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMN: &str = "definition_id";
const STAMPED: [(&str, &str); 2] = [
    ("lead", "idx_lead_definition_id"),
    ("lead_transition", "idx_lead_transition_definition_id"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (stamped, index) in STAMPED {
            table::extend(manager, stamped, [uuid(COLUMN).optional()]).await?;
            let index = Index::create()
                .name(index)
                .table(stamped)
                .col(COLUMN)
                .and_where(Expr::col(COLUMN).is_not_null())
                .to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (stamped, index) in STAMPED {
            let index = Index::drop().name(index).table(stamped).to_owned();
            manager.drop_index(index).await?;
            table::reduce(manager, stamped, [COLUMN]).await?;
        }
        Ok(())
    }
}
