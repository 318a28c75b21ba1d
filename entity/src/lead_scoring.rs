//! When leads are to be scored next.

use sea_orm::entity::prelude::*;

/// When one lead is to be scored next.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lead_scoring")]
pub struct Model {
    /// That of the lead.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// UTC; from then on.
    pub due_at: DateTimeUtc,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
