//! Imports: what was brought in, by which mapping, and how it went.

use sea_orm::entity::prelude::*;

/// One run of an import.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_job")]
pub struct Model {
    /// Also what `created_by` says of the rows that it made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What people call it.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    /// The mapping as it was: TOML.
    #[sea_orm(column_type = "Text")]
    pub mapping: String,
    /// Array of `{file, bytes}`, in the order that `import_row.file` counts.
    #[sea_orm(column_type = "JsonBinary")]
    pub sources: Json,
    /// Nothing was kept but the outcomes.
    pub dry_run: bool,
    /// How far it is.
    pub status: ImportStatus,
    /// UTC; when it began.
    pub started_at: DateTimeUtc,
    /// UTC; when it ended, well or not; none while it runs.
    pub finished_at: Option<DateTimeUtc>,
    /// How many rows had which outcome, by entity.
    #[sea_orm(column_type = "JsonBinary")]
    pub counts: Json,
    /// Id of the user or token that asked for it; none: from the command line.
    pub created_by: Option<Uuid>,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum ImportStatus {
    /// Under way, or cut off: running it again continues it.
    Running,
    /// Every row has its outcome.
    Done,
    /// It could not go on.
    Failed,
    /// What it made was taken back.
    Reverted,
}
