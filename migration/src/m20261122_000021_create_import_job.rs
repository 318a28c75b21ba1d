//! Creates `import_job`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{boolean, id, instant, json, long_text, one_of, text, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("import_job")
            .column(id())
            .column(text("name", 200))
            .column(long_text("mapping"))
            .column(json("sources"))
            .column(boolean("dry_run"))
            .column(one_of("status", &["RUNNING", "DONE", "FAILED", "REVERTED"]))
            .column(instant("started_at"))
            .column(instant("finished_at").optional())
            .column(json("counts"))
            .column(uuid("created_by").optional())
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "import_job").await
    }
}
