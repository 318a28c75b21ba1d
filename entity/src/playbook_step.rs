//! Steps of playbooks, each of which becomes a task.

use sea_orm::entity::prelude::*;

/// One step of a playbook.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "playbook_step")]
pub struct Model {
    /// Prefix `step` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The playbook.
    pub playbook_id: Uuid,
    /// The smaller comes first.
    pub place: i32,
    /// What is to be done.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub title: String,
    /// How it is best done.
    #[sea_orm(column_type = "Text")]
    pub best_practice: Option<String>,
    /// Minutes of business time after the playbook has started.
    pub due_after_minutes: i32,
    /// Who is to do it.
    pub assign_to: PlaybookAssignee,
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

/// Who is to do what a step of a playbook says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum PlaybookAssignee {
    /// The owner of the lead.
    Owner,
    /// The manager of its owner.
    Manager,
    /// The owner of the campaign that brought it.
    CampaignOwner,
}
