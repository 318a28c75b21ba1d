//! What was done with a key (`Idempotency-Key`), to be answered again and not done again.

use sea_orm::entity::prelude::*;

/// One answer. Its row is written in the transaction of what was done, and goes a day later.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// Whose key it is: what the viewer's token is known by, which need not be a token of the hub.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_id: Uuid,
    /// SHA-256 of the key, in hexadecimal digits.
    #[sea_orm(
        primary_key,
        auto_increment = false,
        column_type = "String(StringLen::N(64))"
    )]
    pub key_hash: String,
    /// SHA-256 of what was asked.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub body_hash: String,
    /// SHA-256 of what the token showed and allowed then.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub view_hash: String,
    /// The answer as it was sent: JSON.
    #[sea_orm(column_type = "Text")]
    pub answer: String,
    /// UTC; when it was asked.
    pub created_at: DateTimeUtc,
}

/// None: nobody reads it for a caller.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
