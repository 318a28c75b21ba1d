//! Creates `lead_definition` and `lead_definition_approval`: what a qualified lead is, and who signed it.

use sea_orm_migration::prelude::*;

use crate::{
    column::{id, instant, integer, json, long_text, one_of, reference},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("lead_definition")
            .column(id())
            .column(one_of("stage", &["MQL", "SAL", "SQL"]))
            .column(integer("version"))
            .column(one_of(
                "status",
                &["PROPOSED", "ACTIVE", "RETIRED", "VETOED"],
            ))
            .column(json("criteria"))
            .column(integer("threshold"))
            .column(long_text("note").optional())
            .column(reference("proposed_by_id", "user").optional())
            .column(instant("effective_from").optional())
            .column(instant("superseded_at").optional())
            .column(instant("created_at"))
            .unique(&["stage", "version"])
            .unique_where(&["stage"], "status = 'ACTIVE'")
            .index(&["proposed_by_id"])
            .index(&["created_at", "id"])
            .create(manager)
            .await?;
        NewTable::named("lead_definition_approval")
            .column(id())
            .column(reference("definition_id", "lead_definition"))
            .column(reference("user_id", "user"))
            .column(one_of("function", &["SALES", "MARKETING"]))
            .column(instant("at"))
            .unique(&["definition_id", "function"])
            .unique(&["definition_id", "user_id"])
            .index(&["user_id"])
            .index(&["at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "lead_definition_approval").await?;
        table::drop(manager, "lead_definition").await
    }
}
