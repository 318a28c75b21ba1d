//! The public keys that tokens are checked with: a table, and what this replica remembers of it.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::signing_key::{Model, SigningAlgorithm};
use sea_orm::DbErr;
use serde_json::Value as Json;
use tokio::sync::Mutex;

use super::{
    jwk::{self, DecodingKey},
    token::Refusal,
};
use crate::{clock::Clock, database::Database, store};

/// The table is read at most once in this time, however many tokens name keys that are not known.
const FLOOR: TimeDelta = TimeDelta::seconds(1);
/// What is remembered is read again after this time, in case nobody told of a change.
const LONGEST: TimeDelta = TimeDelta::minutes(1);

/// The keys of the table, in memory. Cheap to clone; clones share what they remember.
#[derive(Clone)]
pub struct Keyring(Arc<Shared>);

struct Shared {
    database: Database,
    clock: Clock,
    known: RwLock<Arc<Known>>,
    /// Held by the one who reads the table.
    reading: Mutex<()>,
}

/// What one look at the table found.
#[derive(Default)]
struct Known {
    keys: HashMap<String, Arc<Key>>,
    /// When the look began; `None`: nobody has looked yet.
    looked_at: Option<DateTime<Utc>>,
    /// Whether the database did not answer; the keys are those of an earlier look then.
    failed: bool,
}

/// A key that checks tokens.
pub(super) struct Key {
    /// For the library.
    pub(super) check: DecodingKey,
    /// The one algorithm that it checks.
    pub(super) algorithm: SigningAlgorithm,
    /// UTC; what it signed is refused from then on.
    pub(super) retires_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    jwk: Json,
}

impl Key {
    /// Whether what it signed is refused at `now`.
    pub(super) fn is_retired(&self, now: DateTime<Utc>) -> bool {
        self.retires_at.is_some_and(|retires_at| retires_at <= now)
    }
}

impl Keyring {
    /// The keys in the table of `database`. Nothing is read yet.
    #[must_use]
    pub fn new(database: Database, clock: Clock) -> Self {
        Self(Arc::new(Shared {
            database,
            clock,
            known: RwLock::default(),
            reading: Mutex::default(),
        }))
    }

    /// Reads the table, whenever it was read before: for whoever knows that it has changed.
    ///
    /// # Errors
    ///
    /// Returns [`DbErr`] when the database fails; what was known stays.
    pub async fn reload(&self) -> Result<(), DbErr> {
        let _one_at_a_time = self.0.reading.lock().await;
        self.read().await
    }

    /// The keys that have not retired, oldest first, as JWKs. What the table has said in the last second
    /// is not asked again; when the database fails, the keys are those of before.
    pub async fn published(&self) -> Vec<Json> {
        let known = self.renewed(FLOOR).await;
        let now = self.0.clock.now();
        let mut keys: Vec<_> = known
            .keys
            .iter()
            .filter(|(_, key)| !key.is_retired(now))
            .collect();
        keys.sort_by_key(|(kid, key)| (key.created_at, *kid));
        keys.into_iter().map(|(_, key)| key.jwk.clone()).collect()
    }

    /// The key that a token names. One that is not known is looked for in the table, unless that was
    /// done a moment ago: what strangers write costs one statement a second.
    ///
    /// # Errors
    ///
    /// - [`Refusal::UnknownKey`] when there is none
    /// - [`Refusal::KeysUnavailable`] when the database did not say
    pub(super) async fn find(&self, kid: &str) -> Result<Arc<Key>, Refusal> {
        if !jwk::is_thumbprint(kid) {
            return Err(Refusal::UnknownKey);
        }
        let mut known = self.known();
        if !known.keys.contains_key(kid) {
            known = self.renewed(FLOOR).await;
        } else if self.is_due(&known, LONGEST)
            && let Ok(_nobody_else_does) = self.0.reading.try_lock()
        {
            known = self.look().await;
        }
        match known.keys.get(kid) {
            Some(key) => Ok(Arc::clone(key)),
            None if known.failed => Err(Refusal::KeysUnavailable),
            None => Err(Refusal::UnknownKey),
        }
    }

    /// The key of this hub's own file, for signing; `None` when it is not in the table.
    ///
    /// # Errors
    ///
    /// Returns [`DbErr`] when it is not known and the database fails.
    pub(super) async fn own(&self, kid: &str) -> Result<Option<Arc<Key>>, DbErr> {
        if !self.known().keys.contains_key(kid) {
            self.reload().await?;
        }
        Ok(self.known().keys.get(kid).cloned())
    }

    /// What is known, of a look that is not older than `oldest`. Of many who want that at once, one
    /// looks.
    async fn renewed(&self, oldest: TimeDelta) -> Arc<Known> {
        let _one_at_a_time = self.0.reading.lock().await;
        let known = self.known();
        if self.is_due(&known, oldest) {
            return self.look().await;
        }
        known
    }

    /// Looks at the table, for whoever can do with what was known before.
    async fn look(&self) -> Arc<Known> {
        if let Err(error) = self.read().await {
            tracing::warn!(%error, "the public keys cannot be read; those that are known stay");
        }
        self.known()
    }

    fn is_due(&self, known: &Known, oldest: TimeDelta) -> bool {
        // A clock that was set back makes a look that lies in the future: that says nothing.
        known.looked_at.is_none_or(|looked_at| {
            let age = self.0.clock.now() - looked_at;
            age < TimeDelta::zero() || age >= oldest
        })
    }

    fn known(&self) -> Arc<Known> {
        let known = self.0.known.read();
        Arc::clone(&known.unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the table. What was found is as old as the beginning of that: what is written meanwhile may
    /// be missing. A failure is as old as its end, so that nobody asks a database that is down too often.
    async fn read(&self) -> Result<(), DbErr> {
        let begun = self.0.clock.now();
        let rows = store::signing_key::list(self.0.database.reserve()).await;
        let (keys, looked_at, outcome) = match rows {
            Ok(rows) => (rows.into_iter().filter_map(key).collect(), begun, Ok(())),
            Err(error) => (self.known().keys.clone(), self.0.clock.now(), Err(error)),
        };
        let known = Known {
            keys,
            looked_at: Some(looked_at),
            failed: outcome.is_err(),
        };
        let mut place = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        *place = Arc::new(known);
        outcome
    }
}

/// The key of a row, by its `kid`. A row that no hub wrote is left out.
fn key(row: Model) -> Option<(String, Arc<Key>)> {
    let Some(check) = jwk::decoding_key(&row) else {
        tracing::warn!(
            kid = row.kid,
            "a row of signing_key is not the key that it names"
        );
        return None;
    };
    let key = Key {
        check,
        algorithm: row.algorithm,
        retires_at: row.retires_at,
        created_at: row.created_at,
        jwk: row.public_jwk,
    };
    Some((row.kid, Arc::new(key)))
}

#[cfg(test)]
mod tests;
