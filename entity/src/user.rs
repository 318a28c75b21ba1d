//! Users: the people of the revenue team, in sales and in marketing.

use sea_orm::entity::prelude::*;

/// One person of the revenue team. Who has left stays, with `active` false.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    /// Prefix `user` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// As colleagues know them.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    /// Lower case; unique among users that are not deleted.
    #[sea_orm(column_type = "String(StringLen::N(254))")]
    pub email: String,
    /// What they do; what they may do is in `roles`.
    pub function: UserFunction,
    /// Array of role names, for example `["SALES_REP"]`.
    #[sea_orm(column_type = "JsonBinary")]
    pub roles: Json,
    /// Whether they may sign in and be given work.
    pub active: bool,
    /// IANA name, for example `Europe/Vienna`.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub time_zone: String,
    /// The user whom they report to; a team is everybody below.
    pub manager_id: Option<Uuid>,
    /// How many open leads they can work at a time; none is no limit.
    pub capacity: Option<i32>,
    /// UTC; absent from then on.
    pub out_of_office_from: Option<DateTimeUtc>,
    /// UTC; back from then on.
    pub out_of_office_until: Option<DateTimeUtc>,
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

/// What a user does in the revenue team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum UserFunction {
    /// Sells.
    Sales,
    /// Markets.
    Marketing,
    /// Serves both: leaders, analysts, operations.
    Revenue,
    /// None of these.
    Other,
}
