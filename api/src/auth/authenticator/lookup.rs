//! From a token to the caller, as the database says.

use std::time::Instant;

use uuid::Uuid;

use super::{
    super::{
        known::{KnownCaller, fingerprint},
        provider::{Identity, UserKey},
        token::{Claims, Refusal},
        viewer::{Allowance, Reach, Viewer},
    },
    Authenticator, names, refused,
};
use crate::{
    error::ApiError,
    store::{
        caller::{self, Caller, CallingUser},
        user,
    },
};

impl Authenticator {
    /// Looks up who comes with `token`. `as_if` stands in for the roles that they have.
    pub(super) async fn look_up(
        &self,
        token: &str,
        as_if: Option<&str>,
    ) -> Result<KnownCaller, ApiError> {
        let round = self.known.round();
        let caller = match self.providers.issuer_of(token) {
            Some(issuer) => self.identified(issuer, token, as_if).await?,
            None => self.issued(token, as_if).await?,
        };
        if let (None, Some(round)) = (as_if, round) {
            self.known.keep(fingerprint(token), caller.clone(), round);
        }
        Ok(caller)
    }

    /// Looks up who comes with a token of the hub.
    async fn issued(&self, token: &str, as_if: Option<&str>) -> Result<KnownCaller, ApiError> {
        let claims = self.tokens.verify(token).await;
        let claims = claims.map_err(|refusal| refused(&refusal))?;
        let reserve = self.database.reserve();
        let caller = caller::find(reserve, claims.jti, &self.asking, as_if).await?;
        let caller = caller.ok_or_else(|| refused(&Refusal::Unknown))?;
        let caller = self.caller(&claims, caller);
        caller.map_err(|refusal| refused(&refusal))
    }

    /// Whether the token that was found is still good, and whose it is.
    fn caller(&self, claims: &Claims, caller: Caller) -> Result<KnownCaller, Refusal> {
        if caller.revoked_at.is_some() {
            return Err(Refusal::Revoked);
        }
        if caller.user_id.unwrap_or(claims.jti) != claims.sub {
            return Err(Refusal::Unknown);
        }
        // Scopes and networks narrow: what is no list of them must not count as none.
        let scopes: Vec<String> =
            serde_json::from_value(caller.scopes).map_err(|_error| Refusal::Unknown)?;
        let networks = caller.ip_allow.map(serde_json::from_value).transpose();
        let networks = networks.map_err(|_error| Refusal::Unknown)?;
        let allowance = Allowance {
            requests_per_minute: caller.requests_per_minute.and_then(|it| it.try_into().ok()),
            points_per_minute: caller.points_per_minute.and_then(|it| it.try_into().ok()),
        };
        let (name, roles, reach) = match (caller.user_id, caller.user) {
            (None, _) => (
                caller.token_name,
                names(&caller.token_roles),
                Reach::default(),
            ),
            (Some(_), Some(user)) if user.active => {
                let (roles, name) = (names(&user.roles), user.name.clone());
                (name, roles, user.into())
            }
            (Some(_), _) => return Err(Refusal::Inactive),
        };
        let who = (caller.user_id, claims.jti);
        let viewer = Viewer {
            allowance,
            makes_tokens: networks.is_none() && allowance == Allowance::default(),
            ..Viewer::new(&self.views, who, name, roles, scopes, reach)
        };
        Ok(KnownCaller {
            viewer,
            networks,
            from: claims.valid_from(),
            until: claims.valid_until(),
            ends_at: Some(caller.expires_at),
            looked_up_at: Instant::now(),
            revision: None,
        })
    }

    /// Looks up the user whom a token of an identity provider stands for.
    async fn identified(
        &self,
        issuer: &str,
        token: &str,
        as_if: Option<&str>,
    ) -> Result<KnownCaller, ApiError> {
        let revision = self.providers.revision();
        let verified = self.providers.verify(issuer, token).await;
        let identity = verified.unwrap_or(Err(Refusal::Unknown));
        let identity = identity.map_err(|refusal| refused(&refusal))?;
        let reserve = self.database.reserve();
        let found = match &identity.user {
            UserKey::Email(email) => user::find_by_email(reserve, email).await?,
            UserKey::ExternalId { system, key } => {
                user::find_by_external_id(reserve, system, key).await?
            }
        };
        // What looks like an address of ours and is another is none.
        let is_theirs = |user: &entity::user::Model| match &identity.user {
            UserKey::Email(email) => email.eq_ignore_ascii_case(&user.email),
            UserKey::ExternalId { .. } => true,
        };
        let found = found.filter(is_theirs);
        let found = found.ok_or_else(|| refused(&Refusal::Unknown))?;
        if !found.active {
            return Err(refused(&Refusal::Inactive));
        }
        let reach = self.reach(found.id, &identity, as_if).await?;
        let makes_tokens = identity.roles.is_none();
        let roles = identity.roles.unwrap_or_else(|| names(&found.roles));
        let who = (Some(found.id), identity.subject);
        let viewer = Viewer {
            makes_tokens,
            ..Viewer::new(&self.views, who, found.name, roles, Vec::new(), reach)
        };
        Ok(KnownCaller {
            viewer,
            networks: None,
            from: identity.valid_from,
            until: identity.valid_until,
            ends_at: None,
            looked_up_at: Instant::now(),
            revision: Some(revision),
        })
    }

    /// What counts as a user's who is identified. It is looked up for one role at a time; where neither the
    /// provider nor `as_if` says any, for those that they have.
    async fn reach(
        &self,
        user: Uuid,
        identity: &Identity,
        as_if: Option<&str>,
    ) -> Result<Reach, ApiError> {
        let said = identity.roles.as_deref().unwrap_or_default();
        let roles: Vec<_> = match as_if {
            Some(role) => vec![Some(role)],
            None if said.is_empty() => vec![None],
            None => said.iter().map(|role| Some(role.as_str())).collect(),
        };
        let mut reach = Reach::default();
        for role in roles {
            let reserve = self.database.reserve();
            let found = caller::find_user(reserve, user, &self.asking, role).await?;
            if let Some(found) = found {
                join(&mut reach, found);
            }
        }
        Ok(reach)
    }
}

/// Adds what one more role reaches. A list is looked up whole or not at all.
fn join(reach: &mut Reach, user: CallingUser) {
    let Reach {
        team,
        territories,
        team_territories,
    } = user.into();
    for (known, found) in [
        (&mut reach.team, team),
        (&mut reach.territories, territories),
        (&mut reach.team_territories, team_territories),
    ] {
        if known.is_empty() {
            *known = found;
        }
    }
}
