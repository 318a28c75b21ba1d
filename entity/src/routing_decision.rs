//! Routing decisions: who got a lead, and why.

use sea_orm::entity::prelude::*;

/// One decision. Decisions are only ever added.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "routing_decision")]
pub struct Model {
    /// Prefix `routed` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The lead that it is about.
    pub lead_id: Uuid,
    /// UTC; when.
    pub at: DateTimeUtc,
    /// What led to it: a mutation, such as `qualifyLead`, or a rule of the hub, such as `definitionMet`.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub step: String,
    /// What chose.
    pub strategy: DecisionStrategy,
    /// The rule that it was chosen by; none: the order in which the hub looks where no rule leads to anybody.
    pub routing_rule_id: Option<Uuid>,
    /// Who got it.
    pub user_id: Uuid,
    /// Why, in a sentence.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub reason: String,
    /// Whether who got it had as many open leads as they can work already: all had who could take it.
    pub over_capacity: bool,
    /// How many users were looked at.
    pub candidate_count: i32,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum DecisionStrategy {
    /// It was theirs already.
    Kept,
    /// They own its account.
    AccountOwner,
    /// They work nearest to where it lies, and have the fewest open leads.
    Territory,
    /// It was their turn.
    RoundRobin,
    /// They have the fewest open leads.
    LeastLoaded,
    /// They lead sales, or who had it.
    Manager,
    /// Somebody said who.
    ByHand,
}
