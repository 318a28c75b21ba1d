//! Issuing tokens, putting new ones in their place, and taking them back.

mod rules;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{api_token, change::ChangeKind};
use serde_json::json;
use uuid::Uuid;

use crate::{
    auth::{Allowance, Known, Outdated, Signed, Tokens},
    change::{self, Author, Change},
    clock::Clock,
    database::Database,
    dataset::{GlobalId, dataset},
    error::{ApiError, Exceeded},
    reader, store,
    views::Views,
};

use super::write::{Write, at_once};
use rules::{
    check_scopes, covered, forbidden, makes_tokens, may_give, may_replace, missing, named,
    networks, positive, scopes,
};

/// So many tokens of their own may somebody have that are still valid.
const MOST_OWN: u64 = 50;
/// The longest that two tokens may overlap, in hours: a month.
const MAX_OVERLAP: u32 = 744;
/// So many last characters of a token are kept, to recognise it by. They are part of the signature, of
/// which as many remain unknown as keep it safe.
const HINT: usize = 6;
/// The table.
const TABLE: &str = "api_token";

/// Issues tokens and takes them back. Cheap to clone.
#[derive(Clone)]
pub struct Issuer {
    /// Where they are put on record.
    pub database: Database,
    /// What signs them.
    pub tokens: Tokens,
    /// Which roles and scopes there are.
    pub views: Views,
    /// Who is known to call.
    pub known: Known,
    /// What time it is.
    pub clock: Clock,
    /// How long a token is valid when nobody says, in days.
    pub days: u32,
    /// How long a token may be valid at all, in days.
    pub longest_days: u32,
}

/// A token for a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceToken {
    /// What the system is called in lists and logs.
    pub name: String,
    /// The name of its role.
    pub role: String,
    /// The networks that it may be used from, such as `192.0.2.0/24`; none is from anywhere.
    pub ip_allow: Vec<String>,
    /// How much may be asked with it in a minute.
    pub allowance: Allowance,
    /// What it may be used for, and for how long.
    pub terms: Terms,
}

/// What a token may be used for, and for how long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// How many days it is valid; `None` is as long as the settings say.
    pub days: Option<u32>,
    /// What it may be used for, such as `lead:read`. None is reading everything; for a user who signs in
    /// it is no restriction.
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

impl Issuer {
    /// Writes in the operator's name, in a transaction of its own.
    ///
    /// # Errors
    ///
    /// As [`at_once`].
    pub async fn as_operator<T>(
        &self,
        writing: impl AsyncFnOnce(&Write<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let (to, now) = ((&self.database, &self.known), self.clock.now());
        at_once(to, &Author::SYSTEM, now, writing).await
    }

    /// Issues a token to a system.
    ///
    /// # Errors
    ///
    /// - [`ApiError::Forbidden`] when who asks may not, or the token could do more than they
    /// - [`ApiError::Validation`] when any of it makes no sense
    /// - [`ApiError::Internal`] when the database fails; no token is issued then
    pub async fn issue_to_service(
        &self,
        write: &Write<'_>,
        service: ServiceToken,
    ) -> Result<Issued, ApiError> {
        let ServiceToken {
            name,
            role,
            ip_allow,
            allowance,
            terms,
        } = service;
        if let Some(viewer) = write.viewer {
            may_give(viewer, &role)?;
        }
        let scopes = scopes(self.views.policy(), terms.scopes)?;
        if let Some(viewer) = write.viewer {
            covered(viewer, &scopes)?;
        }
        let policy = self.views.policy();
        if policy.role(&role).is_none() {
            let problem = format!("there is no role {role:?}; there is {}", policy.names());
            let roles = policy.roles.iter().map(|role| role.name.as_str());
            return Err(ApiError::validation("role", problem).allowing(roles));
        }
        let row = api_token::Model {
            name: named(&name)?,
            roles: json!([role]),
            scopes: json!(scopes),
            ip_allow: networks(&ip_allow)?,
            requests_per_minute: positive("requestsPerMinute", allowance.requests_per_minute)?,
            points_per_minute: positive("pointsPerMinute", allowance.points_per_minute)?,
            created_by: write.author.actor.id(),
            issued_with_id: write.viewer.map(|viewer| viewer.token_id),
            ..self.blank(write, terms.days)?
        };
        self.issue(write, row).await
    }

    /// Issues who asks for it a token to read with, that can do less than they.
    ///
    /// # Errors
    ///
    /// - [`ApiError::Forbidden`] when they may not, are no user, or ask for more than they have
    /// - [`ApiError::Validation`] when any of it makes no sense, or is more than reading
    /// - [`ApiError::Internal`] when the database fails; no token is issued then
    pub async fn issue_to_oneself(
        &self,
        write: &Write<'_>,
        name: &str,
        terms: Terms,
    ) -> Result<Issued, ApiError> {
        let viewer = write
            .viewer
            .ok_or_else(|| forbidden("make a token of your own"))?;
        let allowed = viewer
            .view
            .noun("ApiToken")
            .can
            .contains_key("createPersonal");
        let user = viewer.user_id.filter(|_| allowed && viewer.may_write());
        let user = user.ok_or_else(|| forbidden("make a token of your own"))?;
        makes_tokens(viewer)?;
        let scopes = scopes(self.views.policy(), terms.scopes)?;
        if let Some(scope) = scopes.iter().find(|scope| !scope.ends_with(":read")) {
            let problem =
                format!("{scope:?} is more than reading, which is all that your own token can do");
            return Err(ApiError::validation("scopes", problem));
        }
        covered(viewer, &scopes)?;
        let row = api_token::Model {
            name: named(name)?,
            user_id: Some(user),
            scopes: json!(scopes),
            created_by: write.author.actor.id(),
            issued_with_id: Some(viewer.token_id),
            ..self.blank(write, terms.days)?
        };
        let own = store::api_token::count_valid(write.tx, user, row.issued_at).await?;
        if own >= MOST_OWN {
            return Err(ApiError::LimitExceeded(Exceeded {
                which: "own_tokens",
                limit: MOST_OWN,
                actual: own.saturating_add(1),
            }));
        }
        self.issue(write, row).await
    }

    /// Issues the user with this e-mail address a token to sign in with, for the operator on the command
    /// line: it does whatever the user may do when it is used, as far as its scopes go.
    ///
    /// # Errors
    ///
    /// - [`ApiError::NotFound`] when there is no active user with that address
    /// - [`ApiError::Validation`] when the days or a scope make no sense
    /// - [`ApiError::Internal`] when the database fails; no token is issued then
    pub async fn issue_to_user(
        &self,
        write: &Write<'_>,
        email: &str,
        terms: Terms,
    ) -> Result<Issued, ApiError> {
        check_scopes(self.views.policy(), &terms.scopes)?;
        let blank = self.blank(write, terms.days)?;
        let user = store::user::find_by_email(write.tx, email).await?;
        let user = user.filter(|user| user.active);
        let user = user.ok_or_else(|| ApiError::NotFound {
            what: format!("active user with the e-mail address {email}"),
        })?;
        let row = api_token::Model {
            name: user.name,
            user_id: Some(user.id),
            scopes: json!(terms.scopes),
            ..blank
        };
        self.issue(write, row).await
    }

    /// Issues another token like the one with that id, which itself ends in `overlap` hours: time to put
    /// the new one in its place.
    ///
    /// # Errors
    ///
    /// - [`ApiError::NotFound`] when there is no such token for them that is still valid
    /// - [`ApiError::Forbidden`] when they may not
    /// - [`ApiError::Validation`] when the hours or the days make no sense
    /// - [`ApiError::Internal`] when the database fails; nothing is changed then
    pub async fn rotate(
        &self,
        write: &Write<'_>,
        id: Uuid,
        overlap: u32,
        days: Option<u32>,
    ) -> Result<Issued, ApiError> {
        if overlap > MAX_OVERLAP {
            let problem = format!("must be from 0 to {MAX_OVERLAP}");
            return Err(ApiError::validation("overlapHours", problem));
        }
        let blank = self.blank(write, days)?;
        let old = valid(write, id, "rotate").await?;
        let scopes: Vec<String> =
            serde_json::from_value(old.scopes.clone()).map_err(ApiError::internal)?;
        if let Some(viewer) = write.viewer {
            may_replace(viewer, &old)?;
            covered(viewer, &scopes)?;
        }
        let now = blank.issued_at;
        let until = old.expires_at.min(now + TimeDelta::hours(overlap.into()));
        // Whoever was quicker has revoked it, or put another in its place.
        if !store::api_token::expire(write.tx, old.id, until).await? {
            return Err(missing());
        }
        let row = api_token::Model {
            name: old.name,
            user_id: old.user_id,
            roles: old.roles,
            scopes: old.scopes,
            ip_allow: old.ip_allow,
            requests_per_minute: old.requests_per_minute,
            points_per_minute: old.points_per_minute,
            rotated_from_id: Some(old.id),
            created_by: write.author.actor.id(),
            issued_with_id: write.viewer.map(|viewer| viewer.token_id),
            ..blank
        };
        let issued = self.issue(write, row).await?;
        let ended = Change::by(write.author, now, (TABLE, old.id), ChangeKind::Updated)
            .of(json!({ "expires_at": [old.expires_at, until] }));
        change::record(write.tx, vec![ended]).await?;
        write.outdates(Outdated::Tokens(vec![old.id]));
        Ok(issued)
    }

    /// Takes a token back, and with `made_with_it` all that were made with it, and with those: from the next
    /// request on they are refused here, and within a second wherever else the hub runs. Returns how many.
    ///
    /// # Errors
    ///
    /// - [`ApiError::NotFound`] when there is no such token for them that is still valid
    /// - [`ApiError::Forbidden`] when they may not, also with one of the others; nothing is changed then
    /// - [`ApiError::Internal`] when the database fails
    pub async fn revoke(
        &self,
        write: &Write<'_>,
        id: Uuid,
        made_with_it: bool,
    ) -> Result<usize, ApiError> {
        let now = write.now;
        let mut ids = vec![valid(write, id, "revoke").await?.id];
        if made_with_it {
            for token in store::api_token::made_with(write.tx, id).await? {
                if token.revoked_at.is_none() && token.expires_at > now {
                    permit(write, token.id, "revoke").await?;
                    ids.push(token.id);
                }
            }
        }
        let mut changes = Vec::new();
        for id in &ids {
            if !store::api_token::revoke(write.tx, *id, now).await? {
                return Err(missing());
            }
            let revoked = Change::by(write.author, now, (TABLE, *id), ChangeKind::Updated);
            changes.push(revoked.of(json!({ "revoked_at": [null, now] })));
        }
        change::record(write.tx, changes).await?;
        let count = ids.len();
        write.outdates(Outdated::Tokens(ids));
        Ok(count)
    }

    /// Lists the tokens that were issued, newest first, for the operator on the command line.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::Internal`] when the database fails.
    pub async fn list(db: &Database) -> Result<Vec<api_token::Model>, ApiError> {
        Ok(store::api_token::list(db.reads()).await?)
    }

    /// Puts a token on record, and signs it.
    async fn issue(
        &self,
        write: &Write<'_>,
        mut row: api_token::Model,
    ) -> Result<Issued, ApiError> {
        let (id, sub) = (row.id, row.user_id.unwrap_or(row.id));
        let signed = self.tokens.sign(id, sub, row.issued_at, row.expires_at);
        let Signed { token, kid } = signed.await?;
        row.kid = Some(kid);
        row.hint = token
            .len()
            .checked_sub(HINT)
            .and_then(|at| token.get(at..))
            .map(str::to_owned);
        let issued = Issued {
            id,
            token,
            expires_at: row.expires_at,
        };
        let made = Change::by(
            write.author,
            row.issued_at,
            (TABLE, id),
            ChangeKind::Created,
        );
        store::api_token::insert(write.tx, row).await?;
        change::record(write.tx, vec![made]).await?;
        Ok(issued)
    }

    /// A token of nobody for nothing, valid from now on for so many days.
    fn blank(&self, write: &Write<'_>, days: Option<u32>) -> Result<api_token::Model, ApiError> {
        let days = days.unwrap_or(self.days);
        let longest = self.longest_days;
        if !(1..=longest).contains(&days) {
            let problem = format!("must be from 1 to {longest}");
            return Err(ApiError::validation("days", problem));
        }
        let now = write.now;
        Ok(api_token::Model {
            id: Uuid::now_v7(),
            name: String::new(),
            user_id: None,
            roles: json!([]),
            scopes: json!([]),
            kid: None,
            issued_at: now,
            expires_at: now + TimeDelta::days(days.into()),
            revoked_at: None,
            last_used_at: None,
            created_by: None,
            hint: None,
            ip_allow: None,
            requests_per_minute: None,
            points_per_minute: None,
            rotated_from_id: None,
            issued_with_id: None,
        })
    }
}

/// The token with that id, if it is still valid and who asks may do `action` with it.
async fn valid(write: &Write<'_>, id: Uuid, action: &str) -> Result<api_token::Model, ApiError> {
    permit(write, id, action).await?;
    let token = store::api_token::find(write.tx, id).await?;
    let valid =
        |token: &api_token::Model| token.revoked_at.is_none() && token.expires_at > write.now;
    token.filter(valid).ok_or_else(missing)
}

/// Whether who asks may do `action` with the token of that id.
async fn permit(write: &Write<'_>, id: Uuid, action: &str) -> Result<(), ApiError> {
    let Some(viewer) = write.viewer else {
        return Ok(());
    };
    let entity = dataset().target("ApiToken")?;
    let doing = format!("{action} this token");
    reader::permit(write.tx, viewer, GlobalId { entity, id }, action, &doing).await
}
