//! Contacts: people whom we know, mostly at an account.

use sea_orm::entity::prelude::*;

/// One person. Personal data: `first_name`, `last_name`, `email`, `phone`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "contact")]
pub struct Model {
    /// Prefix `con` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Given name.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub first_name: Option<String>,
    /// Family name.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub last_name: Option<String>,
    /// Lower case; unique among verified addresses of contacts that are not deleted.
    #[sea_orm(column_type = "String(StringLen::N(254))")]
    pub email: Option<String>,
    /// The address is known to be theirs, so that another contact with it is the same person.
    pub email_verified: bool,
    /// What follows the `@` of `email`.
    #[sea_orm(column_type = "String(StringLen::N(253))")]
    pub email_domain: Option<String>,
    /// E.164, for example `+4312345678`.
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub phone: Option<String>,
    /// As they write it.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub job_title: Option<String>,
    /// The part of the company that they work in, for example `FINANCE`.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub role_function: Option<String>,
    /// How high they stand, for example `VP`.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub seniority: Option<String>,
    /// Their part in buying.
    pub buyer_role: BuyerRole,
    /// The company that they work for.
    pub account_id: Option<Uuid>,
    /// Array of `{channel, basis, status, at}`: what they agreed to, and what they withdrew.
    #[sea_orm(column_type = "JsonBinary")]
    pub consent: Json,
    /// They are not to be written to or called, whatever `consent` says.
    pub do_not_contact: bool,
    /// Whether they knew us when they were asked; none: nobody asked.
    pub brand_aware: Option<bool>,
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

/// The part that a person plays in buying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum BuyerRole {
    /// Wants it, and speaks for us.
    Champion,
    /// Decides about the money.
    EconomicBuyer,
    /// Judges whether it works.
    TechnicalEvaluator,
    /// Will work with it.
    EndUser,
    /// Is against it.
    Blocker,
    /// Nobody has found out.
    Unknown,
}
