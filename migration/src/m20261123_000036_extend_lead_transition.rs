//! Adds to `lead_transition` what sales has found out when it qualifies a lead.

use sea_orm_migration::prelude::*;

use crate::{column::long_text, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Need, authority, budget and time.
const ANSWERS: [&str; 4] = ["need", "authority", "budget", "timing"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = ANSWERS.map(|name| long_text(name).optional());
        table::extend(manager, "lead_transition", columns).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::reduce(manager, "lead_transition", ANSWERS).await
    }
}
