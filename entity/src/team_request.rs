//! Requests: what one function asks the other for.

use sea_orm::entity::prelude::*;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "team_request")]
pub struct Model {
    /// Prefix `req` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who asks.
    pub from_function: RequestFunction,
    /// Who is asked; never who asks.
    pub to_function: RequestFunction,
    /// What is asked for.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub title: String,
    /// In the words of who asks.
    #[sea_orm(column_type = "Text")]
    pub details: String,
    /// The day by which it is needed.
    pub needed_by: Date,
    /// The user who asks.
    pub requester_id: Option<Uuid>,
    /// The user who is to answer and deliver.
    pub assignee_id: Option<Uuid>,
    /// What has become of it.
    pub state: RequestState,
    /// UTC; accepted or declined then.
    pub answered_at: Option<DateTimeUtc>,
    /// Why it was declined.
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub decline_reason: Option<String>,
    /// UTC; delivered then.
    pub delivered_at: Option<DateTimeUtc>,
    /// The campaign that was delivered.
    pub delivered_campaign_id: Option<Uuid>,
    /// Where to see what was delivered.
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub delivered_url: Option<String>,
    /// UTC; rated then.
    pub rated_at: Option<DateTimeUtc>,
    /// 1 (bad) to 5 (good).
    pub rating: Option<i32>,
    /// What there is to say of it.
    #[sea_orm(column_type = "Text")]
    pub rating_note: Option<String>,
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

/// Who asks whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum RequestFunction {
    /// Sales.
    Sales,
    /// Marketing.
    Marketing,
}

/// What has become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum RequestState {
    /// Nobody has answered.
    Open,
    /// It will be delivered.
    Accepted,
    /// It will not be, for a reason.
    Declined,
    /// It is there.
    Delivered,
    /// Who asked has said how good it is.
    Rated,
}
