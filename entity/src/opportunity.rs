//! Opportunities: deals that sales is working on, one row per deal.

use sea_orm::entity::prelude::*;

use crate::money::MinorUnits;

/// One deal. A lost deal stays, with `stage` [`OpportunityStage::ClosedLost`].
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "opportunity")]
pub struct Model {
    /// Prefix `opp` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What the deal is called.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    /// The company that would buy.
    pub account_id: Option<Uuid>,
    /// The user who works on it; row scopes read it.
    pub owner_id: Option<Uuid>,
    /// The lead that it came out of.
    pub lead_id: Option<Uuid>,
    /// The campaign that it is owed to, mainly.
    pub primary_campaign_id: Option<Uuid>,
    /// How far it is.
    pub stage: OpportunityStage,
    /// In minor units of `amount_currency`; both are set or neither.
    pub amount_minor: Option<MinorUnits>,
    /// ISO 4217: three upper-case letters.
    #[sea_orm(column_type = "String(StringLen::N(3))")]
    pub amount_currency: Option<String>,
    /// Of winning it, in percent: 0 to 100.
    pub probability: Option<i32>,
    /// The day that it should be decided by.
    pub expected_close_on: Option<Date>,
    /// UTC; when it was won or lost; none while it is open.
    pub closed_at: Option<DateTimeUtc>,
    /// Why it was lost.
    pub lost_reason_id: Option<Uuid>,
    /// What is to be done next.
    #[sea_orm(column_type = "Text")]
    pub next_step: Option<String>,
    /// How often `expected_close_on` was put off.
    pub push_count: i32,
    /// How it counts in the forecast.
    pub forecast_category: ForecastCategory,
    /// Fields that the operator declared, by name.
    #[sea_orm(column_type = "JsonBinary")]
    pub custom_fields: Option<Json>,
    /// Counts the changes, from 1; who writes says which one they read.
    pub version: i32,
    /// UTC; when it came into being in the business, which an import takes from its source.
    pub created_at: DateTimeUtc,
    /// Id of the user, token or import job that made it; none is the hub itself.
    pub created_by: Option<Uuid>,
    /// UTC; the last change.
    pub updated_at: DateTimeUtc,
    /// Who changed it last, as in `created_by`.
    pub updated_by: Option<Uuid>,
    /// UTC; set while it is deleted.
    pub deleted_at: Option<DateTimeUtc>,
    /// Who deleted it, as in `created_by`.
    pub deleted_by: Option<Uuid>,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How far a deal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum OpportunityStage {
    /// Finding out whether there is one.
    Prospecting,
    /// Finding out what they need, and who decides.
    Qualification,
    /// They have an offer.
    Proposal,
    /// Terms are being agreed.
    Negotiation,
    /// They bought.
    ClosedWon,
    /// They did not.
    ClosedLost,
}

/// How a deal counts in the forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum ForecastCategory {
    /// Open, and all is possible.
    Pipeline,
    /// Can be won if all goes well.
    BestCase,
    /// The owner stands for it.
    Commit,
    /// Won.
    Closed,
    /// Not counted.
    Omitted,
}
