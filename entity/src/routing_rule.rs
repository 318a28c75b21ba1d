//! Routing rules: who gets which leads that are handed over.

use sea_orm::entity::prelude::*;

/// One rule. Of those that hold for a lead, the first by `priority` counts that leads to somebody.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "routing_rule")]
pub struct Model {
    /// Prefix `route` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What people call it.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    /// The smaller comes first; of two that are equal, the older one.
    pub priority: i32,
    /// Which leads it is for: `{"intentBand": ["HOT"], "source": ["EVENT"], "territory": ["terr_…"]}`, of which
    /// all that is said must hold; none is every lead.
    #[sea_orm(column_type = "JsonBinary")]
    pub condition: Option<Json>,
    /// How it chooses from its pool.
    pub strategy: RoutingStrategy,
    /// Whether it counts.
    pub active: bool,
    /// Whose turn was when: by the id of a user, the number of the last turn that they had. Of those who can take a
    /// lead, whose number is the smallest is next; who has none comes first. Written by whoever holds the row.
    #[sea_orm(column_type = "JsonBinary")]
    pub turns: Option<Json>,
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

/// How a rule chooses from its pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum RoutingStrategy {
    /// Who owns the account of the lead.
    AccountOwner,
    /// Who works nearest to where the lead lies, and has the fewest open leads.
    Territory,
    /// One after the other.
    RoundRobin,
    /// Who has the fewest open leads.
    LeastLoaded,
}
