//! Stopping statements that run for too long, in the database and not only in the waiting.
//!
//! PostgreSQL does it by itself (`statement_timeout`). SQLite asks, every so many steps, whether it should
//! go on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{
    DbErr,
    sqlx::{Error as SqlxError, Sqlite, SqliteConnection, pool::PoolOptions},
};

use super::fault;

/// How many steps SQLite makes between two questions: some hundredths of a millisecond.
const STEPS: i32 = 4096;
/// PostgreSQL's `query_canceled`, which is also how a statement ends that took too long.
const POSTGRES_CANCELED: &str = "57014";
/// SQLite's `SQLITE_INTERRUPT`.
const SQLITE_INTERRUPTED: &str = "9";

tokio::task_local! {
    /// How long the request that is running may.
    static TERM: Term;
}

/// Nobody waits for the answer any more.
const GIVEN_UP: u8 = 1;
/// Something was committed, or is just being.
const COMMITTED: u8 = 2;

/// How long the statements of a request may run: until its time is over, and no longer than somebody
/// waits for the answer.
#[derive(Clone, Debug, Default)]
pub struct Term {
    end: Option<Instant>,
    /// [`GIVEN_UP`] and [`COMMITTED`], of which that comes first which was decided first.
    state: Arc<AtomicU8>,
}

/// Somebody who waits for an answer, as long as this value lives.
#[derive(Debug)]
pub struct Waiting {
    state: Arc<AtomicU8>,
}

impl Term {
    /// A term that begins now and is over after `limit`, where there is one, and when the second value
    /// is dropped.
    #[must_use]
    pub fn new(limit: Option<Duration>) -> (Self, Waiting) {
        let term = Self {
            end: limit.map(|limit| Instant::now() + limit),
            state: Arc::default(),
        };
        let state = Arc::clone(&term.state);
        (term, Waiting { state })
    }

    /// Runs `request` in this term. When it is over, SQLite stops the statement that is running; in
    /// PostgreSQL each stops when it has run for as long as one may. No other begins.
    pub fn of<T>(self, request: impl Future<Output = T>) -> impl Future<Output = T> {
        TERM.scope(self, request)
    }

    /// The term of the request that is running now; one without an end where there is none.
    fn current() -> Self {
        TERM.try_with(Self::clone).unwrap_or_default()
    }

    fn is_over(&self) -> bool {
        self.state.load(Ordering::Relaxed) & GIVEN_UP != 0
            || self.end.is_some_and(|end| Instant::now() >= end)
    }

    /// Decides that something is committed, unless the term is over.
    fn commits(&self) -> bool {
        !self.is_over() && decide(&self.state, COMMITTED, GIVEN_UP)
    }
}

impl Waiting {
    /// Waits no more, unless something was committed: then there is an answer to wait for, which says so.
    #[must_use]
    pub fn gives_up(&self) -> bool {
        decide(&self.state, GIVEN_UP, COMMITTED)
    }
}

/// Sets `what` in `state` unless `other` was set before. Of two who do it at once, one does.
fn decide(state: &AtomicU8, what: u8, other: u8) -> bool {
    let decided = state.fetch_update(Ordering::AcqRel, Ordering::Acquire, |state| {
        (state & other == 0).then_some(state | what)
    });
    decided.is_ok()
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.state.fetch_or(GIVEN_UP, Ordering::Relaxed);
    }
}

/// Whether the term of the request that is running now is over, so that nothing should be read for it
/// any more.
#[must_use]
pub fn is_over() -> bool {
    Term::current().is_over()
}

/// Decides whether the request that is running now may commit, which is to be done at once then. It may not when
/// its term is over: who is told so can rely on it that nothing was written. And who waits is not told so any more
/// once it may.
#[must_use]
pub fn may_commit() -> bool {
    Term::current().commits()
}

/// `work` in the term of the request that is running now, also where it runs apart from it.
pub(super) fn carried<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    Term::current().of(work)
}

/// Whether the database stopped the statement because its time was over.
pub(super) fn was_stopped(error: &DbErr) -> bool {
    let code = fault::code(error);
    code.is_some_and(|code| [POSTGRES_CANCELED, SQLITE_INTERRUPTED].contains(&code.as_ref()))
}

/// Has every connection of a pool of SQLite stop at the end of the term of the request that takes it,
/// and after `timeout` at the latest.
pub(super) fn enforce(pool: PoolOptions<Sqlite>, timeout: Option<Duration>) -> PoolOptions<Sqlite> {
    pool.after_connect(move |connection, _| Box::pin(arm(connection, timeout)))
        .before_acquire(move |connection, _| {
            Box::pin(async move {
                arm(connection, timeout).await?;
                Ok(true)
            })
        })
}

async fn arm(
    connection: &mut SqliteConnection,
    timeout: Option<Duration>,
) -> Result<(), SqlxError> {
    let mut term = Term::current();
    let latest = timeout.map(|timeout| Instant::now() + timeout);
    term.end = term.end.into_iter().chain(latest).min();
    let mut handle = connection.lock_handle().await?;
    handle.set_progress_handler(STEPS, move || !term.is_over());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_committed_is_waited_for_and_what_is_given_up_is_not_committed() {
        let (term, waiting) = Term::new(None);
        assert!(term.commits());
        assert!(!waiting.gives_up() && !term.is_over());
        assert!(term.commits());
        drop(waiting);
        assert!(term.is_over() && !term.commits());

        let (term, waiting) = Term::new(None);
        assert!(waiting.gives_up());
        assert!(term.is_over() && !term.commits());

        let (term, waiting) = Term::new(Some(Duration::ZERO));
        assert!(!term.commits());
        assert!(waiting.gives_up());
    }
}
