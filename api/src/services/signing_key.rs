//! The life of the keys that sign tokens: registered, replaced, retired.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use entity::{change::ChangeKind, signing_key};
use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::json;
use uuid::Uuid;

use crate::{
    auth::{KeyFile, LEEWAY, PublicKey, SigningKey},
    change::{self, Author, Change},
    clock::Clock,
    database::Database,
    error::ApiError,
    store,
};

/// How long a rotation waits until every replica can learn of a key, and until a token that was being
/// signed is recorded. Longer than replicas go without asking about a key that they do not know.
const SETTLE: Duration = Duration::from_secs(2);
/// How long a replaced key stays at the least, so that replicas that still sign with it get the new one.
const SHORTEST: TimeDelta = TimeDelta::days(1);

/// How long the tokens of a replaced key are still good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// Until the last of them expires by itself, and a day at the least.
    LastToken,
    /// So many days.
    Days(u32),
}

/// What the table says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// It was not there before.
    New,
    /// It was there.
    Known {
        /// UTC; what it signed is refused from then on.
        retires_at: Option<DateTime<Utc>>,
    },
}

/// A key that was replaced or taken out of use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retirement {
    /// Which one.
    pub kid: String,
    /// UTC; its tokens are refused from then on.
    pub at: DateTime<Utc>,
    /// How many tokens would have been valid for longer.
    pub cut_off: u64,
}

/// A key, and how many tokens that it signed are valid.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The key.
    pub key: signing_key::Model,
    /// How many there are.
    pub tokens: u64,
}

/// Registers a key, so that tokens that it signed are let in. One that has retired stays so.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn register(
    db: &Database,
    now: DateTime<Utc>,
    key: PublicKey,
) -> Result<Registration, DbErr> {
    // Nearly every start finds its key there, and need not wait for who writes.
    if let Some(key) = store::signing_key::find(db.reserve(), &key.kid).await? {
        return Ok(Registration::Known {
            retires_at: key.retires_at,
        });
    }
    let id = Uuid::now_v7();
    let row = signing_key::Model {
        id,
        kid: key.kid,
        algorithm: key.algorithm,
        public_jwk: key.jwk,
        created_at: now,
        retires_at: None,
    };
    let tx = db.begin().await?;
    let registered = store::signing_key::insert(&tx, row).await?;
    if registered {
        change::record(&tx, vec![created(id, now)]).await?;
    }
    tx.commit().await?;
    Ok(if registered {
        Registration::New
    } else {
        // Another hub did it meanwhile.
        Registration::Known { retires_at: None }
    })
}

/// Puts a key for `algorithm`, or of the same kind, in the place of the one in `file`: registers it, waits
/// until every replica can know it, and only then has the hub sign with it. The old one retires after
/// `overlap`. No request fails meanwhile. Returns the `kid` of the new one, and what becomes of the old one.
///
/// # Errors
///
/// - [`ApiError::Internal`] when the file cannot be written, and when the database fails; where the file
///   was not replaced, nothing signs with the new key
pub async fn rotate(
    db: &Database,
    clock: &Clock,
    file: &KeyFile,
    algorithm: Option<signing_key::SigningAlgorithm>,
    overlap: Overlap,
) -> Result<(String, Retirement), ApiError> {
    let _one_at_a_time = file.lock().map_err(ApiError::internal)?;
    let old = public(&file.load().map_err(ApiError::internal)?)?;
    let key = file.generate(algorithm.unwrap_or(old.algorithm));
    let key = key.map_err(ApiError::internal)?;
    let new = public(&key)?;
    let kid = new.kid.clone();
    // First of all, because this is what fails where the folder cannot be written to.
    let draft = file.draft(&key).map_err(ApiError::internal)?;
    register(db, clock.now(), new).await?;
    tokio::time::sleep(SETTLE).await;
    if let Err(error) = draft.replace() {
        retire(db, clock.now(), &kid).await?;
        return Err(ApiError::internal(error));
    }
    tokio::time::sleep(SETTLE).await;
    let retirement = replaced(db, clock.now(), &old.kid, overlap).await?;
    Ok((kid, retirement))
}

/// Has a key that was replaced retire after `overlap`, unless it does so sooner anyway, or did before.
async fn replaced(
    db: &Database,
    now: DateTime<Utc>,
    kid: &str,
    overlap: Overlap,
) -> Result<Retirement, ApiError> {
    let tx = db.begin().await?;
    let old = store::signing_key::find(&tx, kid).await?;
    let retired_at = old.and_then(|old| old.retires_at).filter(|at| *at <= now);
    if let Some(at) = retired_at {
        return Ok(Retirement {
            kid: kid.to_owned(),
            at,
            cut_off: 0,
        });
    }
    let at = match overlap {
        Overlap::Days(days) => now + TimeDelta::days(days.into()),
        Overlap::LastToken => {
            let last = store::signing_key::last_expiry(&tx, kid, now).await?;
            let last = last.map_or(now, |expires_at| expires_at + LEEWAY);
            last.max(now + SHORTEST)
        }
    };
    let retirement = end(&tx, now, kid, at).await?;
    tx.commit().await?;
    Ok(retirement)
}

/// Has a key retire at `now`: the tokens that it signed are refused from then on.
///
/// # Errors
///
/// - [`ApiError::NotFound`] when there is no such key, or it has retired before
/// - [`ApiError::Internal`] when the database fails
pub async fn retire(db: &Database, now: DateTime<Utc>, kid: &str) -> Result<Retirement, ApiError> {
    let tx = db.begin().await?;
    let retirement = end(&tx, now, kid, now).await?;
    tx.commit().await?;
    Ok(retirement)
}

/// How many valid tokens would be refused if a key retired at `now`.
///
/// # Errors
///
/// - [`ApiError::NotFound`] when there is no such key, or it has retired before
/// - [`ApiError::Internal`] when the database fails
pub async fn valid_tokens(db: &Database, now: DateTime<Utc>, kid: &str) -> Result<u64, ApiError> {
    let key = store::signing_key::find(db.reads(), kid).await?;
    let in_use = key.is_some_and(|key| key.retires_at.is_none_or(|at| at > now));
    if !in_use {
        return Err(not_found(kid));
    }
    Ok(store::signing_key::count_tokens(db.reads(), kid, now).await?)
}

/// Lists the keys, oldest first.
///
/// # Errors
///
/// Returns [`ApiError::Internal`] when the database fails.
pub async fn list(db: &Database, now: DateTime<Utc>) -> Result<Vec<Listed>, ApiError> {
    let mut listed = Vec::new();
    for key in store::signing_key::list(db.reads()).await? {
        let tokens = store::signing_key::count_tokens(db.reads(), &key.kid, now).await?;
        listed.push(Listed { key, tokens });
    }
    Ok(listed)
}

/// Has a key that is in use retire at `at`, unless it does so sooner anyway, and records it.
async fn end(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    kid: &str,
    at: DateTime<Utc>,
) -> Result<Retirement, ApiError> {
    let key = store::signing_key::find(tx, kid).await?;
    let key = key.filter(|key| key.retires_at.is_none_or(|retires_at| retires_at > now));
    let key = key.ok_or_else(|| not_found(kid))?;
    if store::signing_key::retire(tx, kid, at).await? {
        change::record(tx, vec![retires(&key, now, at)]).await?;
    }
    let at = key.retires_at.map_or(at, |sooner| sooner.min(at));
    let cut_off = store::signing_key::count_tokens(tx, kid, at.max(now)).await?;
    // So that whoever looks at the tokens sees which of them end.
    store::api_token::cut_off(tx, kid, at).await?;
    Ok(Retirement {
        kid: key.kid,
        at,
        cut_off,
    })
}

fn public(key: &SigningKey) -> Result<PublicKey, ApiError> {
    PublicKey::of(key).map_err(ApiError::internal)
}

fn not_found(kid: &str) -> ApiError {
    ApiError::NotFound {
        what: format!("signing key {kid} that is in use; `revhub key list` has them"),
    }
}

fn created(id: Uuid, now: DateTime<Utc>) -> Change {
    let key = ("signing_key", id);
    Change::by(&Author::SYSTEM, now, key, ChangeKind::Created)
}

fn retires(key: &signing_key::Model, now: DateTime<Utc>, at: DateTime<Utc>) -> Change {
    let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
    Change {
        kind: ChangeKind::Updated,
        fields: Some(json!({ "retires_at": [key.retires_at.map(text), text(at)] })),
        ..created(key.id, now)
    }
}
