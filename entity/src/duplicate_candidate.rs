//! Pairs of rows that may be about the same person or company, for people to decide.

use sea_orm::entity::prelude::*;

/// One pair.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "duplicate_candidate")]
pub struct Model {
    /// Prefix `dup` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What both are.
    pub entity: DuplicateEntity,
    /// The older contact of a pair of contacts.
    pub contact_id: Option<Uuid>,
    /// The newer one.
    pub other_contact_id: Option<Uuid>,
    /// The older lead of a pair of leads.
    pub lead_id: Option<Uuid>,
    /// The newer one.
    pub other_lead_id: Option<Uuid>,
    /// The older account of a pair of accounts.
    pub account_id: Option<Uuid>,
    /// The newer one.
    pub other_account_id: Option<Uuid>,
    /// 0 to 100: how probable it is that they are the same.
    pub score: i32,
    /// Array of sentences: what the score is made of, the weightiest first.
    #[sea_orm(column_type = "JsonBinary")]
    pub reasons: Json,
    /// What became of it.
    pub state: DuplicateState,
    /// UTC; when it was found.
    pub found_at: DateTimeUtc,
    /// UTC; when somebody decided.
    pub decided_at: Option<DateTimeUtc>,
    /// Id of the user that decided; none where a program did.
    pub decided_by_id: Option<Uuid>,
    /// The older row, whatever it is; unique with `other_id`.
    pub one_id: Uuid,
    /// The newer one.
    pub other_id: Uuid,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What a pair is a pair of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum DuplicateEntity {
    /// Contacts.
    Contact,
    /// Leads.
    Lead,
    /// Accounts.
    Account,
}

/// What became of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum DuplicateState {
    /// Nobody has decided.
    Open,
    /// They are not the same.
    Dismissed,
    /// They were merged.
    Merged,
}
