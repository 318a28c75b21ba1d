//! The roles that are built in.

use std::fmt;

/// What somebody does in the revenue team, and hence what they see of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Works on leads and deals: their own, and those of their territories.
    SalesRep,
    /// Leads a team of sales reps.
    SalesManager,
    /// Plans and runs campaigns.
    Marketer,
    /// Leads a team of marketers.
    MarketingManager,
    /// Answers for sales and marketing together.
    RevenueLeader,
    /// Reads numbers: a person, or a BI tool.
    Analyst,
    /// Runs the hub.
    Admin,
}

impl Role {
    /// Every role, sales first.
    pub const ALL: [Self; 7] = [
        Self::SalesRep,
        Self::SalesManager,
        Self::Marketer,
        Self::MarketingManager,
        Self::RevenueLeader,
        Self::Analyst,
        Self::Admin,
    ];

    /// Its name in tokens, in the database and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SalesRep => "SALES_REP",
            Self::SalesManager => "SALES_MANAGER",
            Self::Marketer => "MARKETER",
            Self::MarketingManager => "MARKETING_MANAGER",
            Self::RevenueLeader => "REVENUE_LEADER",
            Self::Analyst => "ANALYST",
            Self::Admin => "ADMIN",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
