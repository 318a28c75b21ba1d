//! The signatures under definitions of leads.

use sea_orm::entity::prelude::*;

/// One signature. A definition has one of each function at the most, and of each person.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lead_definition_approval")]
pub struct Model {
    /// Prefix `sign` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What was signed.
    pub definition_id: Uuid,
    /// Who signed.
    pub user_id: Uuid,
    /// For whom they did.
    pub function: SigningFunction,
    /// UTC.
    pub at: DateTimeUtc,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// For whom somebody signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum SigningFunction {
    /// For sales.
    Sales,
    /// For marketing.
    Marketing,
}
