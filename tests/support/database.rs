//! A database for one test, on every engine that there is.
//!
//! A test of what the database does is written once, over [`each_database`].

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot have its database fails, and says which one it was"
)]

use std::{iter, thread};

use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use crate::{
    postgres::{Cluster, PostgresDatabase},
    sqlite::SqliteDatabase,
};

/// A database of one test, on one engine; it is removed with this value.
#[derive(Debug)]
pub enum TestDatabase {
    /// A file.
    Sqlite(SqliteDatabase),
    /// A database in the cluster of this process.
    Postgres(PostgresDatabase),
}

impl TestDatabase {
    /// Where it is, as the hub's settings want it.
    #[must_use]
    pub fn url(&self) -> &str {
        match self {
            Self::Sqlite(database) => database.url(),
            Self::Postgres(database) => database.url(),
        }
    }

    /// Connects to it.
    ///
    /// # Panics
    ///
    /// When the database does not answer.
    pub async fn connect(&self) -> DatabaseConnection {
        let options = ConnectOptions::new(self.url())
            .max_connections(4)
            .to_owned();
        Database::connect(options)
            .await
            .expect("the database answers")
    }
}

/// A database with the tables of the hub on SQLite, then one on PostgreSQL where it is installed.
///
/// # Panics
///
/// When an engine does not give one.
pub fn each_database() -> impl Iterator<Item = TestDatabase> {
    iter::once_with(|| TestDatabase::Sqlite(SqliteDatabase::migrated()))
        .chain(on_postgres(Cluster::migrated_database))
        .inspect(announce)
}

/// As [`each_database`], and without tables.
///
/// # Panics
///
/// When an engine does not give one.
pub fn each_empty_database() -> impl Iterator<Item = TestDatabase> {
    iter::once_with(|| TestDatabase::Sqlite(SqliteDatabase::empty()))
        .chain(on_postgres(Cluster::empty_database))
        .inspect(announce)
}

fn on_postgres(
    make: fn(&'static Cluster) -> PostgresDatabase,
) -> impl Iterator<Item = TestDatabase> {
    iter::once_with(Cluster::shared)
        .flatten()
        .map(move |cluster| TestDatabase::Postgres(make(cluster)))
}

/// The test harness shows it when the test fails.
fn announce(database: &TestDatabase) {
    println!("on {}", database.url());
}

/// Runs `future` to its end on a thread and a runtime of its own, so that it can be waited for
/// inside another runtime, and in `drop`.
pub(crate) fn wait_for<T: Send>(future: impl Future<Output = T> + Send) -> T {
    thread::scope(|scope| {
        scope
            .spawn(|| {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime can be made")
                    .block_on(future)
            })
            .join()
            .expect("the thread does not panic")
    })
}
