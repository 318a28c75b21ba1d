//! From the `Authorization` header to the caller.

mod lookup;

use std::{net::IpAddr, slice, sync::Arc};

use sea_orm::{ConnectionTrait, DbErr};
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    known::{Known, KnownCaller, fingerprint},
    provider::Providers,
    token::{LEEWAY, Refusal, Tokens},
    viewer::Viewer,
};
use crate::{
    clock::Clock,
    database::Database,
    error::ApiError,
    store::caller::{self, Asking},
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
    /// not valid, and the log says why. They are themselves, until [`Authenticator::view_as`] gives them the
    /// eyes of the role that they ask for; only whose rows count as theirs is looked up for that role.
    ///
    /// # Errors
    ///
    /// - [`ApiError::Unauthenticated`] when there is no token or it is not valid now, or not from there
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
        // A token of an identity provider has no row that could say so.
        if caller.revision.is_none() {
            self.known.used(viewer.token_id);
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

    /// Says each time that somebody may not be any more who they were: whoever goes on with a viewer finds out
    /// anew who it is.
    #[must_use]
    pub fn forgotten(&self) -> watch::Receiver<u64> {
        self.known.forgotten()
    }

    /// Whether these credentials have a token that the hub signed and whose time it is, which says nothing of
    /// who may call. Costs no statement.
    pub async fn signed(&self, credentials: &Credentials<'_>) -> bool {
        let token = credentials.authorization.and_then(bearer);
        let ours = token.filter(|token| self.providers.issuer_of(token).is_none());
        match ours {
            Some(token) => self.tokens.verify(token).await.is_ok(),
            None => false,
        }
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

    /// Whether a token is good now, and there.
    fn check(&self, caller: &KnownCaller, address: Option<IpAddr>) -> Result<(), Refusal> {
        let now = self.clock.now();
        let ended = caller.ends_at.is_some_and(|at| at <= now);
        if ended || caller.until <= now - LEEWAY {
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
            let (roles, name) = (names(&user.roles), user.name.clone());
            let who = (Some(id), Uuid::nil());
            Viewer::new(views, who, name, roles, Vec::new(), user.into())
        }))
    }

    /// Puts the view of `role` before the eyes of a viewer who asked for it in their credentials, to look and
    /// no more. What their token may not read they do not read this way either.
    ///
    /// # Errors
    ///
    /// - [`ApiError::Forbidden`] when they may not see with the eyes of another role
    /// - [`ApiError::Validation`] when there is no such role
    pub fn view_as(&self, viewer: &mut Viewer, role: &str) -> Result<(), ApiError> {
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
