//! Issuing tokens and taking them back.

use chrono::{DateTime, TimeDelta, Utc};
use entity::api_token;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    auth::Tokens,
    database::Database,
    error::ApiError,
    store,
    views::{Policy, READ_ALL, Views},
};

/// Who gets a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// The user with this e-mail address, with the roles that the user has when the token is used.
    User(String),
    /// A program that acts in a role.
    Service {
        /// What it is called in lists and logs.
        name: String,
        /// The name of its role.
        role: String,
    },
}

/// What a token may be used for, beyond whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// How many days it is valid.
    pub days: u32,
    /// What may be read with it, such as `lead:read` or `*:read`; none is no restriction.
    pub scopes: Vec<String>,
}

/// A token that was just issued.
pub struct Issued {
    /// Its id, to revoke it by.
    pub id: Uuid,
    /// The token itself. It is not kept anywhere.
    pub token: String,
    /// UTC; not valid from then on.
    pub expires_at: DateTime<Utc>,
}

/// Issues a token on these terms, valid from `now` on, and records it.
///
/// # Errors
///
/// - [`ApiError::NotFound`] when there is no active user with that e-mail address
/// - [`ApiError::Validation`] when the days, the name, the role or a scope make no sense
/// - [`ApiError::Internal`] when the database fails; no token is issued then
pub async fn issue(
    db: &Database,
    tokens: &Tokens,
    views: &Views,
    now: DateTime<Utc>,
    bearer: Bearer,
    Terms { days, scopes }: Terms,
) -> Result<Issued, ApiError> {
    if !(1..=3650).contains(&days) {
        return Err(ApiError::validation("days", "must be from 1 to 3650"));
    }
    check_scopes(views.policy(), &scopes)?;
    let id = Uuid::now_v7();
    let expires_at = now + TimeDelta::days(days.into());
    let tx = db.begin().await?;
    let (name, user_id, roles) = match bearer {
        Bearer::User(email) => {
            let user = store::user::find_by_email(&tx, &email).await?;
            let user = user.filter(|user| user.active);
            let user = user.ok_or_else(|| ApiError::NotFound {
                what: format!("active user with the e-mail address {email}"),
            })?;
            (user.name, Some(user.id), Vec::new())
        }
        Bearer::Service { name, role } => {
            if name.trim().is_empty() || name.chars().count() > 200 {
                return Err(ApiError::validation(
                    "name",
                    "must have 1 to 200 characters",
                ));
            }
            if views.policy().role(&role).is_none() {
                let known = views.policy().names();
                let problem = format!("there is no role {role:?}; there is {known}");
                return Err(ApiError::validation("role", problem));
            }
            (name, None, vec![Value::from(role)])
        }
    };
    let signed = tokens.sign(id, user_id.unwrap_or(id), now, expires_at);
    let signed = signed.await?;
    let row = api_token::Model {
        id,
        name,
        user_id,
        roles: Value::Array(roles),
        scopes: Value::from(scopes),
        kid: Some(signed.kid),
        issued_at: now,
        expires_at,
        revoked_at: None,
        last_used_at: None,
        created_by: None,
    };
    store::api_token::insert(&tx, row).await?;
    tx.commit().await?;
    Ok(Issued {
        id,
        token: signed.token,
        expires_at,
    })
}

fn check_scopes(policy: &Policy, scopes: &[String]) -> Result<(), ApiError> {
    let mut known = vec![READ_ALL.to_owned()];
    for noun in &policy.vocabulary.nouns {
        let scope = noun.read_scope();
        if !known.contains(&scope) {
            known.push(scope);
        }
    }
    match scopes.iter().find(|scope| !known.contains(scope)) {
        Some(unknown) => {
            let problem = format!(
                "there is no scope {unknown:?}; there is {}",
                known.join(", ")
            );
            Err(ApiError::validation("scope", problem))
        }
        None => Ok(()),
    }
}

/// Takes a token back at `now`: from then on it is refused.
///
/// # Errors
///
/// - [`ApiError::NotFound`] when there is no such token, or it was taken back before
/// - [`ApiError::Internal`] when the database fails
pub async fn revoke(db: &Database, now: DateTime<Utc>, id: Uuid) -> Result<(), ApiError> {
    let tx = db.begin().await?;
    if !store::api_token::revoke(&tx, id, now).await? {
        return Err(ApiError::NotFound {
            what: format!("token {id} that is still valid"),
        });
    }
    tx.commit().await?;
    Ok(())
}

/// Lists the tokens that were issued, newest first.
///
/// # Errors
///
/// Returns [`ApiError::Internal`] when the database fails.
pub async fn list(db: &Database) -> Result<Vec<api_token::Model>, ApiError> {
    Ok(store::api_token::list(db.reads()).await?)
}
