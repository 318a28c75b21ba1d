//! Bringing the tables up to date, one replica at a time.

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use super::Database;

/// The advisory lock that a replica holds while it migrates: "revhub" in ASCII.
const LOCK: i64 = 0x7265_7668_7562;

/// Applies the migrations that are missing, all or none, and says how many there were.
///
/// Of several replicas that start at once, one migrates and the others wait for it and find nothing
/// to do. Both the lock and the changes live and die with one transaction, so a replica that is
/// killed half-way leaves neither behind.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails, or has migrations that this program does not know:
/// then it was used with a newer one.
pub async fn apply(database: &Database) -> Result<usize, DbErr> {
    if pending(database).await?.is_empty() {
        return Ok(0);
    }
    // On SQLite this takes the one write lock of the file.
    let tx = database.begin().await?;
    if database.backend() == DbBackend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({LOCK})");
        tx.execute_unprepared(&lock).await?;
    }
    let missing = Migrator::get_pending_migrations_read_only(&tx).await?.len();
    if missing > 0 {
        Migrator::up(&tx, None).await?;
    }
    tx.commit().await?;
    Ok(missing)
}

/// The names of the migrations that are missing, oldest first. Changes nothing.
///
/// # Errors
///
/// As [`apply`].
pub async fn pending(database: &Database) -> Result<Vec<String>, DbErr> {
    let pending = Migrator::get_pending_migrations_read_only(database.reserve()).await?;
    Ok(pending.iter().map(|m| m.name().to_owned()).collect())
}

/// The names of all migrations that this program knows, oldest first.
#[must_use]
pub fn known() -> Vec<String> {
    let files = Migrator::get_migration_files();
    files.iter().map(|m| m.name().to_owned()).collect()
}
