//! How ready leads are, by the active definition.

use sea_orm::entity::prelude::*;

/// The readiness of one lead.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lead_readiness")]
pub struct Model {
    /// That of the lead, so that a lead leads to its readiness. Prefix `ready` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The lead.
    pub lead_id: Uuid,
    /// By which definition.
    pub definition_id: Uuid,
    /// 0 to 100: the sum of its factors.
    pub score: i32,
    /// The definition's.
    pub threshold: i32,
    /// Whether it is what the definition asks for.
    pub met: bool,
    /// Array of sentences: what is missing; empty if and only if it is met.
    #[sea_orm(column_type = "JsonBinary")]
    pub missing: Json,
    /// UTC; as of when.
    pub scored_at: DateTimeUtc,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
