//! Which account a lead was matched with, and why.

use sea_orm::entity::prelude::*;

/// The match of one lead.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lead_match")]
pub struct Model {
    /// That of the lead, so that a lead leads to its match. Prefix `match` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The lead.
    pub lead_id: Uuid,
    /// The account; none: none is near enough.
    pub account_id: Option<Uuid>,
    /// What decided.
    pub rule: LeadMatchRule,
    /// 0 to 100: how probable it is that it is the lead's company.
    pub score: i32,
    /// Array of sentences: what the score is made of, the weightiest first.
    #[sea_orm(column_type = "JsonBinary")]
    pub reasons: Json,
    /// UTC.
    pub decided_at: DateTimeUtc,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What decided on the account of a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum LeadMatchRule {
    /// The domain of its address is the account's.
    Domain,
    /// Its company has the account's name, or nearly.
    CompanyName,
    /// No account is near enough.
    None,
}
