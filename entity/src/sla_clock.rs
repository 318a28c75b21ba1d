//! SLA clocks: what somebody waits for, until when, and whether it came in time.

use sea_orm::entity::prelude::*;

pub use super::sla_policy::SlaKind;

/// One clock. It is about a lead, feedback or a request: exactly one of them. Of one kind, a subject has one at a
/// time that is running or paused.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sla_clock")]
pub struct Model {
    /// Prefix `clock` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What is waited for.
    pub kind: SlaKind,
    /// The lead that it is about.
    pub lead_id: Option<Uuid>,
    /// The feedback that it is about.
    pub feedback_id: Option<Uuid>,
    /// The request that it is about.
    pub team_request_id: Option<Uuid>,
    /// The policy by which it was started.
    pub policy_id: Uuid,
    /// The calendar that it counts by.
    pub business_calendar_id: Uuid,
    /// Who is waited for: the owner at the start, or whom it was handed to since.
    pub owner_id: Option<Uuid>,
    /// The cycle of the lead.
    pub cycle: Option<i32>,
    /// How many clocks of the kind were begun anew before it, in this cycle.
    pub restarts: i32,
    /// How it stands.
    pub state: SlaState,
    /// UTC.
    pub started_at: DateTimeUtc,
    /// UTC; what is done by then and not before is late. While it is paused, as it was before.
    pub due_at: DateTimeUtc,
    /// UTC; when it warns.
    pub warn_at: Option<DateTimeUtc>,
    /// UTC; when it has warned.
    pub warned_at: Option<DateTimeUtc>,
    /// UTC; set while it is paused.
    pub paused_at: Option<DateTimeUtc>,
    /// Minutes of business time for which it was paused, without the present pause.
    pub paused_minutes: i32,
    /// Minutes of business time that were left when it was paused, a part of one counted whole; set while it is.
    pub remaining_minutes: Option<i32>,
    /// UTC; when what was waited for was done, or was not waited for any more.
    pub stopped_at: Option<DateTimeUtc>,
    /// UTC; done, after it was breached.
    pub met_late_at: Option<DateTimeUtc>,
    /// UTC; the instant at which it was due, of a clock that was breached.
    pub breached_at: Option<DateTimeUtc>,
    /// The manager who was told of the breach.
    pub escalated_to_id: Option<Uuid>,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How a clock stands. What is breached stays so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum SlaState {
    /// Time passes.
    Running,
    /// Time does not count.
    Paused,
    /// Done in time.
    Met,
    /// Not done in time, whether or not it was done later.
    Breached,
    /// Not waited for any more.
    Cancelled,
}
