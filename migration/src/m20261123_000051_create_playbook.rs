//! Creates `playbook` and `playbook_step`: what is to be done with a lead that comes to stand somewhere.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, id, integer, long_text, one_of, reference, stamps, text},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("playbook")
            .column(id())
            .column(text("name", 200))
            .column(one_of(
                "lead_status",
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
            .column(boolean("active"))
            .columns(stamps())
            .index(&["lead_status"])
            .index(&["name", "id"])
            .create(manager)
            .await?;
        NewTable::named("playbook_step")
            .column(id())
            .column(reference("playbook_id", "playbook"))
            .column(integer("place"))
            .column(text("title", 200))
            .column(long_text("best_practice").optional())
            .column(integer("due_after_minutes"))
            .column(one_of("assign_to", &["OWNER", "MANAGER", "CAMPAIGN_OWNER"]))
            .columns(stamps())
            .check("due_after_minutes", "due_after_minutes >= 0")
            .index(&["playbook_id"])
            .index(&["place", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "playbook_step").await?;
        table::drop(manager, "playbook").await
    }
}
