//! Callers who were looked up before, so that a token costs no statement as long as nothing changes.
//!
//! Whoever is in here is as the database says, or was less than a second ago: somebody follows the change
//! log and says what to forget. When nobody has looked there for a second, nobody is known.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use uuid::Uuid;

use super::viewer::Viewer;

/// How long it may be since somebody looked what changed.
const FRESH: Duration = Duration::from_secs(1);
/// How long a caller is known, for what changes behind the hub's back.
const KEPT: Duration = Duration::from_mins(5);
/// How many callers are known. With more, all are looked up again.
const MOST: usize = 65_536;

/// A token by its SHA-256: the token itself is kept nowhere.
pub(super) type Fingerprint = [u8; 32];

/// The callers who are known. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Known {
    state: Arc<RwLock<State>>,
    used: Arc<Mutex<HashSet<Uuid>>>,
    /// How often something was forgotten, for who waits for it.
    forgotten: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    callers: HashMap<Fingerprint, Arc<KnownCaller>>,
    /// How often something was forgotten.
    round: u64,
    /// When somebody last began to look what changed.
    looked_at: Option<Instant>,
}

/// Who comes with a token, and when and from where.
#[derive(Clone, Debug)]
pub(super) struct KnownCaller {
    pub(super) viewer: Viewer,
    /// The networks that the token may be used from; `None` is from anywhere.
    pub(super) networks: Option<Vec<IpNet>>,
    /// UTC; valid from then on.
    pub(super) from: DateTime<Utc>,
    /// UTC; not valid from then on, but for what the clocks of others may differ.
    pub(super) until: DateTime<Utc>,
    /// UTC; ended by the hub then, whatever the token says.
    pub(super) ends_at: Option<DateTime<Utc>>,
    pub(super) looked_up_at: Instant,
    /// The keys of identity providers that it was checked with; `None` for a token of the hub.
    pub(super) revision: Option<u64>,
}

/// What is not known any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outdated {
    /// The callers with these tokens; none is possible.
    Tokens(Vec<Uuid>),
    /// Everybody.
    All,
}

impl KnownCaller {
    /// Whether the token may be used from there.
    pub(super) fn may_call_from(&self, address: Option<IpAddr>) -> bool {
        let Some(networks) = &self.networks else {
            return true;
        };
        address.is_some_and(|address| networks.iter().any(|network| network.contains(&address)))
    }
}

/// What `token` is known by.
pub(super) fn fingerprint(token: &str) -> Fingerprint {
    Sha256::digest(token).into()
}

impl Known {
    /// Who comes with that token, if that is known.
    pub(super) fn caller(&self, token: &Fingerprint) -> Option<Arc<KnownCaller>> {
        let state = self.read();
        let caller = state.fresh_callers()?.get(token)?;
        (caller.looked_up_at.elapsed() < KEPT).then(|| Arc::clone(caller))
    }

    /// The round in which who is looked up now may be kept; `None` when nobody looks what changes.
    pub(super) fn round(&self) -> Option<u64> {
        let state = self.read();
        state.fresh_callers().map(|_| state.round)
    }

    /// Keeps who was looked up, unless something was forgotten since that `round` began: it may be they.
    pub(super) fn keep(&self, token: Fingerprint, caller: KnownCaller, round: u64) {
        let mut state = self.write();
        if state.round != round {
            return;
        }
        if state.callers.len() >= MOST {
            state.callers.clear();
        }
        state.callers.insert(token, Arc::new(caller));
    }

    /// Forgets at once: what was just changed here holds from the next request on.
    pub fn forget(&self, outdated: &Outdated) {
        let round = self.write().forget(outdated);
        self.forgotten.send_replace(round);
    }

    /// Says each time that somebody is forgotten, to whoever goes on with a caller who was known then.
    #[must_use]
    pub fn forgotten(&self) -> watch::Receiver<u64> {
        self.forgotten.subscribe()
    }

    /// Forgets what the change log says, where somebody began to look at `began`.
    pub fn heard(&self, began: Instant, outdated: &Outdated) {
        let mut state = self.write();
        let something = *outdated != Outdated::Tokens(Vec::new());
        let round = something.then(|| state.forget(outdated));
        state.looked_at = Some(began);
        drop(state);
        if let Some(round) = round {
            self.forgotten.send_replace(round);
        }
    }

    /// Remembers that a token of the hub was used.
    pub(super) fn used(&self, token: Uuid) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.insert(token);
    }

    /// The tokens that were used since the last call.
    #[must_use]
    pub fn take_used(&self) -> Vec<Uuid> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.drain().collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn fresh_callers(&self) -> Option<&HashMap<Fingerprint, Arc<KnownCaller>>> {
        let fresh = self.looked_at.is_some_and(|at| at.elapsed() < FRESH);
        fresh.then_some(&self.callers)
    }

    /// Forgets, and says which round it is from now on.
    fn forget(&mut self, outdated: &Outdated) -> u64 {
        self.round += 1;
        match outdated {
            Outdated::All => self.callers.clear(),
            Outdated::Tokens(ids) => self
                .callers
                .retain(|_, caller| !ids.contains(&caller.viewer.token_id)),
        }
        self.round
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        auth::{Allowance, Reach},
        views::View,
    };

    fn caller(token_id: Uuid) -> KnownCaller {
        KnownCaller {
            viewer: Viewer {
                user_id: None,
                token_id,
                name: "somebody".to_owned(),
                roles: Vec::new(),
                scopes: Vec::new(),
                viewed_as: None,
                address: None,
                allowance: Allowance::default(),
                makes_tokens: false,
                view: Arc::new(View::default()),
                reach: Arc::new(Reach::default()),
            },
            networks: None,
            from: DateTime::UNIX_EPOCH,
            until: DateTime::UNIX_EPOCH,
            ends_at: None,
            looked_up_at: Instant::now(),
            revision: None,
        }
    }

    const NOTHING: Outdated = Outdated::Tokens(Vec::new());

    #[test]
    fn who_was_looked_up_is_known_until_they_change() {
        let known = Known::default();
        known.heard(Instant::now(), &NOTHING);
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for (token, id) in [("one", one), ("other", other)] {
            let round = known.round().unwrap();
            known.keep(fingerprint(token), caller(id), round);
        }
        known.heard(Instant::now(), &NOTHING);
        assert!(known.caller(&fingerprint("one")).is_some());
        known.heard(Instant::now(), &Outdated::Tokens(vec![one]));
        assert!(known.caller(&fingerprint("one")).is_none());
        assert!(known.caller(&fingerprint("other")).is_some());
        known.forget(&Outdated::All);
        assert!(known.caller(&fingerprint("other")).is_none());
    }

    #[test]
    fn who_was_looked_up_while_something_changed_is_not_kept() {
        let known = Known::default();
        known.heard(Instant::now(), &NOTHING);
        let round = known.round().unwrap();
        known.forget(&Outdated::Tokens(vec![Uuid::from_u128(1)]));
        known.keep(fingerprint("one"), caller(Uuid::from_u128(1)), round);
        assert!(known.caller(&fingerprint("one")).is_none());
    }

    #[test]
    fn nobody_is_known_while_nobody_looks_what_changes() {
        let known = Known::default();
        assert!(known.round().is_none());
        known.heard(Instant::now(), &NOTHING);
        let round = known.round().unwrap();
        known.keep(fingerprint("one"), caller(Uuid::from_u128(1)), round);
        let long_ago = Instant::now().checked_sub(FRESH).unwrap();
        known.heard(long_ago, &NOTHING);
        assert!(known.caller(&fingerprint("one")).is_none());
        assert!(known.round().is_none());
        known.heard(Instant::now(), &NOTHING);
        assert!(known.caller(&fingerprint("one")).is_some());
    }

    #[test]
    fn who_waits_is_told_when_somebody_is_forgotten() {
        let known = Known::default();
        let mut forgotten = known.forgotten();
        known.heard(Instant::now(), &NOTHING);
        assert!(!forgotten.has_changed().unwrap());
        known.heard(Instant::now(), &Outdated::Tokens(vec![Uuid::nil()]));
        assert!(forgotten.has_changed().unwrap());
        forgotten.mark_unchanged();
        known.forget(&Outdated::All);
        assert!(forgotten.has_changed().unwrap());
    }

    #[test]
    fn a_token_may_be_used_from_its_networks_only() {
        let mut bound = caller(Uuid::nil());
        assert!(bound.may_call_from(None));
        bound.networks = Some(vec!["192.0.2.0/24".parse().unwrap()]);
        let from = |address: &str| bound.may_call_from(Some(address.parse().unwrap()));
        assert!(from("192.0.2.9"));
        assert!(!from("192.0.3.9") && !from("::1"));
        assert!(!bound.may_call_from(None));
    }
}
