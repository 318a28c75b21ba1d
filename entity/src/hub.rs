//! What this hub is: one row, made with the tables.

use sea_orm::entity::prelude::*;

/// The hub itself.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hub")]
pub struct Model {
    /// The hub's.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which run of the change log positions are of. It is another one once the log was moved to another
    /// database, where the transactions that they name mean nothing.
    pub feed_id: Uuid,
    /// PostgreSQL: the cluster and the database that the log was written in. SQLite: empty.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub database_identity: String,
}

/// None.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
