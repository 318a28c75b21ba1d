//! Internet domains of accounts, by which people are matched to companies.

use sea_orm::entity::prelude::*;

/// One domain of one account.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_domain")]
pub struct Model {
    /// Prefix `dom` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The account whose domain it is.
    pub account_id: Uuid,
    /// Lower case, without `www`; one account has it.
    #[sea_orm(column_type = "String(StringLen::N(253))")]
    pub domain: String,
    /// The one to show, where an account has several.
    pub is_primary: bool,
    /// UTC; when it was added.
    pub created_at: DateTimeUtc,
    /// Id of the user, token or import job that added it; none is the hub itself.
    pub created_by: Option<Uuid>,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
