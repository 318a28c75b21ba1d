//! Who is calling.

use std::{net::IpAddr, sync::Arc};

use uuid::Uuid;

use crate::{
    store::caller::CallingUser,
    views::{View, Views},
};

/// Who is calling, built once for each request from a verified token.
///
/// Everything that reads or writes takes a `&Viewer`: what it may see and do follows from it and
/// from nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The user whose token it is; `None` for a service token.
    pub user_id: Option<Uuid>,
    /// The token's own id, its `jti`.
    pub token_id: Uuid,
    /// What the caller is called: the user's name, or the service token's.
    pub name: String,
    /// The names of their roles, such as `SALES_REP`; several are a union.
    pub roles: Vec<String>,
    /// What their token may be used for, such as `lead:read`; none is no restriction.
    pub scopes: Vec<String>,
    /// The role whose eyes they see with, if it is not theirs; then they can only look.
    pub viewed_as: Option<String>,
    /// Where they call from; `None` where nobody calls.
    pub address: Option<IpAddr>,
    /// How much they may ask in a minute, where their token says so.
    pub allowance: Allowance,
    /// Whether tokens may be made with theirs: not where it is bound to networks or to numbers of its own,
    /// and not where their roles are said by an identity provider, because the tokens would not be.
    pub makes_tokens: bool,
    /// What those roles show together, and allow.
    pub view: Arc<View>,
    /// Whose rows and which territories count as theirs.
    pub reach: Arc<Reach>,
}

impl Viewer {
    /// Whoever has these roles, as far as the `scopes` of their token go: a user, or a system, of which nothing is
    /// its own. They call from nowhere, are bound to nothing, and make no tokens; whoever knows better says so.
    #[must_use]
    pub fn new(
        views: &Views,
        (user_id, token_id): (Option<Uuid>, Uuid),
        name: String,
        roles: Vec<String>,
        scopes: Vec<String>,
        reach: Reach,
    ) -> Self {
        Self {
            user_id,
            token_id,
            name,
            view: views.of(&roles, &scopes),
            roles,
            scopes,
            viewed_as: None,
            address: None,
            allowance: Allowance::default(),
            makes_tokens: false,
            reach: Arc::new(reach),
        }
    }

    /// Who shares what may be asked in a minute and at the same time: all tokens of a user, and each of a
    /// system.
    #[must_use]
    pub fn owner(&self) -> Uuid {
        self.user_id.unwrap_or(self.token_id)
    }

    /// Whether they may change anything at all: not with the eyes of another role, and not with a token
    /// that is for reading.
    #[must_use]
    pub fn may_write(&self) -> bool {
        self.viewed_as.is_none() && self.view.writes
    }
}

/// How much may be asked with a token in a minute; `None` is as much as the settings say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// Requests.
    pub requests_per_minute: Option<u32>,
    /// Cost points.
    pub points_per_minute: Option<u64>,
}

/// Whose rows and which territories count as a viewer's: what `own`, `team` and `territory` mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The viewer and everybody below them; looked up only where a role asks for teams.
    pub team: Vec<Uuid>,
    /// The viewer's territories and all below; looked up only where a role asks for territories.
    pub territories: Vec<Uuid>,
    /// The territories of everybody in the team and all below; looked up only where a role asks.
    pub team_territories: Vec<Uuid>,
}

impl From<CallingUser> for Reach {
    fn from(user: CallingUser) -> Self {
        Self {
            team: user.team,
            territories: user.territories,
            team_territories: user.team_territories,
        }
    }
}
