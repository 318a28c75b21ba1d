//! Leads: people who may want to buy, on the way from marketing to sales.

use sea_orm::entity::prelude::*;

/// One lead. It stays after its conversion, so that its journey can be read as one. Personal data:
/// `first_name`, `last_name`, `email`, `phone`, `raw_capture`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "lead")]
pub struct Model {
    /// Prefix `lead` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where it stands.
    pub status: LeadStatus,
    /// Given name.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub first_name: Option<String>,
    /// Family name.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub last_name: Option<String>,
    /// Lower case.
    #[sea_orm(column_type = "String(StringLen::N(254))")]
    pub email: Option<String>,
    /// E.164, for example `+4312345678`.
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub phone: Option<String>,
    /// As they gave it.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub company_name: Option<String>,
    /// As they gave it.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub job_title: Option<String>,
    /// How it came to us.
    pub source: LeadSource,
    /// The campaign that brought it.
    pub source_campaign_id: Option<Uuid>,
    /// The user who works on it; row scopes read it.
    pub owner_id: Option<Uuid>,
    /// The territory that it lies in; row scopes read it.
    pub territory_id: Option<Uuid>,
    /// The company that it was matched with.
    pub account_id: Option<Uuid>,
    /// The person that it was matched with, or became.
    pub contact_id: Option<Uuid>,
    /// The lead that it repeats.
    pub duplicate_of_id: Option<Uuid>,
    /// 0 to 100: how ready it is, of fit and engagement.
    pub score: i32,
    /// 0 to 100: how well it fits whom we sell to.
    pub fit_score: i32,
    /// 0 to 100: how much interest it has shown.
    pub engagement_score: i32,
    /// How soon it may buy.
    pub intent_band: IntentBand,
    /// Counts how often it was opened, from 1.
    pub cycle: i32,
    /// UTC; qualified by marketing, in this cycle.
    pub mql_at: Option<DateTimeUtc>,
    /// UTC; accepted by sales, in this cycle.
    pub accepted_at: Option<DateTimeUtc>,
    /// UTC; first approached by sales, in this cycle.
    pub first_touched_at: Option<DateTimeUtc>,
    /// UTC; qualified by sales, in this cycle.
    pub sql_at: Option<DateTimeUtc>,
    /// UTC; converted, in this cycle.
    pub converted_at: Option<DateTimeUtc>,
    /// UTC; when nurturing starts again, for a recycled lead.
    pub resume_at: Option<DateTimeUtc>,
    /// 1 (useless) to 5 (just right): how good sales finds it.
    pub quality: Option<i32>,
    /// Why sales did not take it.
    pub reject_reason_id: Option<Uuid>,
    /// Why it will never buy.
    pub disqualify_reason_id: Option<Uuid>,
    /// The definition under which it was qualified, in this cycle.
    pub definition_id: Option<Uuid>,
    /// What the form sent, as it was.
    #[sea_orm(column_type = "JsonBinary")]
    pub raw_capture: Option<Json>,
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

/// Where a lead stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum LeadStatus {
    /// Just captured.
    New,
    /// Marketing keeps in touch until it is ready.
    Nurturing,
    /// Qualified by marketing: waits for sales to accept it.
    Mql,
    /// Taken by sales, not yet approached.
    Accepted,
    /// Sales is talking to them.
    Working,
    /// Qualified by sales: there is something to sell.
    Sql,
    /// Became an account, a contact and mostly an opportunity.
    Converted,
    /// Not taken by sales; marketing decides what becomes of it.
    Rejected,
    /// Goes back to marketing, until `resume_at`.
    Recycled,
    /// Will never buy.
    Disqualified,
}

/// How a lead came to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum LeadSource {
    /// A form on our site.
    WebForm,
    /// Met at an event.
    Event,
    /// Asked for something to read or watch.
    Content,
    /// Advertising.
    Paid,
    /// An unpaid search.
    Organic,
    /// Somebody sent them.
    Referral,
    /// A partner sent them.
    Partner,
    /// Sales approached them first.
    Outbound,
    /// A list that was bought or collected.
    ListImport,
    /// Social networks, unpaid.
    Social,
    /// None of these, or not known.
    Other,
}

/// How soon somebody may buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum IntentBand {
    /// Not soon: not to be hurried, nor counted as waiting.
    Nurture,
    /// Interested.
    Warm,
    /// Ready to talk.
    Hot,
}
