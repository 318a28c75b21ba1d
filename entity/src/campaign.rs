//! Campaigns: what marketing does to be heard, and the sales action that goes with it.

use sea_orm::entity::prelude::*;

use crate::channel::Channel;

/// One campaign.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign")]
pub struct Model {
    /// Prefix `camp` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What people call it.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    /// The form that it takes.
    pub kind: CampaignKind,
    /// How far it is.
    pub status: CampaignStatus,
    /// How it reaches people, mainly.
    pub channel: Channel,
    /// The campaign that it is a part of.
    pub parent_id: Option<Uuid>,
    /// The user who answers for it.
    pub owner_id: Option<Uuid>,
    /// What it is for.
    #[sea_orm(column_type = "Text")]
    pub brief_goal: Option<String>,
    /// Whom it speaks to.
    #[sea_orm(column_type = "Text")]
    pub brief_audience: Option<String>,
    /// What it says.
    #[sea_orm(column_type = "Text")]
    pub brief_message: Option<String>,
    /// What sales is to do.
    #[sea_orm(column_type = "Text")]
    pub brief_sales_action: Option<String>,
    /// What is expected to come of it.
    #[sea_orm(column_type = "Text")]
    pub brief_expected: Option<String>,
    /// UTC; begins then.
    pub starts_at: Option<DateTimeUtc>,
    /// UTC; over by then.
    pub ends_at: Option<DateTimeUtc>,
    /// How many leads it should bring.
    pub expected_leads: Option<i32>,
    /// How many people should answer.
    pub expected_responses: Option<i32>,
    /// How many messages one person gets at most; none is no limit.
    pub frequency_cap: Option<i32>,
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

/// The form that a campaign takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum CampaignKind {
    /// A mailing, or a series of them.
    Email,
    /// A trade fair, a dinner, a visit.
    Event,
    /// A talk over the internet.
    Webinar,
    /// Advertising.
    Paid,
    /// Something to read or watch.
    Content,
    /// Letters and parcels.
    DirectMail,
    /// Social networks, unpaid.
    Social,
    /// Sales approaches a list, in an agreed way.
    OutboundPlay,
    /// Together with a partner.
    Partner,
}

/// How far a campaign is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum CampaignStatus {
    /// Being written; marketing sees it.
    Draft,
    /// The brief is complete; sales sees it.
    Planned,
    /// The territories have been told; they may object.
    Noticed,
    /// Under way.
    Running,
    /// Stopped for a while.
    Paused,
    /// Over; costs may still come in.
    Completed,
    /// Over, and the costs are final.
    Closed,
    /// Given up before it was completed.
    Cancelled,
}
