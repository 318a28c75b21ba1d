//! Keys by which rows that are worth comparing find each other: who shares one is compared.

use sea_orm::entity::prelude::*;

/// One key of one row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "match_key")]
pub struct Model {
    /// The key, hashed with what it is a key of: it tells nothing of the person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: i64,
    /// The row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entity_id: Uuid,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
