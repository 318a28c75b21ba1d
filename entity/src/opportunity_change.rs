//! The history of deals: every change of stage, amount, close date and owner, one row each.

use sea_orm::entity::prelude::*;

/// One change of one field of a deal. Rows are added only, in the transaction of the change.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "opportunity_change")]
pub struct Model {
    /// Prefix `oppchg` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The deal that changed.
    pub opportunity_id: Uuid,
    /// What changed.
    pub field: OpportunityField,
    /// What it was, as in the API; none: it was not set.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub from_value: Option<String>,
    /// What it is since, as in the API; none: it is not set.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub to_value: Option<String>,
    /// UTC; when it happened in the business.
    pub at: DateTimeUtc,
    /// The user who did it; none for a rule or an import.
    pub by_user_id: Option<Uuid>,
    /// Why, where the step asks for a reason.
    #[sea_orm(column_type = "Text")]
    pub reason: Option<String>,
    /// Came with an import, so that its time is only as good as its source.
    pub backfilled: bool,
    /// UTC; when it was recorded here.
    pub created_at: DateTimeUtc,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A field of a deal whose history is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum OpportunityField {
    /// How far it is.
    Stage,
    /// What it is worth.
    Amount,
    /// The day that it should be decided by.
    CloseDate,
    /// Who works on it.
    Owner,
}
