//! The roles that are built in.

use std::{fmt, str::FromStr};

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

/// There is no role of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRole(pub String);

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

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        let role = Self::ALL.into_iter().find(|role| role.as_str() == name);
        role.ok_or_else(|| UnknownRole(name.to_owned()))
    }
}

impl fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Role::ALL.map(Role::as_str).join(", ");
        write!(f, "there is no role {:?}; there is {known}", self.0)
    }
}

impl std::error::Error for UnknownRole {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_is_found_by_its_name() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
    }

    #[test]
    fn an_unknown_role_is_told_the_known_ones() {
        let error = "BOSS".parse::<Role>().unwrap_err().to_string();
        assert!(error.contains("\"BOSS\""));
        assert!(error.contains("SALES_REP, SALES_MANAGER"));
    }
}
