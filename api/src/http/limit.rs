//! How long a request may take, and how many of one caller may run at the same time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix_web::rt::{self, time::timeout};
use tracing::Instrument;
use uuid::Uuid;

use crate::{database::Term, error::ApiError};

/// How much longer than the time that a request has it is waited for, so that the database, which stops
/// the statement in time, can say so.
const GRACE: Duration = Duration::from_millis(250);

/// The limits on running requests.
#[derive(Debug)]
pub(super) struct Limit {
    /// How long one may take; `None` is as long as it takes.
    time: Option<Duration>,
    /// How many of one token may run.
    most: u32,
    running: Arc<Running>,
}

/// How many requests of each token are running; those that have none are not in it.
type Running = Mutex<HashMap<Uuid, u32>>;

/// A request that is running. It counts as long as this value lives.
#[derive(Debug)]
pub(super) struct Slot {
    token: Uuid,
    running: Arc<Running>,
}

impl Limit {
    /// At most `most` requests of one token, each for at most `seconds`, where 0 is no limit.
    pub(super) fn new(most: u32, seconds: u64) -> Self {
        Self {
            time: (seconds > 0).then(|| Duration::from_secs(seconds)),
            most,
            running: Arc::default(),
        }
    }

    /// Lets one more request of `token` run.
    ///
    /// # Errors
    ///
    /// [`ApiError::TooManyRequests`] when as many are running as may.
    pub(super) fn enter(&self, token: Uuid) -> Result<Slot, ApiError> {
        let mut running = lock(&self.running);
        let count = running.entry(token).or_default();
        if *count >= self.most {
            return Err(ApiError::TooManyRequests { limit: self.most });
        }
        *count += 1;
        Ok(Slot {
            token,
            running: Arc::clone(&self.running),
        })
    }

    /// Waits for `executing`, for as long as it may take. It runs in a task of its own, to its end: the
    /// `slot` is taken as long as the database works for it, whether or not somebody waits.
    ///
    /// # Errors
    ///
    /// [`ApiError::Timeout`] when its time is over and it has committed nothing, which it then never does;
    /// [`ApiError::Internal`] when it panics.
    pub(super) async fn run<T: 'static>(
        &self,
        slot: Slot,
        executing: impl Future<Output = T> + 'static,
    ) -> Result<T, ApiError> {
        // Dropped with this future, when a caller hangs up.
        let (term, waiting) = Term::new(self.time);
        // It is large, and would be copied from future to future.
        let executing = Box::pin(term.of(executing));
        let task = async move {
            let result = executing.await;
            drop(slot);
            result
        };
        let mut running = rt::spawn(task.in_current_span());
        let in_time = match self.time {
            Some(time) => timeout(time + GRACE, &mut running).await,
            None => Ok((&mut running).await),
        };
        let ended = match in_time {
            Ok(ended) => ended,
            Err(_elapsed) if waiting.gives_up() => return Err(ApiError::Timeout),
            // Something was committed, and the answer says what.
            Err(_elapsed) => running.await,
        };
        ended.map_err(|_panic| {
            tracing::error!("a handler panicked");
            ApiError::internal("a handler panicked")
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut running = lock(&self.running);
        if let Some(count) = running.get_mut(&self.token) {
            *count -= 1;
            if *count == 0 {
                running.remove(&self.token);
            }
        }
    }
}

fn lock(running: &Running) -> MutexGuard<'_, HashMap<Uuid, u32>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_has_its_own_slots_and_gets_them_back() {
        let limit = Limit::new(2, 0);
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let first = limit.enter(one).unwrap();
        let second = limit.enter(one).unwrap();
        assert!(limit.enter(one).is_err());
        let third = limit.enter(other).unwrap();
        drop(first);
        let fourth = limit.enter(one).unwrap();
        assert!(limit.enter(one).is_err());
        drop((fourth, second, third));
        assert!(lock(&limit.running).is_empty());
    }
}
