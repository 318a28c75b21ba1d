//! Places of other systems that are told of changes.

use sea_orm::entity::prelude::*;

/// One place. A deleted one stays, without its secrets, until its messages are forgotten.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoint")]
pub struct Model {
    /// Which one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The system that owns it.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub system: String,
    /// What it is for.
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
    /// Where messages are sent to. It may hold a secret of the receiver's.
    #[sea_orm(column_type = "Text")]
    pub url: String,
    /// Whether messages are sent.
    pub state: EndpointState,
    /// UTC; since when.
    pub state_since: DateTimeUtc,
    /// The name of the role with whose eyes it sees.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub role: String,
    /// Array of scopes, for example `["lead:read"]`.
    #[sea_orm(column_type = "JsonBinary")]
    pub scopes: Json,
    /// Array of nouns, for example `["LEAD"]`; empty: all that it sees.
    #[sea_orm(column_type = "JsonBinary")]
    pub entities: Json,
    /// Array of kinds of change, for example `["UPDATED"]`; empty: all.
    #[sea_orm(column_type = "JsonBinary")]
    pub kinds: Json,
    /// The query whose answer a message carries; none: the id alone.
    #[sea_orm(column_type = "Text")]
    pub document: Option<String>,
    /// What messages are signed with, sealed. Empty of a deleted one.
    #[sea_orm(column_type = "Text")]
    pub secret: String,
    /// The secret before it, sealed; signs as well until `previous_secret_until`.
    #[sea_orm(column_type = "Text")]
    pub previous_secret: Option<String>,
    /// UTC; from then on the previous secret does not sign.
    pub previous_secret_until: Option<DateTimeUtc>,
    /// Which key sealed the secrets.
    #[sea_orm(column_type = "String(StringLen::N(16))")]
    pub sealed_with: String,
    /// Up to where in the change log its messages are written, as `change::Position` writes it.
    #[sea_orm(column_type = "Text")]
    pub position: String,
    /// How often it was changed, plus one.
    pub version: i32,
    /// UTC.
    pub created_at: DateTimeUtc,
    /// A user or a token.
    pub created_by: Option<Uuid>,
    /// UTC.
    pub updated_at: DateTimeUtc,
    /// A user or a token; none: the hub itself.
    pub updated_by: Option<Uuid>,
    /// UTC.
    pub deleted_at: Option<DateTimeUtc>,
    /// A user or a token.
    pub deleted_by: Option<Uuid>,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Whether messages are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum EndpointState {
    /// They are.
    Active,
    /// Somebody paused it.
    Paused,
    /// The hub paused it: a message failed for a day.
    Suspended,
    /// The receiver said that it is gone.
    Dead,
}
