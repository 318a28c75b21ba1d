//! Doing once what is asked several times: by the key that comes with it.
//!
//! What was answered is written in the transaction of what was done, so that there is the one if and only if
//! there is the other, whenever the hub is killed. That something is running is said by locks that end with it.

use std::{
    collections::HashSet,
    fmt::Write as _,
    hash::{Hash as _, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::idempotency::Model;
use sea_orm::DatabaseTransaction;
use sha2::{Digest, Sha256};
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use crate::{
    auth::Viewer,
    clock::Clock,
    database::Database,
    error::{ApiError, Exceeded},
    reader::Reading,
    store,
};

/// The header with the key.
pub const HEADER: &str = "Idempotency-Key";
/// The longest key, in characters.
const LONGEST_KEY: usize = 255;
/// The longest answer that is kept, in bytes.
const LONGEST_ANSWER: usize = 1024 * 1024;
/// For how long one is.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// How often older ones are forgotten.
const SWEEP: Duration = Duration::from_mins(1);
/// How many of them in one transaction: for a few milliseconds nobody else writes on SQLite.
const MOST: u64 = 500;

/// A SHA-256.
pub type Hash = [u8; 32];

/// A key that a caller sent, known by its SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(Hash);

impl Key {
    /// The key that is written so.
    ///
    /// # Errors
    ///
    /// [`ApiError::Validation`] when it is none.
    pub fn parse(text: &[u8]) -> Result<Self, ApiError> {
        let fits = (1..=LONGEST_KEY).contains(&text.len());
        if !fits || !text.iter().all(u8::is_ascii_graphic) {
            let problem = format!("1 to {LONGEST_KEY} visible ASCII characters are required");
            return Err(ApiError::validation(HEADER, problem));
        }
        Ok(Self(Sha256::digest(text).into()))
    }
}

/// What is running here with a key. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Running(Arc<Mutex<HashSet<(Uuid, Key)>>>);

/// Something that is running with a key of a token, as long as this value lives.
#[derive(Debug)]
struct Claim {
    token: Uuid,
    key: Key,
    running: Running,
}

/// Something that is done once.
#[derive(Debug)]
pub struct Once {
    claim: Claim,
    body: Hash,
    view: Hash,
    now: DateTime<Utc>,
}

impl Running {
    /// Something that `viewer` asks at `now` to have done once, which `body` stands for.
    ///
    /// # Errors
    ///
    /// [`ApiError::IdempotencyInProgress`] when something with the key is running here.
    pub fn once(
        &self,
        viewer: &Viewer,
        now: DateTime<Utc>,
        (key, body): (Key, Hash),
    ) -> Result<Once, ApiError> {
        let claim = self.claim(viewer.token_id, key);
        Ok(Once {
            claim: claim.ok_or(ApiError::IdempotencyInProgress)?,
            body,
            view: view_hash(viewer),
            now,
        })
    }

    /// Notes that something is running with `key`; `None` where something is.
    fn claim(&self, token: Uuid, key: Key) -> Option<Claim> {
        self.lock().insert((token, key)).then(|| Claim {
            token,
            key,
            running: self.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<(Uuid, Key)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claim {
    /// By which number replicas lock the key.
    fn lock_number(&self) -> i64 {
        let digest = Sha256::new()
            .chain_update(self.token)
            .chain_update(self.key.0);
        let bytes = digest.finalize().into_iter().take(8);
        bytes.fold(0, |number, byte| (number << 8) | i64::from(byte))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.running.lock().remove(&(self.token, self.key));
    }
}

impl Once {
    /// Begins it, in the transaction of `reading`. If it was done before, this was the answer.
    ///
    /// # Errors
    ///
    /// [`ApiError::IdempotencyConflict`] when the key was used for something else, or by who saw something else;
    /// [`ApiError::IdempotencyInProgress`] when another replica is running it; others as [`Reading::lookup`].
    pub async fn begin(&self, reading: &Reading) -> Result<Option<String>, ApiError> {
        let number = self.claim.lock_number();
        let locked = reading.lookup(async |tx| store::idempotency::lock(&tx, number).await);
        if !locked.await? {
            return Err(ApiError::IdempotencyInProgress);
        }
        // Only now: whoever had the lock before has written it.
        let key = hexadecimal(&self.claim.key.0);
        let (key, since) = ((self.claim.token, key.as_str()), self.now - KEPT);
        let found = reading.lookup(async |tx| store::idempotency::find(&tx, key, since).await);
        let before = found.await?.map(|row| self.answered_with(row));
        before.transpose()
    }

    /// Keeps the answer, in the transaction of what was done.
    ///
    /// # Errors
    ///
    /// [`ApiError::LimitExceeded`] when it is too long; [`ApiError::Internal`] when the database fails.
    pub async fn keep(&self, tx: &DatabaseTransaction, answer: String) -> Result<(), ApiError> {
        let bytes = answer.len();
        if bytes > LONGEST_ANSWER {
            let number = |bytes| u64::try_from(bytes).unwrap_or(u64::MAX);
            return Err(ApiError::LimitExceeded(Exceeded {
                which: "idempotent_answer_bytes",
                limit: number(LONGEST_ANSWER),
                actual: number(bytes),
            }));
        }
        let row = Model {
            token_id: self.claim.token,
            key_hash: hexadecimal(&self.claim.key.0),
            body_hash: hexadecimal(&self.body),
            view_hash: hexadecimal(&self.view),
            answer,
            created_at: self.now,
        };
        if store::idempotency::put(tx, row, self.now - KEPT).await? {
            return Ok(());
        }
        Err(ApiError::internal("the same key was used at the same time"))
    }

    /// The answer that was given before, if it was to the same.
    fn answered_with(&self, row: Model) -> Result<String, ApiError> {
        let problem = if row.body_hash != hexadecimal(&self.body) {
            "this key was used for another request: use a new one for each thing that is to be done"
        } else if row.view_hash != hexadecimal(&self.view) {
            "this was done when your token showed or allowed something else, and the answer is not given again: \
             ask for what there is now"
        } else {
            return Ok(row.answer);
        };
        Err(ApiError::IdempotencyConflict { problem })
    }
}

/// What `viewer` sees and may do. Another version of the hub may have another hash of the same: then an answer
/// is not given again, and nothing is done twice either.
fn view_hash(viewer: &Viewer) -> Hash {
    let mut digest = Digester(Sha256::new());
    (&viewer.roles, &viewer.scopes, &viewer.view).hash(&mut digest);
    let reach = &viewer.reach;
    for ids in [&reach.team, &reach.territories, &reach.team_territories] {
        // The database gives them in any order.
        let mut ids = ids.clone();
        ids.sort_unstable();
        ids.hash(&mut digest);
    }
    digest.0.finalize().into()
}

/// A SHA-256 of what can be hashed.
struct Digester(Sha256);

impl Hasher for Digester {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Of no use here: it is too short.
    fn finish(&self) -> u64 {
        0
    }
}

fn hexadecimal(hash: &Hash) -> String {
    hash.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text never fails.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

/// Forgets answers that are older than a day, now and every minute. Ends when it is dropped.
pub async fn sweep(db: Database, clock: Clock) {
    let mut rounds = interval(SWEEP);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        if let Err(ApiError::Internal(error)) = forget(&db, clock.now()).await {
            tracing::warn!(%error, "answers that nobody asks for any more were not forgotten");
        }
    }
}

/// Forgets the answers that are a day old at `now`, some at a time. Says how many.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails; some may be forgotten.
pub async fn forget(db: &Database, now: DateTime<Utc>) -> Result<u64, ApiError> {
    let mut forgotten = 0;
    loop {
        let tx = db.begin().await?;
        let some = store::idempotency::forget(&tx, now - KEPT, MOST).await?;
        tx.commit().await?;
        forgotten += some;
        if some < MOST {
            return Ok(forgotten);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_visible_ascii() {
        let longest = "k".repeat(LONGEST_KEY);
        for key in [
            "a",
            "~",
            "!",
            "8e03978e-40d5-43dd-bc93-6894a57f9324",
            &longest,
        ] {
            assert!(Key::parse(key.as_bytes()).is_ok(), "{key}");
        }
        let longer = "k".repeat(LONGEST_KEY + 1);
        for other in ["", " ", "a b", "a\t", "ü", "\u{7f}", &longer] {
            let error = Key::parse(other.as_bytes()).unwrap_err();
            assert_eq!((error.code(), error.field()), ("VALIDATION", Some(HEADER)));
        }
        assert_ne!(Key::parse(b"a").unwrap(), Key::parse(b"A").unwrap());
    }

    #[test]
    fn a_key_of_a_token_is_claimed_by_one_at_a_time() {
        let running = Running::default();
        let (key, one, other) = (Key::parse(b"a").unwrap(), Uuid::from_u128(1), Uuid::nil());
        let claim = running.claim(one, key).unwrap();
        assert!(running.clone().claim(one, key).is_none());
        assert!(running.claim(other, key).is_some());
        drop(claim);
        assert!(running.claim(one, key).is_some());
        assert!(running.lock().is_empty());
    }
}
