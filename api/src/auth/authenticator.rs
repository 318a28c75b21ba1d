//! From the `Authorization` header to the caller.

use std::{net::IpAddr, slice, sync::Arc, time::Instant};

use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::{
    known::{Known, KnownCaller, fingerprint},
    provider::{Identity, Providers, UserKey},
    token::{Claims, LEEWAY, Refusal, Tokens},
    viewer::{Allowance, Reach, Viewer},
};
use crate::{
    clock::Clock,
    database::Database,
    error::ApiError,
    store::{
        caller::{self, Asking, Caller, CallingUser},
        user,
    },
    views::{READ_ALL, Views, Word},
};

/// What a request says of who sends it.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'r> {
    /// The header `Authorization`.
    pub authorization: Option<&'r str>,
    /// A role: they want to see what somebody in it would see in their place.
    pub view_as: Option<&'r str>,
    /// Where it comes from.
    pub address: Option<IpAddr>,
}

/// Finds out who is calling.
#[derive(Clone)]
pub struct Authenticator {
    tokens: Tokens,
    providers: Providers,
    database: Database,
    views: Views,
    asking: Asking,
    clock: Clock,
    known: Known,
}

impl Authenticator {
    /// Checks tokens with `tokens`, looks them up in `database`, and gives each caller their view. Who is
    /// `known` is not looked up again.
    #[must_use]
    pub fn new(
        tokens: Tokens,
        database: Database,
        views: Views,
        clock: Clock,
        known: Known,
    ) -> Self {
        Self {
            tokens,
            providers: Providers::default(),
            database,
            asking: asking(&views),
            views,
            clock,
            known,
        }
    }

    /// Takes tokens of these identity providers too.
    #[must_use]
    pub fn with_providers(self, providers: Providers) -> Self {
        Self { providers, ..self }
    }

    /// Who sends a request with these credentials. Costs nothing while the caller is known; else one
    /// statement, or with a token of an identity provider two, and one more for each further role that the
    /// provider says.
    ///
    /// A bad token is never a guest: whatever is wrong with it, the caller learns only that it is
    /// not valid, and the log says why. With the eyes of another role they see where a role of theirs
    /// allows it.
    ///
    /// # Errors
    ///
    /// - [`ApiError::Unauthenticated`] when there is no token or it is not valid now, or not from there
    /// - [`ApiError::Forbidden`] when they may not see with the eyes of another role
    /// - [`ApiError::Validation`] when there is no such role
    /// - [`ApiError::Unavailable`] when no connection comes free in time
    /// - [`ApiError::Internal`] when the database fails
    pub async fn viewer(&self, credentials: &Credentials<'_>) -> Result<Viewer, ApiError> {
        let Some(token) = credentials.authorization.and_then(bearer) else {
            tracing::info!("no bearer token");
            return Err(ApiError::Unauthenticated);
        };
        let caller = match self.known(credentials) {
            Some(caller) => caller,
            None => Arc::new(self.look_up(token, credentials.view_as).await?),
        };
        if let Err(refusal) = self.check(&caller, credentials.address) {
            return Err(refused(&refusal));
        }
        let mut viewer = caller.viewer.clone();
        viewer.address = credentials.address;
        self.known.used(viewer.token_id);
        if let Some(role) = credentials.view_as {
            self.view_as(&mut viewer, role)?;
        }
        Ok(viewer)
    }

    /// Whether the token of these credentials was found to be good before, and is as far as anybody knows.
    #[must_use]
    pub fn knows(&self, credentials: &Credentials<'_>) -> bool {
        let as_themselves = Credentials {
            view_as: None,
            ..*credentials
        };
        let caller = self.known(&as_themselves);
        caller.is_some_and(|caller| self.check(&caller, credentials.address).is_ok())
    }

    /// Who sends a request with these credentials, if that needs no looking up.
    fn known(&self, credentials: &Credentials<'_>) -> Option<Arc<KnownCaller>> {
        // Which rows are theirs depends on the eyes that they look with.
        let token = credentials.authorization.and_then(bearer);
        let token = token.filter(|_| credentials.view_as.is_none())?;
        let caller = self.known.caller(&fingerprint(token))?;
        let now = self.providers.revision();
        let same_keys = caller.revision.is_none_or(|revision| revision == now);
        same_keys.then_some(caller)
    }

    /// Looks up who comes with `token`. `as_if` stands in for the roles that they have.
    async fn look_up(&self, token: &str, as_if: Option<&str>) -> Result<KnownCaller, ApiError> {
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

    /// Whether a token is good now, and there.
    fn check(&self, caller: &KnownCaller, address: Option<IpAddr>) -> Result<(), Refusal> {
        let now = self.clock.now();
        if caller.until <= now - LEEWAY {
            return Err(Refusal::Expired);
        }
        if caller.from > now + LEEWAY {
            return Err(Refusal::NotYet);
        }
        if !caller.may_call_from(address) {
            return Err(Refusal::Address);
        }
        Ok(())
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
        let viewer = Viewer {
            user_id: caller.user_id,
            token_id: claims.jti,
            name,
            view: self.views.of(&roles, &scopes),
            roles,
            scopes,
            viewed_as: None,
            address: None,
            allowance,
            reach: Arc::new(reach),
        };
        Ok(KnownCaller {
            viewer,
            networks,
            from: claims.valid_from(),
            until: claims.valid_until().min(caller.expires_at),
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
        let found = found.ok_or_else(|| refused(&Refusal::Unknown))?;
        if !found.active {
            return Err(refused(&Refusal::Inactive));
        }
        let reach = self.reach(found.id, &identity, as_if).await?;
        let roles = identity.roles.unwrap_or_else(|| names(&found.roles));
        let viewer = Viewer {
            user_id: Some(found.id),
            token_id: identity.subject,
            name: found.name,
            view: self.views.of(&roles, &[]),
            roles,
            scopes: Vec::new(),
            viewed_as: None,
            address: None,
            allowance: Allowance::default(),
            reach: Arc::new(reach),
        };
        Ok(KnownCaller {
            viewer,
            networks: None,
            from: identity.valid_from,
            until: identity.valid_until,
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

    /// The user with this id as they would be if they called now; `None` where there is no such user,
    /// or they may not call. For whoever may know what others see.
    ///
    /// # Errors
    ///
    /// Returns [`DbErr`] when the database fails.
    pub async fn user(
        views: &Views,
        db: &impl ConnectionTrait,
        id: Uuid,
    ) -> Result<Option<Viewer>, DbErr> {
        let found = caller::find_user(db, id, &asking(views), None).await?;
        let user = found.filter(|user| user.active);
        Ok(user.map(|user| {
            let roles = names(&user.roles);
            Viewer {
                user_id: Some(id),
                token_id: Uuid::nil(),
                name: user.name.clone(),
                view: views.of(&roles, &[]),
                roles,
                scopes: Vec::new(),
                viewed_as: None,
                address: None,
                allowance: Allowance::default(),
                reach: Arc::new(user.into()),
            }
        }))
    }

    /// Puts the view of `role` before the viewer's eyes, to look and no more. What their token may not
    /// read they do not read this way either.
    fn view_as(&self, viewer: &mut Viewer, role: &str) -> Result<(), ApiError> {
        let forbidden = || ApiError::Forbidden {
            action: "see with the eyes of another role".to_owned(),
        };
        let policy = self.views.policy();
        let mut own = viewer.roles.iter().filter_map(|own| policy.role(own));
        if !own.any(|own| own.view_as) {
            return Err(forbidden());
        }
        let Some(role) = policy.role(role) else {
            let problem = format!("there is no such role; there is {}", policy.names());
            let roles = policy.roles.iter().map(|role| role.name.as_str());
            return Err(ApiError::validation("View-As", problem).allowing(roles));
        };
        if viewer.scopes.is_empty() {
            viewer.scopes = vec![READ_ALL.to_owned()];
        }
        viewer.scopes.retain(|scope| scope.ends_with(":read"));
        if viewer.scopes.is_empty() {
            return Err(forbidden());
        }
        viewer.view = self.views.of(slice::from_ref(&role.name), &viewer.scopes);
        viewer.viewed_as = Some(role.name.clone());
        Ok(())
    }
}

/// What a caller with a bad token learns; the log learns why.
fn refused(refusal: &Refusal) -> ApiError {
    tracing::info!(reason = %refusal, "token refused");
    match refusal {
        Refusal::KeysUnavailable => ApiError::Unavailable,
        _ => ApiError::Unauthenticated,
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

/// The token in `Bearer …`; the scheme's name is written in any case.
fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Which roles ask for what takes a walk through a tree to find out.
fn asking(views: &Views) -> Asking {
    let asking = |words: &[Word]| views.roles_asking(words).map(str::to_owned).collect();
    Asking {
        team: asking(&[Word::Team]),
        territories: asking(&[Word::Territory]),
        team_territories: asking(&[Word::TeamTerritory]),
    }
}

/// The texts in a JSON array. Whatever else is in there grants nothing.
fn names(roles: &serde_json::Value) -> Vec<String> {
    let roles = roles.as_array().into_iter().flatten();
    roles
        .filter_map(|role| role.as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::bearer;

    #[test]
    fn only_a_bearer_token_is_taken() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        for other in ["", "abc", "Bearer", "Bearer ", "Basic abc"] {
            assert_eq!(bearer(other), None, "{other}");
        }
    }
}
