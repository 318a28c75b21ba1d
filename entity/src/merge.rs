//! Rows that were made one, and how they were before.

use sea_orm::entity::prelude::*;

/// One merge. The rows themselves are not deleted for good before it cannot be undone any more.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merge")]
pub struct Model {
    /// Given to who merged, to undo it. Prefix `merge` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What was merged.
    pub entity: MergeEntity,
    /// The row that stayed.
    pub winner_id: Uuid,
    /// The row that stayed, where it is a contact.
    pub contact_id: Option<Uuid>,
    /// The row that stayed, where it is an account.
    pub account_id: Option<Uuid>,
    /// Array of the global ids of the rows that went into it.
    #[sea_orm(column_type = "JsonBinary")]
    pub merged_ids: Json,
    /// Array of `{table, id, column, before, after}`: every value that was changed, in the order of the changes.
    #[sea_orm(column_type = "JsonBinary")]
    pub steps: Json,
    /// Array of `{system, key, from}`: what other systems call the winner now, and whom they called so.
    #[sea_orm(column_type = "JsonBinary")]
    pub external_ids: Json,
    /// UTC.
    pub merged_at: DateTimeUtc,
    /// Id of the user or token that merged; none is the hub itself.
    pub merged_by: Option<Uuid>,
    /// The user who merged, where one did.
    pub by_user_id: Option<Uuid>,
    /// UTC; set once it was undone.
    pub undone_at: Option<DateTimeUtc>,
    /// UTC; set once `steps` and `external_ids` were forgotten, because it cannot be undone any more.
    pub forgotten_at: Option<DateTimeUtc>,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What was merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MergeEntity {
    /// Contacts.
    Contact,
    /// Accounts.
    Account,
}
