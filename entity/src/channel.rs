//! By which channel people are reached, in campaigns and touches alike.

use sea_orm::entity::prelude::*;

/// By which channel somebody is reached, or reaches us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum Channel {
    /// Typed the address, or came without a trace of where from.
    Direct,
    /// Found by an unpaid search.
    Organic,
    /// Advertising.
    Paid,
    /// E-mail.
    Email,
    /// Social networks, unpaid.
    Social,
    /// Trade fairs, webinars and the like.
    Event,
    /// Papers, articles and other things to read or watch.
    Content,
    /// Through a partner.
    Partner,
    /// Sales goes to them first.
    Outbound,
    /// Telephone.
    Phone,
    /// Letters and parcels.
    Mail,
    /// Our own site.
    Web,
    /// None of these.
    Other,
}
