//! The change log: every write, in the order of recording. Audit, subscriptions and feeds read it.

use sea_orm::entity::prelude::*;

/// One write to one row. Entries are added only, in the transaction of the write.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "change")]
pub struct Model {
    /// Its place in the log. Concurrent writers may commit out of order, and leave gaps.
    #[sea_orm(primary_key)]
    pub seq: i64,
    /// UTC; when it was recorded.
    pub at: DateTimeUtc,
    /// What `actor_id` is the id of.
    pub actor_kind: ActorKind,
    /// Who did it; none for the hub itself.
    pub actor_id: Option<Uuid>,
    /// The table that was written, for example `lead`.
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub entity: String,
    /// The row that was written.
    pub entity_id: Uuid,
    /// What was done.
    pub kind: ChangeKind,
    /// By column, what it was and what it is: `{"stage": ["PROPOSAL", "CLOSED_WON"]}`; none for
    /// `CREATED`, where the row itself is what it is.
    #[sea_orm(column_type = "JsonBinary")]
    pub fields: Option<Json>,
    /// Why, where the step asks for a reason.
    #[sea_orm(column_type = "Text")]
    pub reason: Option<String>,
    /// The request that did it, as in the server's log.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub request_id: Option<String>,
    /// The address from which it was done; none: not over the network.
    #[sea_orm(column_type = "String(StringLen::N(45))")]
    pub actor_address: Option<String>,
    /// PostgreSQL only: the transaction that wrote it. The database fills it in. By it a reader finds what
    /// was committed since it last looked, also by transactions that took longer than later ones.
    pub transaction_id: Option<i64>,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Who wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum ActorKind {
    /// A user.
    User,
    /// A service, by its token.
    Token,
    /// An import.
    Import,
    /// The hub itself.
    System,
}

/// What was done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum ChangeKind {
    /// It was made.
    Created,
    /// It was changed.
    Updated,
    /// It was deleted, and can be restored.
    Deleted,
    /// It was brought back.
    Restored,
    /// It was made one with another.
    Merged,
    /// It is one of its own again.
    Unmerged,
    /// It was taken away for good.
    Destroyed,
    /// Somebody looked at the hub with the eyes of another role; the row is who did.
    ViewedAs,
    /// Somebody was refused too often; the row stands for their address.
    Refused,
}
