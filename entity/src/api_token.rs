//! Tokens that were issued, so that they can be listed and revoked. The token itself is not kept.

use sea_orm::entity::prelude::*;

/// One token.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    /// The token's `jti` claim.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The system that owns it, or what its user calls it.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    /// Whose it is; none for a service.
    pub user_id: Option<Uuid>,
    /// Array of role names.
    #[sea_orm(column_type = "JsonBinary")]
    pub roles: Json,
    /// Array of scopes, for example `["lead:read"]`.
    #[sea_orm(column_type = "JsonBinary")]
    pub scopes: Json,
    /// The key that signed it: the `kid` of a `signing_key`.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub kid: Option<String>,
    /// UTC; valid from then on.
    pub issued_at: DateTimeUtc,
    /// UTC; invalid from then on.
    pub expires_at: DateTimeUtc,
    /// UTC; taken back then.
    pub revoked_at: Option<DateTimeUtc>,
    /// UTC; about when it was last seen.
    pub last_used_at: Option<DateTimeUtc>,
    /// Id of the user or token that issued it; none: from the command line.
    pub created_by: Option<Uuid>,
    /// Its last characters, by which whoever has it recognises it; none of one that is older than they.
    #[sea_orm(column_type = "String(StringLen::N(8))")]
    pub hint: Option<String>,
    /// Array of the networks from which it may be used, such as `["192.0.2.0/24"]`; none: from anywhere.
    #[sea_orm(column_type = "JsonBinary")]
    pub ip_allow: Option<Json>,
    /// How many requests may be made with it in a minute; none: as the settings say.
    pub requests_per_minute: Option<i32>,
    /// How many cost points may be spent with it in a minute; none: as the settings say.
    pub points_per_minute: Option<i32>,
    /// The token in whose place it was put.
    pub rotated_from_id: Option<Uuid>,
    /// The token with which it was made; none: from the command line.
    pub issued_with_id: Option<Uuid>,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
