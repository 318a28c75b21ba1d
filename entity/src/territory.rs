//! Territories: how the market is divided among the team, as a tree.

use sea_orm::entity::prelude::*;

/// One territory of the tree.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "territory")]
pub struct Model {
    /// Prefix `terr` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What people call it.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    /// Short and stable, for example `DACH`; unique among territories that are not deleted.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub code: String,
    /// Codes from the root to this one, each followed by a slash: `/WORLD/EMEA/DACH/`. What lies
    /// below a territory begins with its path.
    #[sea_orm(column_type = "String(StringLen::N(1024))")]
    pub path: String,
    /// The territory that it is a part of; none for a root.
    pub parent_id: Option<Uuid>,
    /// What divides it from its neighbours.
    pub kind: TerritoryKind,
    /// The calendar by which people work there; none is that of the territory above it.
    pub business_calendar_id: Option<Uuid>,
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

/// What divides a territory from its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum TerritoryKind {
    /// A region of the world.
    Geo,
    /// A kind or size of company.
    Segment,
    /// A list of accounts.
    Named,
}
