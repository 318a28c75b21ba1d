//! Content that marketing makes, and sales shows to people.

use sea_orm::entity::prelude::*;

/// One piece of content.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "asset")]
pub struct Model {
    /// Prefix `asset` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What people call it.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub title: String,
    /// What kind of content it is.
    pub kind: AssetKind,
    /// Where it is.
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub url: Option<String>,
    /// How far those are whom it is for.
    pub stage: Option<FunnelStage>,
    /// The campaign that it was made for.
    pub campaign_id: Option<Uuid>,
    /// The user who answers for it.
    pub owner_id: Option<Uuid>,
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

/// What kind of content it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum AssetKind {
    /// Slides.
    Deck,
    /// The story of a customer.
    CaseStudy,
    /// A paper.
    Whitepaper,
    /// A letter to send.
    EmailTemplate,
    /// A film.
    Video,
    /// A webinar, or its recording.
    Webinar,
    /// None of these.
    Other,
}

/// How far people are on the way to buying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum FunnelStage {
    /// They learn that there is something to be done.
    Awareness,
    /// They compare what could be done.
    Consideration,
    /// They choose.
    Decision,
}
