//! SLA policies: how long sales and marketing have agreed that something may take.

use sea_orm::entity::prelude::*;

/// One policy. Of those of a kind that hold for a subject, the first by `priority` counts.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sla_policy")]
pub struct Model {
    /// Prefix `sla` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What people call it.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    /// What is to be done in time.
    pub kind: SlaKind,
    /// Which leads it is for: `{"intentBand": ["HOT"], "source": ["EVENT"], "territory": ["terr_…"]}`, of which
    /// all that is said must hold; none is every subject.
    #[sea_orm(column_type = "JsonBinary")]
    pub condition: Option<Json>,
    /// Minutes of business time.
    pub target_minutes: i32,
    /// The share of its time after which a clock warns, 1 to 99; none: it does not.
    pub warn_at_percent: Option<i32>,
    /// Whether a breach is told the manager of who let it happen.
    pub escalate: bool,
    /// Whether clocks are still started by it.
    pub active: bool,
    /// The smaller comes first; of two that are equal, the older one.
    pub priority: i32,
    /// The calendar that counts, wherever the subject lies; none is that of its territory.
    pub business_calendar_id: Option<Uuid>,
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

/// What is to be done in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum SlaKind {
    /// Sales accepts or rejects a lead.
    Accept,
    /// Sales approaches an accepted lead for the first time.
    FirstTouch,
    /// Marketing decides what becomes of a rejected lead.
    Dispose,
    /// Somebody reads feedback and says so.
    FeedbackAcknowledge,
    /// Feedback is planned or declined.
    FeedbackDecide,
    /// What was planned is done.
    FeedbackAction,
    /// The author agrees that it is done.
    FeedbackVerify,
    /// A request is accepted or declined.
    RequestAnswer,
    /// What was requested is there.
    RequestDeliver,
}
