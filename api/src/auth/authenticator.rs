//! From the `Authorization` header to the caller.

use std::slice;

use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::{
    provider::{Identity, Providers, UserKey},
    token::{Claims, Refusal, Tokens},
    viewer::{Reach, Viewer},
};
use crate::{
    database::Database,
    error::ApiError,
    store::{
        caller::{self, Asking, Caller, CallingUser},
        user,
    },
    views::{READ_ALL, Views, Word},
};

/// Finds out who is calling.
#[derive(Clone)]
pub struct Authenticator {
    tokens: Tokens,
    providers: Providers,
    database: Database,
    views: Views,
    asking: Asking,
}

impl Authenticator {
    /// Checks tokens with `tokens`, looks them up in `database`, and gives each caller their view.
    #[must_use]
    pub fn new(tokens: Tokens, database: Database, views: Views) -> Self {
        Self {
            tokens,
            providers: Providers::default(),
            database,
            asking: asking(&views),
            views,
        }
    }

    /// Takes tokens of these identity providers too.
    #[must_use]
    pub fn with_providers(self, providers: Providers) -> Self {
        Self { providers, ..self }
    }

    /// Who sent `authorization`, the header of that name. Costs one statement; with a token of an identity
    /// provider two, and one more for each further role that the provider says.
    ///
    /// A bad token is never a guest: whatever is wrong with it, the caller learns only that it is
    /// not valid, and the log says why.
    ///
    /// With `view_as`, a role, they see what somebody in that role would see in their place, where a
    /// role of theirs allows it.
    ///
    /// # Errors
    ///
    /// - [`ApiError::Unauthenticated`] when there is no token or it is not valid now
    /// - [`ApiError::Forbidden`] when they may not see with the eyes of another role
    /// - [`ApiError::Validation`] when there is no such role
    /// - [`ApiError::Unavailable`] when no connection comes free in time
    /// - [`ApiError::Internal`] when the database fails
    pub async fn viewer(
        &self,
        authorization: Option<&str>,
        view_as: Option<&str>,
    ) -> Result<Viewer, ApiError> {
        let Some(token) = authorization.and_then(bearer) else {
            tracing::info!("no bearer token");
            return Err(ApiError::Unauthenticated);
        };
        let refuse = |refusal: Refusal| {
            tracing::info!(reason = %refusal, "token refused");
            ApiError::Unauthenticated
        };
        let mut viewer = if let Some(issuer) = self.providers.issuer_of(token) {
            let verified = self.providers.verify(issuer, token).await;
            let identity = verified.unwrap_or(Err(Refusal::Unknown));
            let viewer = self.identified(identity.map_err(refuse)?, view_as).await?;
            viewer.ok_or_else(|| refuse(Refusal::Unknown))?
        } else {
            let claims = self.tokens.verify(token).map_err(refuse)?;
            let reserve = self.database.reserve();
            let caller = caller::find(reserve, claims.jti, &self.asking, view_as).await?;
            let caller = caller.ok_or_else(|| refuse(Refusal::Unknown))?;
            self.known(&claims, caller).map_err(refuse)?
        };
        if let Some(role) = view_as {
            self.view_as(&mut viewer, role)?;
        }
        Ok(viewer)
    }

    /// Whether the token that was found is still good, and whose it is.
    fn known(&self, claims: &Claims, caller: Caller) -> Result<Viewer, Refusal> {
        if caller.revoked_at.is_some() {
            return Err(Refusal::Revoked);
        }
        if caller.user_id.unwrap_or(claims.jti) != claims.sub {
            return Err(Refusal::Unknown);
        }
        // Scopes narrow: what is no list of them must not count as none.
        let scopes: Vec<String> =
            serde_json::from_value(caller.scopes).map_err(|_error| Refusal::Unknown)?;
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
        Ok(Viewer {
            user_id: caller.user_id,
            token_id: claims.jti,
            name,
            view: self.views.of(&roles, &scopes),
            roles,
            scopes,
            viewed_as: None,
            reach,
        })
    }

    /// The user whom a provider's token stands for; `None` where there is no such user, or they may not call.
    async fn identified(
        &self,
        identity: Identity,
        view_as: Option<&str>,
    ) -> Result<Option<Viewer>, ApiError> {
        let reserve = self.database.reserve();
        let found = match &identity.user {
            UserKey::Email(email) => user::find_by_email(reserve, email).await?,
            UserKey::ExternalId { system, key } => {
                user::find_by_external_id(reserve, system, key).await?
            }
        };
        let Some(found) = found.filter(|user| user.active) else {
            return Ok(None);
        };
        let said = identity.roles.as_deref().unwrap_or_default();
        // What counts as theirs is looked up for one role at a time; without any, for those that they have.
        let mut as_if: Vec<_> = said.iter().map(|role| Some(role.as_str())).collect();
        if let Some(role) = view_as {
            as_if = vec![Some(role)];
        } else if as_if.is_empty() {
            as_if.push(None);
        }
        let mut reach = Reach::default();
        for role in as_if {
            let user = caller::find_user(reserve, found.id, &self.asking, role).await?;
            if let Some(user) = user {
                join(&mut reach, user);
            }
        }
        let roles = identity.roles.unwrap_or_else(|| names(&found.roles));
        Ok(Some(Viewer {
            user_id: Some(found.id),
            token_id: identity.subject,
            name: found.name,
            view: self.views.of(&roles, &[]),
            roles,
            scopes: Vec::new(),
            viewed_as: None,
            reach,
        }))
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
                reach: user.into(),
            }
        }))
    }

    /// Puts the view of `role` before the viewer's eyes, to look and no more. What their token may not
    /// read they do not read this way either.
    fn view_as(&self, viewer: &mut Viewer, role: &str) -> Result<(), ApiError> {
        let policy = self.views.policy();
        let mut own = viewer.roles.iter().filter_map(|own| policy.role(own));
        if !own.any(|own| own.view_as) {
            return Err(ApiError::Forbidden {
                action: "see with the eyes of another role".to_owned(),
            });
        }
        let Some(role) = policy.role(role) else {
            let problem = format!("there is no such role; there is {}", policy.names());
            return Err(ApiError::validation("View-As", problem));
        };
        if viewer.scopes.is_empty() {
            viewer.scopes = vec![READ_ALL.to_owned()];
        }
        viewer.view = self.views.of(slice::from_ref(&role.name), &viewer.scopes);
        viewer.viewed_as = Some(role.name.clone());
        Ok(())
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
