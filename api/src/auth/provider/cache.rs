//! The keys of a provider, kept: fetched when they are needed for the first time, again every hour, and when a
//! token names one that is not among them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::Algorithm;
use tokio::sync::watch;

use super::{
    Revision,
    fetch::Source,
    jwks::{Key, KeySet, library_name},
};
use crate::{
    auth::token::Refusal,
    clock::Clock,
    config::{self, SignatureAlgorithm},
};

/// How old keys may be before they are fetched again. They are used until the new ones are there.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// The least time between two fetches, whether they succeed or not, so that nobody can make the hub ask a
/// provider more often by tokens with keys that there are not.
const FLOOR: TimeDelta = TimeDelta::seconds(30);

/// The keys of a provider, and when they were fetched.
#[derive(Debug)]
pub(super) struct Cache {
    source: Source,
    issuer: String,
    allowed: Vec<SignatureAlgorithm>,
    clock: Clock,
    revision: Revision,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    keys: Arc<KeySet>,
    /// What they were read from.
    document: Vec<u8>,
    /// When the keys were fetched; never, while there are none.
    fetched_at: Option<DateTime<Utc>>,
    /// When the last fetch began.
    tried_at: Option<DateTime<Utc>>,
    /// Closed once the fetch that is under way is over.
    under_way: Option<watch::Receiver<()>>,
}

impl Cache {
    /// Nothing yet, of what `provider` publishes at `source`; `revision` counts how often that changes.
    pub(super) fn new(
        source: Source,
        provider: &config::Provider,
        clock: Clock,
        revision: Revision,
    ) -> Self {
        Self {
            source,
            issuer: provider.issuer.clone(),
            allowed: provider.algorithms.clone(),
            clock,
            revision,
            state: Mutex::default(),
        }
    }

    /// The key with this id for this algorithm. Waits for a fetch only where there is no such key.
    ///
    /// # Errors
    ///
    /// Returns the [`Refusal`] when there is none, or the provider could not be asked.
    pub(super) async fn find(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Key, Refusal> {
        if !self
            .allowed
            .iter()
            .any(|allowed| library_name(*allowed) == algorithm)
        {
            return Err(Refusal::Header("its algorithm is none that is taken"));
        }
        let (keys, fetched_at) = self.known();
        if let Some(key) = keys.find(id, algorithm) {
            if fetched_at.is_none_or(|at| self.is_past(at, FRESH)) {
                // Whoever comes next may have the new ones.
                let _not_waited_for = self.refresh();
            }
            return Ok(key.clone());
        }
        if let Some(mut over) = self.refresh() {
            let _closed = over.changed().await;
        }
        match self.known() {
            (keys, Some(_fetched)) => {
                let key = keys.find(id, algorithm).cloned();
                key.ok_or(Refusal::Identity("its provider has no such key"))
            }
            (_, None) => Err(Refusal::KeysUnavailable),
        }
    }

    /// Fetches the keys now, whenever that was done before, and says how many can be used.
    ///
    /// # Errors
    ///
    /// Says what is wrong.
    pub(super) async fn probe(&self) -> Result<usize, String> {
        let document = self.source.fetch().await?;
        match KeySet::parse(&document, &self.allowed)?.len() {
            0 => Err("none of its keys can be used".to_owned()),
            count => Ok(count),
        }
    }

    fn known(&self) -> (Arc<KeySet>, Option<DateTime<Utc>>) {
        let state = self.state();
        (Arc::clone(&state.keys), state.fetched_at)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether `span` has passed since `instant`; or the clock was set back, so that nobody can know.
    fn is_past(&self, instant: DateTime<Utc>, span: TimeDelta) -> bool {
        (self.clock.now() - instant).abs() >= span
    }

    /// Begins a fetch, unless one is under way or was a moment ago. What is returned is closed once the one
    /// that is under way is over.
    fn refresh(self: &Arc<Self>) -> Option<watch::Receiver<()>> {
        let mut state = self.state();
        let under_way = state.under_way.as_ref();
        // Closed already: the fetch was cut off with the thread that it ran on.
        if let Some(under_way) = under_way.filter(|over| over.has_changed().is_ok()) {
            return Some(under_way.clone());
        }
        if state.tried_at.is_some_and(|at| !self.is_past(at, FLOOR)) {
            return None;
        }
        state.tried_at = Some(self.clock.now());
        let (done, over) = watch::channel(());
        state.under_way = Some(over.clone());
        // A task of its own, which goes on when whoever began it hangs up.
        let cache = Arc::clone(self);
        tokio::spawn(async move {
            cache.fetch().await;
            drop(done);
        });
        Some(over)
    }

    /// Fetches the keys and puts them in the place of the old ones; those stay when it fails.
    async fn fetch(&self) {
        let fetched = self.source.fetch().await;
        let fetched = fetched.and_then(|document| {
            let keys = KeySet::parse(&document, &self.allowed)?;
            Ok((keys, document))
        });
        let (issuer, mut state) = (&self.issuer, self.state());
        state.under_way = None;
        match fetched {
            Ok((keys, document)) => {
                let count = keys.len();
                if count == 0 {
                    tracing::warn!(issuer, "none of the identity provider's keys can be used");
                } else {
                    tracing::debug!(issuer, count, "fetched the identity provider's keys");
                }
                state.keys = Arc::new(keys);
                if state.document != document {
                    state.document = document;
                    self.revision.fetch_add(1, Ordering::Release);
                }
                state.fetched_at = Some(self.clock.now());
            }
            Err(problem) => {
                let kept = state.keys.len();
                tracing::warn!(
                    issuer,
                    problem,
                    kept,
                    "the identity provider's keys could not be fetched"
                );
            }
        }
    }
}
