//! How other systems name our rows: the key that imports find them again by.

use sea_orm::entity::prelude::*;

/// One name of one row in one other system.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "external_id")]
pub struct Model {
    /// The table of the row, for example `lead`.
    #[sea_orm(
        primary_key,
        auto_increment = false,
        column_type = "String(StringLen::N(32))"
    )]
    pub entity: String,
    /// The other system, for example `salesforce`.
    #[sea_orm(
        primary_key,
        auto_increment = false,
        column_type = "String(StringLen::N(64))"
    )]
    pub system: String,
    /// The row's id there.
    #[sea_orm(
        primary_key,
        auto_increment = false,
        column_type = "String(StringLen::N(255))"
    )]
    pub key: String,
    /// The row's id here; the table is in `entity`, so there is no foreign key.
    pub entity_id: Uuid,
    /// UTC; when it was learned.
    pub created_at: DateTimeUtc,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
