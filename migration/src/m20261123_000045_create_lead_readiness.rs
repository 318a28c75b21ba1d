//! Creates what scoring finds: `lead_readiness` and `score_factor`, and `lead_scoring`, which says when a lead is to
//! be scored next. All of it can be found again, so that no foreign key keeps anybody from taking a row away.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, id, instant, integer, json, long_text, text, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 3] = ["lead_scoring", "score_factor", "lead_readiness"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("lead_readiness")
            .column(id())
            .column(uuid("lead_id"))
            .column(uuid("definition_id"))
            .column(integer("score"))
            .column(integer("threshold"))
            .column(boolean("met"))
            .column(json("missing"))
            .column(instant("scored_at"))
            .unique(&["lead_id"])
            .index(&["definition_id"])
            .index(&["score", "id"])
            .create(manager)
            .await?;
        NewTable::named("score_factor")
            .column(id())
            .column(uuid("lead_id"))
            .column(integer("place"))
            .column(text("key", 64))
            .column(text("label", 200))
            .column(integer("points"))
            .column(long_text("evidence"))
            .column(integer("count").optional())
            .column(uuid("last_touch_id").optional())
            .column(instant("scored_at"))
            .unique(&["lead_id", "key"])
            .index(&["place", "id"])
            .sparse_index("last_touch_id")
            .create(manager)
            .await?;
        NewTable::named("lead_scoring")
            .column(id())
            .column(instant("due_at"))
            .index(&["due_at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            table::drop(manager, table).await?;
        }
        Ok(())
    }
}
