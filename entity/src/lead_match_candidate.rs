//! The accounts that a lead may belong to.

use sea_orm::entity::prelude::*;

/// One account that was weighed for one lead.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lead_match_candidate")]
pub struct Model {
    /// Prefix `matchcand` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The match that it was weighed for.
    pub lead_match_id: Uuid,
    /// Its lead.
    pub lead_id: Uuid,
    /// The account.
    pub account_id: Uuid,
    /// 0 to 100: how probable it is that it is the lead's company.
    pub score: i32,
    /// Array of sentences: what the score is made of, the weightiest first.
    #[sea_orm(column_type = "JsonBinary")]
    pub reasons: Json,
    /// UTC; when it was weighed.
    pub created_at: DateTimeUtc,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
