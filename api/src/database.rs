//! The connections to the database: PostgreSQL, or an embedded SQLite file.

mod deadline;
mod fault;
pub mod migrations;
mod notices;
mod refusal;

use std::{
    str::FromStr,
    time::{Duration, Instant},
};

use sea_orm::{
    AccessMode, ConnAcquireErr, ConnectOptions, DatabaseConnection, DatabaseTransaction, DbBackend,
    DbErr, IsolationLevel, SqliteTransactionMode, TransactionOptions, TransactionTrait, metric,
    sqlx::{
        postgres::PgConnectOptions,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};

use crate::error::ApiError;

pub use deadline::{Term, Waiting, is_over, may_commit};
pub use refusal::Refusal;

/// Pages of SQLite's cache per connection: 16 MiB, as a negative number of kibibytes.
const SQLITE_CACHE: &str = "-16384";
/// How long a writer waits for another process that writes to the same SQLite file.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long before a writer asks again for a file that others just had to themselves.
const SQLITE_BUSY_PAUSE: Duration = Duration::from_millis(5);
/// How many statements a connection keeps, with their plans. They can be large.
const KEPT_STATEMENTS: usize = 32;
/// Connections of the reserve. What they are for takes less than a millisecond, but for one that listens to other
/// replicas.
const RESERVE: u32 = 3;
/// An idle PostgreSQL connection is tested before its next use after this long.
const TEST_AFTER_IDLE: Duration = Duration::from_mins(1);

/// How to connect.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:///path/to/file` or `postgres://user:password@host/database`.
    pub url: String,
    /// Connections that read; with PostgreSQL, as many may write. Two more are kept in reserve.
    pub max_connections: u32,
    /// How long a statement that reads may run before the database stops it; `None` is as long as it
    /// takes. SQLite stops it at the end of its request's [`Term`], if that is sooner. What writes is not
    /// stopped.
    pub read_timeout: Option<Duration>,
    /// How long to wait for a free connection.
    pub acquire_timeout: Duration,
    /// SQLite only: whether a commit waits until the disk has it (`synchronous=FULL`), so that what
    /// was acknowledged survives a power cut, or only until the operating system does.
    pub sqlite_full_sync: bool,
}

impl Options {
    /// What suits `url` on a small machine.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 12,
            read_timeout: None,
            acquire_timeout: Duration::from_secs(10),
            sqlite_full_sync: true,
        }
    }
}

/// The database, with a pool for reading and a way to write.
///
/// SQLite has one writer: its one connection queues writers fairly, where several would fail with
/// "database is locked". PostgreSQL has two pools, because what reads is stopped after a while, and may
/// do nothing but read. Both have a small one in reserve, so that nobody who reads keeps others from being
/// known.
#[derive(Clone, Debug)]
pub struct Database {
    read: DatabaseConnection,
    reserve: DatabaseConnection,
    write: DatabaseConnection,
}

impl Database {
    /// Connects, and creates the SQLite file where there is none.
    ///
    /// # Errors
    ///
    /// Returns [`DbErr`] when the URL makes no sense or the database cannot be reached.
    pub async fn connect(options: &Options) -> Result<Self, DbErr> {
        if options.url.starts_with("sqlite:") {
            let write = sqlite_writer(options).await?;
            let read = sqlite(options, options.max_connections, true);
            return Ok(Self {
                read: sea_orm::Database::connect(read).await?,
                reserve: sea_orm::Database::connect(sqlite(options, RESERVE, true)).await?,
                write,
            });
        }
        PgConnectOptions::from_str(&options.url).map_err(|_invalid| {
            DbErr::Custom("the database URL is not one of PostgreSQL or SQLite".into())
        })?;
        let connections = options.max_connections;
        let write = postgres(options, connections, false);
        let read = postgres(options, connections, true);
        let reserve = postgres(options, RESERVE, true);
        Ok(Self {
            write: sea_orm::Database::connect(write).await?,
            read: sea_orm::Database::connect(read).await?,
            reserve: sea_orm::Database::connect(reserve).await?,
        })
    }

    /// Which of the two it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.read.get_database_backend()
    }

    /// The connections that read.
    #[must_use]
    pub fn reads(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Connections that read, kept for what is short and must not wait for what callers read: who is
    /// calling, and whether the hub is well.
    #[must_use]
    pub fn reserve(&self) -> &DatabaseConnection {
        &self.reserve
    }

    /// The connections that write; only for migrations. Everything else writes in a transaction.
    #[must_use]
    pub fn writes(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Opens a transaction that may write. Dropping it without a commit takes everything back.
    ///
    /// # Errors
    ///
    /// Returns [`DbErr`] when the database fails or no connection comes free in time.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        begin(self.write.clone(), immediate).await
    }

    /// Opens a transaction that reads: all its statements see what its first one sees. Dropping it ends
    /// it.
    ///
    /// # Errors
    ///
    /// Returns [`DbErr`] when the database fails or no connection comes free in time.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = match self.backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
            // A transaction of SQLite is one anyway, and its connection reads only.
            _ => TransactionOptions::default(),
        };
        begin(self.read.clone(), options).await
    }

    /// Closes all connections, once what they do is done.
    pub async fn close(&self) {
        for connection in [&self.read, &self.reserve, &self.write] {
            // What cannot be closed is closed by the end of the process.
            let _closed = connection.close_by_ref().await;
        }
    }

    /// Calls `listener` after every statement. For tests that count them.
    pub fn on_statement<F>(&mut self, listener: F)
    where
        F: Fn(&metric::Info<'_>) + Clone + Send + Sync + 'static,
    {
        self.read.set_metric_callback(listener.clone());
        self.reserve.set_metric_callback(listener.clone());
        self.write.set_metric_callback(listener);
    }
}

impl From<DbErr> for ApiError {
    fn from(error: DbErr) -> Self {
        if deadline::was_stopped(&error) {
            return Self::Timeout;
        }
        if fault::gave_way(&error) {
            return Self::GaveWay;
        }
        if matches!(error, DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) {
            return Self::Unavailable;
        }
        fault::for_the_log(error)
    }
}

/// Opens a transaction, also when nobody waits for it any more: a connection that is given back between
/// `BEGIN` and its answer would give whoever gets it next a transaction that they do not know of.
async fn begin(
    connection: DatabaseConnection,
    options: TransactionOptions,
) -> Result<DatabaseTransaction, DbErr> {
    let opening = async move { connection.begin_with_options(options).await };
    let begun = tokio::spawn(deadline::carried(opening)).await;
    begun.map_err(|error| DbErr::Custom(format!("a transaction was not opened: {error}")))?
}

fn postgres(options: &Options, connections: u32, read_only: bool) -> ConnectOptions {
    let mut settings = vec![
        ("TimeZone", "UTC".to_owned()),
        // Statements are large and run for milliseconds; compiling them takes hundreds.
        ("jit", "off".to_owned()),
    ];
    if read_only {
        settings.push(("default_transaction_read_only", "on".to_owned()));
        if let Some(timeout) = options.read_timeout {
            settings.push(("statement_timeout", timeout.as_millis().to_string()));
        }
    }
    let mut connect = ConnectOptions::new(&options.url);
    connect
        .max_connections(connections)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .test_before_acquire_if_idle_for(TEST_AFTER_IDLE)
        .set_application_name("revhub")
        .sqlx_logging(false)
        // `timestamptz` is shown in UTC, whatever the server's default.
        .map_sqlx_postgres_opts(move |postgres| {
            postgres
                .options(settings.clone())
                .statement_cache_capacity(KEPT_STATEMENTS)
        });
    connect
}

/// The connection that writes. It makes the file one with a write-ahead log, which it stays.
///
/// Of several that do so with a new file at once, SQLite refuses all but one without waiting, whatever the busy
/// timeout: each reads what it is and keeps the others from changing it.
async fn sqlite_writer(options: &Options) -> Result<DatabaseConnection, DbErr> {
    let latest = Instant::now() + options.acquire_timeout;
    loop {
        match sea_orm::Database::connect(sqlite(options, 1, false)).await {
            Err(error) if fault::is_busy(&error) && Instant::now() < latest => {
                tokio::time::sleep(SQLITE_BUSY_PAUSE).await;
            }
            done => return done,
        }
    }
}

fn sqlite(options: &Options, connections: u32, read_only: bool) -> ConnectOptions {
    let synchronous = if options.sqlite_full_sync {
        SqliteSynchronous::Full
    } else {
        SqliteSynchronous::Normal
    };
    let mut connect = ConnectOptions::new(&options.url);
    connect
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = if read_only {
                sqlite
            } else {
                sqlite.journal_mode(SqliteJournalMode::Wal)
            };
            sqlite
                .create_if_missing(true)
                .synchronous(synchronous)
                .busy_timeout(SQLITE_BUSY_TIMEOUT)
                .foreign_keys(true)
                .with_regexp()
                .statement_cache_capacity(KEPT_STATEMENTS)
                .pragma("cache_size", SQLITE_CACHE)
                .pragma("query_only", if read_only { "ON" } else { "OFF" })
        });
    if read_only {
        let timeout = options.read_timeout;
        connect.map_sqlx_sqlite_pool_opts(move |pool| deadline::enforce(pool, timeout));
    }
    connect
}
