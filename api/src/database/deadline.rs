//! Stopping statements that run for too long, in the database and not only in the waiting.
//!
//! PostgreSQL does it by itself (`statement_timeout`). SQLite asks, every so many steps, whether it should
//! go on.

use std::time::{Duration, Instant};

use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{Error as SqlxError, Sqlite, SqliteConnection, error::DatabaseError, pool::PoolOptions},
};

/// How many steps SQLite makes between two questions: some hundredths of a millisecond.
const STEPS: i32 = 4096;
/// How much longer than the time that a request has it is waited for, so that the database, which stops
/// the statement in time, can say so.
const GRACE: Duration = Duration::from_millis(250);
/// PostgreSQL's `query_canceled`, which is also how a statement ends that took too long.
const POSTGRES_CANCELED: &str = "57014";
/// SQLite's `SQLITE_INTERRUPT`.
const SQLITE_INTERRUPTED: &str = "9";

tokio::task_local! {
    /// When the time of the request that is running is over.
    static DEADLINE: Instant;
}

/// Runs `request` for at most `limit`; `None` when its time is over. In SQLite its statements stop then;
/// in PostgreSQL each stops when it has run for as long as one may.
pub async fn within<T>(limit: Duration, request: impl Future<Output = T>) -> Option<T> {
    let deadline = Instant::now() + limit;
    let request = DEADLINE.scope(deadline, request);
    tokio::time::timeout(limit + GRACE, request).await.ok()
}

/// `work` with the time of the request that is running now, also where it runs apart from it.
pub(super) fn carried<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let deadline = DEADLINE.try_with(|deadline| *deadline);
    async move {
        match deadline {
            Ok(deadline) => DEADLINE.scope(deadline, work).await,
            Err(_outside) => work.await,
        }
    }
}

/// Whether the database stopped the statement because its time was over.
pub(super) fn was_stopped(error: &DbErr) -> bool {
    let (DbErr::Query(cause) | DbErr::Exec(cause) | DbErr::Conn(cause)) = error else {
        return false;
    };
    let RuntimeErr::SqlxError(cause) = cause else {
        return false;
    };
    let code = cause.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| [POSTGRES_CANCELED, SQLITE_INTERRUPTED].contains(&code.as_ref()))
}

/// Has every connection of a pool of SQLite stop at the end of the request that takes it, and after
/// `timeout` at the latest.
pub(super) fn enforce(pool: PoolOptions<Sqlite>, timeout: Duration) -> PoolOptions<Sqlite> {
    pool.after_connect(move |connection, _| Box::pin(arm(connection, timeout)))
        .before_acquire(move |connection, _| {
            Box::pin(async move {
                arm(connection, timeout).await?;
                Ok(true)
            })
        })
}

async fn arm(connection: &mut SqliteConnection, timeout: Duration) -> Result<(), SqlxError> {
    let latest = Instant::now() + timeout;
    let deadline = DEADLINE.try_with(|deadline| latest.min(*deadline));
    let deadline = deadline.unwrap_or(latest);
    let mut handle = connection.lock_handle().await?;
    handle.set_progress_handler(STEPS, move || Instant::now() < deadline);
    Ok(())
}
