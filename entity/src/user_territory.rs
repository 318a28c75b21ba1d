//! Who works in which territory.

use sea_orm::entity::prelude::*;

/// One user in one territory, and with it in all below.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "user_territory")]
pub struct Model {
    /// The user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    /// The territory.
    #[sea_orm(primary_key, auto_increment = false)]
    pub territory_id: Uuid,
    /// UTC; when the user was given the territory.
    pub created_at: DateTimeUtc,
    /// Id of the user, token or import job that did it; none is the hub itself.
    pub created_by: Option<Uuid>,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
