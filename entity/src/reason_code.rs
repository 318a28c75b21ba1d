//! Reason codes: why a lead was rejected, a deal lost and so on, in words that can be counted.

use sea_orm::entity::prelude::*;

/// The key of a reason that says nothing without a note.
pub const OTHER: &str = "OTHER";

/// One reason that can be given.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "reason_code")]
pub struct Model {
    /// Prefix `reason` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is a reason for.
    pub kind: ReasonKind,
    /// Stable name, for example `NO_BUDGET`; unique within `kind` among those not deleted.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub key: String,
    /// What people read.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub label: String,
    /// Whether it can still be chosen.
    pub active: bool,
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

/// What a reason is given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum ReasonKind {
    /// Sales does not take a lead.
    Reject,
    /// A lead goes back to marketing.
    Recycle,
    /// A lead will never buy.
    Disqualify,
    /// An opportunity was lost.
    Lost,
    /// A rule was set aside.
    Override,
    /// Somebody does not want a campaign in their territory.
    Objection,
}
