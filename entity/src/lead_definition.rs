//! What a qualified lead is: one version of the definition of a stage, which sales and marketing sign.

use sea_orm::entity::prelude::*;

/// One version. What it says never changes; of each stage one at the most is active.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lead_definition")]
pub struct Model {
    /// Prefix `def` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it defines.
    pub stage: DefinitionStage,
    /// Counts the definitions of the stage, from 1; unique with it.
    pub version: i32,
    /// What became of it.
    pub status: DefinitionStatus,
    /// Array of criteria, as `docs/definitions.md` has them.
    #[sea_orm(column_type = "JsonBinary")]
    pub criteria: Json,
    /// 1 to 100: the score from which a lead is qualified.
    pub threshold: i32,
    /// Array of `need`, `authority`, `budget` and `timing`: what sales has to have found out, of an SQL only.
    #[sea_orm(column_type = "JsonBinary")]
    pub answers: Option<Json>,
    /// What it is for, and what is different.
    #[sea_orm(column_type = "Text")]
    pub note: Option<String>,
    /// The user who proposed it; none where a program did.
    pub proposed_by_id: Option<Uuid>,
    /// UTC; when it became active.
    pub effective_from: Option<DateTimeUtc>,
    /// UTC; when another took its place.
    pub superseded_at: Option<DateTimeUtc>,
    /// UTC; when it was proposed.
    pub created_at: DateTimeUtc,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What a definition is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum DefinitionStage {
    /// Marketing qualified lead.
    Mql,
    /// Sales accepted lead.
    Sal,
    /// Sales qualified lead.
    Sql,
}

/// What became of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum DefinitionStatus {
    /// Waits for signatures.
    Proposed,
    /// Signed by both sides, and in force.
    Active,
    /// Was in force.
    Retired,
    /// Was refused.
    Vetoed,
}
