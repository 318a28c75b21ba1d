//! Tasks: what somebody is to do, and by when.

use sea_orm::entity::prelude::*;

/// One task.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub struct Model {
    /// Prefix `task` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What is to be done.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub title: String,
    /// How it is best done, as the playbook says.
    #[sea_orm(column_type = "Text")]
    pub best_practice: Option<String>,
    /// What made it.
    pub origin: TaskOrigin,
    /// How it stands.
    pub state: TaskState,
    /// The lead that it is about.
    pub lead_id: Option<Uuid>,
    /// The deal that it is about.
    pub opportunity_id: Option<Uuid>,
    /// The campaign that it is about.
    pub campaign_id: Option<Uuid>,
    /// The company that it is about.
    pub account_id: Option<Uuid>,
    /// The feedback that it is about.
    pub feedback_id: Option<Uuid>,
    /// The user who is to do it.
    pub assignee_id: Option<Uuid>,
    /// UTC.
    pub due_at: DateTimeUtc,
    /// UTC; when who is to do it is reminded next.
    pub remind_at: Option<DateTimeUtc>,
    /// UTC; when they were last.
    pub reminded_at: Option<DateTimeUtc>,
    /// UTC; set while it is done.
    pub done_at: Option<DateTimeUtc>,
    /// Whether it was done before an earlier step of its playbook.
    pub out_of_order: bool,
    /// UTC; set while it is snoozed.
    pub snoozed_until: Option<DateTimeUtc>,
    /// Why it was put off last.
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub snooze_reason: Option<String>,
    /// The step that it was made of.
    pub playbook_step_id: Option<Uuid>,
    /// The cycle of the lead in which it was made.
    pub cycle: Option<i32>,
    /// The Monday of the week that a nudge is for.
    pub week: Option<Date>,
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

/// What made a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum TaskOrigin {
    /// Somebody.
    Person,
    /// A playbook that a lead has started.
    Playbook,
    /// A lead that was given back to marketing.
    Nurture,
    /// That its user has told the other function nothing for long.
    Nudge,
}

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum TaskState {
    /// It is to be done.
    Open,
    /// It is done.
    Done,
    /// It is put off.
    Snoozed,
    /// Nobody does it any more.
    Cancelled,
}
