//! Which rows were matched, as of which version.

use sea_orm::entity::prelude::*;

/// One row that was matched.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "match_state")]
pub struct Model {
    /// The row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entity_id: Uuid,
    /// Its table.
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub entity: String,
    /// Its version when it was matched.
    pub version: i32,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
