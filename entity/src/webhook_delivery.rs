//! Messages to the places of other systems, one row a message.

use sea_orm::entity::prelude::*;

/// One message. It says which change to tell of; what it carries is read when it is sent.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// The same however often the change is told to that endpoint.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// For which endpoint.
    pub endpoint_id: Uuid,
    /// The number of the change in the log; none of a test.
    pub seq: Option<i64>,
    /// What happened, for example `lead.updated`.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub event: String,
    /// The global id of the row that it happened to, for example `lead_…`. Messages about one row are sent
    /// one after the other. Of a test it is the endpoint.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub subject: String,
    /// UTC; when it happened.
    pub occurred_at: DateTimeUtc,
    /// Array of the fields that changed, by their names in the API; none where the event has none.
    #[sea_orm(column_type = "JsonBinary")]
    pub changed_fields: Option<Json>,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was sent, since it was last to be sent anew.
    pub attempts: i32,
    /// UTC; when it is sent next; none: no more.
    pub next_attempt_at: Option<DateTimeUtc>,
    /// UTC; when it was last sent.
    pub last_attempt_at: Option<DateTimeUtc>,
    /// The status of the last answer; none: there was none.
    pub status_code: Option<i16>,
    /// Why the last attempt failed.
    pub error: Option<DeliveryError>,
    /// How long the last attempt took.
    pub duration_milliseconds: Option<i32>,
    /// Who sends it at the moment.
    pub lease: Option<Uuid>,
    /// UTC; from then on somebody else may send it.
    pub leased_until: Option<DateTimeUtc>,
    /// UTC.
    pub created_at: DateTimeUtc,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How far a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum DeliveryState {
    /// It is to be sent, or sent again.
    Pending,
    /// The receiver has it.
    Delivered,
    /// It is not sent again, unless somebody says so.
    Failed,
}

/// Why an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum DeliveryError {
    /// The answer took too long.
    TimedOut,
    /// Nobody was reached, or they hung up.
    Unreachable,
    /// The URL is not one that may be asked, or has no address that may be.
    AddressRefused,
    /// The answer leads elsewhere.
    Redirected,
    /// The receiver answered that it is gone.
    Gone,
    /// The receiver answered with another status than 200 to 299.
    Refused,
    /// The document could not be run.
    Document,
}
