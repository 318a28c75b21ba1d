//! The pools of routing rules: users that a rule chooses from.

use sea_orm::entity::prelude::*;

/// One user in the pool of a rule.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "routing_pool_member")]
pub struct Model {
    /// Prefix `pool` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The rule that it is a part of.
    pub routing_rule_id: Uuid,
    /// The user; once in a rule, among members that are not deleted.
    pub user_id: Uuid,
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
