//! Accounts: the companies that we sell to, or would like to.

use sea_orm::entity::prelude::*;

use crate::money::MinorUnits;

/// One company.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// Prefix `acc` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// As the company writes it.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    /// `name` reduced to what two spellings have in common, to match by.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub normalized_name: String,
    /// In the words of the source.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub industry: Option<String>,
    /// Number of employees as a range, for example `51-200`.
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub employee_band: Option<String>,
    /// In minor units of `annual_revenue_currency`; both are set or neither.
    pub annual_revenue_minor: Option<MinorUnits>,
    /// ISO 4217: three upper-case letters.
    #[sea_orm(column_type = "String(StringLen::N(3))")]
    pub annual_revenue_currency: Option<String>,
    /// ISO 3166-1 alpha-2: two upper-case letters.
    #[sea_orm(column_type = "String(StringLen::N(2))")]
    pub country: Option<String>,
    /// Whether we sell to it ourselves.
    pub channel: AccountChannel,
    /// How far it is on the way to being a customer.
    pub lifecycle: AccountLifecycle,
    /// The user in sales who answers for it.
    pub owner_id: Option<Uuid>,
    /// The user in marketing who answers for it.
    pub marketer_id: Option<Uuid>,
    /// The territory that it lies in; row scopes read it.
    pub territory_id: Option<Uuid>,
    /// The company that it belongs to.
    pub parent_id: Option<Uuid>,
    /// How much we want it: 1 the most.
    pub target_tier: Option<i32>,
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

/// Whether we sell to a company ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum AccountChannel {
    /// We do.
    Direct,
    /// A partner does.
    Indirect,
}

/// How far a company is on the way to being a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum AccountLifecycle {
    /// We would like to sell to it; it has not answered.
    Target,
    /// It has shown interest.
    Prospect,
    /// There is an open opportunity.
    Opportunity,
    /// It buys from us.
    Customer,
    /// It did, and does not any more.
    Former,
}
