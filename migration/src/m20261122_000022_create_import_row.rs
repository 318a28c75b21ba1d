//! Creates `import_row`.

use sea_orm_migration::prelude::*;

use crate::{
    column::{big_integer, integer, long_text, one_of, reference, text, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("import_row")
            .column(reference("job_id", "import_job"))
            .column(integer("file"))
            .column(big_integer("line"))
            .column(text("entity", 32))
            .column(one_of(
                "outcome",
                &[
                    "CREATED",
                    "UPDATED",
                    "UNCHANGED",
                    "MERGED",
                    "NEEDS_REVIEW",
                    "REJECTED",
                ],
            ))
            .column(uuid("entity_id").optional())
            .column(long_text("reason").optional())
            .column(long_text("raw").optional())
            .primary_key(&["job_id", "file", "line", "entity"])
            .sparse_index("entity_id")
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, "import_row").await
    }
}
