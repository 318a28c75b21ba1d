//! What the scores of leads are made of.

use sea_orm::entity::prelude::*;

/// One factor of one lead's score.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "score_factor")]
pub struct Model {
    /// Prefix `factor` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The lead, which is also the id of its readiness.
    pub lead_id: Uuid,
    /// Its place among the factors of the lead, from 0.
    pub place: i32,
    /// The key of the criterion; unique for each lead.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub key: String,
    /// What the criterion is called.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub label: String,
    /// What it adds to the score; it may be below zero.
    pub points: i32,
    /// By what it holds, such as `3 × CONTENT_DOWNLOAD, the last on 2026-11-02`.
    #[sea_orm(column_type = "Text")]
    pub evidence: String,
    /// How many touches count; none where it is about a field.
    pub count: Option<i32>,
    /// The latest of these touches.
    pub last_touch_id: Option<Uuid>,
    /// UTC; as of when.
    pub scored_at: DateTimeUtc,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
