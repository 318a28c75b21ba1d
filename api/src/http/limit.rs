//! How long a request may take, and how many of one caller may run at the same time.

use std::time::Duration;

use actix_web::rt::{self, time::timeout};
use tracing::Instrument;
use uuid::Uuid;

use super::slots::{self, Slots};
use crate::{database::Term, error::ApiError};

/// How much longer than the time that a request has it is waited for, so that the database, which stops
/// the statement in time, can say so.
const GRACE: Duration = Duration::from_millis(250);

/// The limits on running requests.
#[derive(Debug)]
pub(super) struct Limit {
    /// How long one may take; `None` is as long as it takes.
    time: Option<Duration>,
    /// How many of one caller may run.
    running: Slots<Uuid>,
}

/// A request that is running. It counts as long as this value lives.
pub(super) type Slot = slots::Slot<Uuid>;

impl Limit {
    /// At most `most` requests of one caller, each for at most `seconds`, where 0 is no limit.
    pub(super) fn new(most: u32, seconds: u64) -> Self {
        Self {
            time: (seconds > 0).then(|| Duration::from_secs(seconds)),
            running: Slots::new(most),
        }
    }

    /// Lets one more request of `caller` run.
    ///
    /// # Errors
    ///
    /// [`ApiError::TooManyRequests`] when as many are running as may.
    pub(super) fn enter(&self, caller: Uuid) -> Result<Slot, ApiError> {
        let limit = self.running.most();
        let slot = self.running.take(caller);
        slot.ok_or(ApiError::TooManyRequests { limit })
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
