//! What became of every row that an import read.

use sea_orm::entity::prelude::*;

/// The outcome of one row for one entity. Personal data: `reason` and `raw` quote the row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_row")]
pub struct Model {
    /// The import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub job_id: Uuid,
    /// Counts in `import_job.sources`, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub file: i32,
    /// Where the row begins in the file; the first line is 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub line: i64,
    /// The table that it went into; empty for a row that no rule claims.
    #[sea_orm(
        primary_key,
        auto_increment = false,
        column_type = "String(StringLen::N(32))"
    )]
    pub entity: String,
    /// What became of it.
    pub outcome: ImportOutcome,
    /// The row that it made or changed.
    pub entity_id: Option<Uuid>,
    /// Why, with line, column and value.
    #[sea_orm(column_type = "Text")]
    pub reason: Option<String>,
    /// The row as it was, where somebody has to look at it: `NEEDS_REVIEW` and `REJECTED`.
    #[sea_orm(column_type = "Text")]
    pub raw: Option<String>,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What became of a row that an import read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum ImportOutcome {
    /// A new row.
    Created,
    /// A row that was there has changed.
    Updated,
    /// It was there already, with the same values.
    Unchanged,
    /// It is about somebody who was there under another name or key.
    Merged,
    /// Kept, and somebody has to look at it.
    NeedsReview,
    /// Not kept, for a reason.
    Rejected,
}
