//! Users who were looked at for a lead.

use sea_orm::entity::prelude::*;

/// One user who was looked at in one decision.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "routing_candidate")]
pub struct Model {
    /// Prefix `routecand` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The decision.
    pub routing_decision_id: Uuid,
    /// The lead that the decision is about.
    pub lead_id: Uuid,
    /// The user; once in a decision.
    pub user_id: Uuid,
    /// Its place among the candidates of the decision, from 0: who was chosen, then the others as they were looked at.
    pub place: i32,
    /// Whether they could take it.
    pub eligible: bool,
    /// Why they were chosen, or not.
    pub why: CandidateWhy,
    /// How many open leads they had, without this one.
    pub open_leads: i32,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Why a user was chosen for a lead, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum CandidateWhy {
    /// It is theirs already.
    OwnerAlready,
    /// They own its account.
    OwnerOfAccount,
    /// They work nearest to where it lies, and have the fewest open leads.
    Nearest,
    /// It is their turn.
    NextInTurn,
    /// They have the fewest open leads.
    LeastLoaded,
    /// They lead sales, or who had it.
    Manager,
    /// Somebody said so.
    Said,
    /// Somebody works nearer to where it lies.
    Farther,
    /// It was the turn of somebody else.
    LaterInTurn,
    /// Somebody has no more open leads than they have.
    MoreLoaded,
    /// They are not active.
    Inactive,
    /// They are absent.
    OutOfOffice,
    /// They have as many open leads as they can work.
    AtCapacity,
    /// They do not work where it lies.
    NotInTerritory,
}
