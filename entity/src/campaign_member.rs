//! Who is addressed by a campaign, and how they answered.

use sea_orm::entity::prelude::*;

/// One lead or one contact in one campaign; exactly one of the two.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_member")]
pub struct Model {
    /// Prefix `member` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The campaign.
    pub campaign_id: Uuid,
    /// The lead, where it is one.
    pub lead_id: Option<Uuid>,
    /// The contact, where it is one.
    pub contact_id: Option<Uuid>,
    /// What has happened so far.
    pub status: CampaignMemberStatus,
    /// UTC; the first answer.
    pub responded_at: Option<DateTimeUtc>,
    /// Why they were left out, with status `SUPPRESSED`.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub suppressed_reason: Option<String>,
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

/// What has happened between a campaign and one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum CampaignMemberStatus {
    /// On the list.
    Targeted,
    /// The message went out.
    Sent,
    /// They answered.
    Responded,
    /// They signed up.
    Registered,
    /// They came.
    Attended,
    /// They signed up and did not come.
    NoShow,
    /// They do not want any more.
    OptedOut,
    /// Left out, for a reason.
    Suppressed,
}
