//! From the `Authorization` header to the caller.

use entity::{api_token, user};

use super::{
    token::{Claims, Refusal, Tokens},
    viewer::Viewer,
};
use crate::{database::Database, error::ApiError, store};

/// Finds out who is calling.
#[derive(Clone)]
pub struct Authenticator {
    tokens: Tokens,
    database: Database,
}

impl Authenticator {
    /// Checks tokens with `tokens`, and looks them up in `database`.
    #[must_use]
    pub fn new(tokens: Tokens, database: Database) -> Self {
        Self { tokens, database }
    }

    /// Who sent `authorization`, the header of that name. Costs one statement.
    ///
    /// A bad token is never a guest: whatever is wrong with it, the caller learns only that it is
    /// not valid, and the log says why.
    ///
    /// # Errors
    ///
    /// - [`ApiError::Unauthenticated`] when there is no token or it is not valid now
    /// - [`ApiError::Internal`] when the database fails
    pub async fn viewer(&self, authorization: Option<&str>) -> Result<Viewer, ApiError> {
        let Some(token) = authorization.and_then(bearer) else {
            tracing::info!("no bearer token");
            return Err(ApiError::Unauthenticated);
        };
        let refuse = |refusal: Refusal| {
            tracing::info!(reason = %refusal, "token refused");
            ApiError::Unauthenticated
        };
        let claims = self.tokens.verify(token).map_err(refuse)?;
        let row = store::api_token::find_with_user(self.database.reads(), claims.jti).await?;
        let (token, user) = row.ok_or_else(|| refuse(Refusal::Unknown))?;
        viewer(&claims, token, user).map_err(refuse)
    }
}

/// The token in `Bearer …`; the scheme's name is written in any case.
fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Whether the token that was found is still good, and whose it is.
fn viewer(
    claims: &Claims,
    token: api_token::Model,
    user: Option<user::Model>,
) -> Result<Viewer, Refusal> {
    if token.revoked_at.is_some() {
        return Err(Refusal::Revoked);
    }
    if token.user_id.unwrap_or(token.id) != claims.sub {
        return Err(Refusal::Unknown);
    }
    match (token.user_id, user) {
        (None, _) => Ok(Viewer {
            user_id: None,
            token_id: token.id,
            name: token.name,
            roles: names(&token.roles),
        }),
        (Some(_), Some(user)) if user.active && user.deleted_at.is_none() => Ok(Viewer {
            user_id: Some(user.id),
            token_id: token.id,
            name: user.name,
            roles: names(&user.roles),
        }),
        (Some(_), _) => Err(Refusal::Inactive),
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
