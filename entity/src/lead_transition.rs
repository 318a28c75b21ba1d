//! The history of leads: every change of status, one row each.

use sea_orm::entity::prelude::*;

use crate::lead::LeadStatus;

/// One change of a lead's status. Rows are added only, in the transaction of the change.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "lead_transition")]
pub struct Model {
    /// Prefix `trans` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The lead that changed.
    pub lead_id: Uuid,
    /// Where it stood; none when it was captured.
    pub from_status: Option<LeadStatus>,
    /// Where it stands since.
    pub to_status: LeadStatus,
    /// UTC; when it happened in the business.
    pub at: DateTimeUtc,
    /// The user who did it; none for a rule or an import.
    pub by_user_id: Option<Uuid>,
    /// What set it off.
    pub cause: TransitionCause,
    /// Why, where the step asks for a reason.
    pub reason_id: Option<Uuid>,
    /// Why, in words.
    #[sea_orm(column_type = "Text")]
    pub note: Option<String>,
    /// What they need, as sales has found out.
    #[sea_orm(column_type = "Text")]
    pub need: Option<String>,
    /// Who decides.
    #[sea_orm(column_type = "Text")]
    pub authority: Option<String>,
    /// What they can spend.
    #[sea_orm(column_type = "Text")]
    pub budget: Option<String>,
    /// When they want it.
    #[sea_orm(column_type = "Text")]
    pub timing: Option<String>,
    /// The lead's score at the time, 0 to 100.
    pub score_snapshot: Option<i32>,
    /// The definition under which it was qualified, where this step is that.
    pub definition_id: Option<Uuid>,
    /// The lead's cycle at the time.
    pub cycle: i32,
    /// Came with an import, so that its time is only as good as its source.
    pub backfilled: bool,
    /// UTC; when it was recorded here.
    pub created_at: DateTimeUtc,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What set off a change of status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum TransitionCause {
    /// Somebody asked for it.
    Mutation,
    /// The hub did it by a rule.
    Rule,
    /// An import brought it.
    Import,
}
