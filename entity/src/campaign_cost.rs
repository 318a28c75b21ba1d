//! What campaigns cost, planned and actual.

use sea_orm::entity::prelude::*;

use crate::money::MinorUnits;

/// One position of a campaign's costs.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_cost")]
pub struct Model {
    /// Prefix `cost` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The campaign that it was spent on.
    pub campaign_id: Uuid,
    /// The day that it counts for.
    pub incurred_on: Date,
    /// What the money was spent on.
    pub category: CostCategory,
    /// In minor units of `currency`.
    pub planned_minor: MinorUnits,
    /// In minor units of `currency`; none while it is not known.
    pub actual_minor: Option<MinorUnits>,
    /// ISO 4217: three upper-case letters.
    #[sea_orm(column_type = "String(StringLen::N(3))")]
    pub currency: String,
    /// What else there is to say.
    #[sea_orm(column_type = "Text")]
    pub note: Option<String>,
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

/// What money was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum CostCategory {
    /// Advertising space and time.
    Media,
    /// Rooms, stands, catering.
    Venue,
    /// Agencies, speakers, staff.
    People,
    /// Software and equipment.
    Tools,
    /// Texts, pictures, films.
    Content,
    /// None of these.
    Other,
}
