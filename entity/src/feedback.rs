//! Feedback between sales and marketing, both ways, and what becomes of it.

use sea_orm::entity::prelude::*;

/// One piece of feedback. It is about a campaign, a lead, an account, an opportunity, a piece of content or a
/// definition of leads: at least one of them, and never about a person of the team.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback")]
pub struct Model {
    /// Prefix `fb` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who gives it to whom.
    pub direction: FeedbackDirection,
    /// What it is about.
    pub kind: FeedbackKind,
    /// The campaign that it is about.
    pub campaign_id: Option<Uuid>,
    /// The lead that it is about.
    pub lead_id: Option<Uuid>,
    /// The company that it is about.
    pub account_id: Option<Uuid>,
    /// The deal that it is about.
    pub opportunity_id: Option<Uuid>,
    /// What several of them have in common, to count by.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub theme: Option<String>,
    /// In the words of who gave it.
    #[sea_orm(column_type = "Text")]
    pub verbatim: String,
    /// -2 very bad to 2 very good.
    pub sentiment: Option<i16>,
    /// The user who gave it.
    pub author_id: Option<Uuid>,
    /// The user who is to act on it.
    pub assignee_id: Option<Uuid>,
    /// What has become of it.
    pub state: FeedbackState,
    /// UTC; when the next step is due.
    pub due_at: Option<DateTimeUtc>,
    /// UTC; first answered.
    pub acknowledged_at: Option<DateTimeUtc>,
    /// UTC; last acted on.
    pub actioned_at: Option<DateTimeUtc>,
    /// UTC; when its author agreed that it is done.
    pub verified_at: Option<DateTimeUtc>,
    /// The campaign that has changed because of it.
    pub resolved_by_campaign_id: Option<Uuid>,
    /// Where to see what has changed because of it.
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub resolved_by_url: Option<String>,
    /// UTC; when its author appealed against its being declined.
    pub appealed_at: Option<DateTimeUtc>,
    /// UTC; when that was decided.
    pub appeal_decided_at: Option<DateTimeUtc>,
    /// The piece of content that it is about.
    pub asset_id: Option<Uuid>,
    /// The definition of leads that it is about.
    pub definition_id: Option<Uuid>,
    /// The piece of content that has changed, or come to be, because of it.
    pub resolved_by_asset_id: Option<Uuid>,
    /// The definition of leads that has come to be because of it.
    pub resolved_by_definition_id: Option<Uuid>,
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

/// Who gives feedback to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum FeedbackDirection {
    /// Sales tells marketing.
    SalesToMarketing,
    /// Marketing tells sales.
    MarketingToSales,
}

/// What feedback is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum FeedbackKind {
    /// What a customer needs.
    CustomerNeed,
    /// How people took a campaign.
    CampaignResponse,
    /// How good leads are.
    LeadQuality,
    /// Which words work.
    Messaging,
    /// What others do.
    Competitor,
    /// What is missing to show to people.
    ContentGap,
    /// What was made of the leads.
    SalesFollowUp,
    /// None of these.
    Other,
}

/// What has become of feedback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum FeedbackState {
    /// Nobody has answered.
    Open,
    /// Somebody has read it and will decide.
    Acknowledged,
    /// It will be done.
    Planned,
    /// It will not be done, for a reason.
    Declined,
    /// It is done.
    Actioned,
    /// Its author agrees that it is done.
    Verified,
    /// Its author does not agree.
    Reopened,
}
