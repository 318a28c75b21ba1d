//! Business calendars: when people work, so that time in which nobody does is not counted.

use sea_orm::entity::prelude::*;

/// One calendar. Its days off are in `holiday`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "business_calendar")]
pub struct Model {
    /// Prefix `cal` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unique among calendars that are not deleted.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    /// IANA name, for example `Europe/Vienna`; `hours` and holidays are in its clocks.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub time_zone: String,
    /// By day of the week, intervals of a day: `{"monday": [["09:00", "17:00"]]}`.
    #[sea_orm(column_type = "JsonBinary")]
    pub hours: Json,
    /// Whether it counts where no other does. There is one such calendar.
    pub is_default: bool,
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
