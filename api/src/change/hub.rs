//! Whether the log is still where it was written.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use crate::database::Database;

/// The advisory lock that a replica holds meanwhile: "revfeed" in ASCII.
const LOCK: &str = "SELECT pg_advisory_xact_lock(32199706543482212)";

/// Says of a moved log that it is another one, where it is.
const MOVED: &str = "WITH here AS (SELECT system_identifier || '/' || oid AS identity \
     FROM pg_control_system(), pg_database WHERE datname = current_database()) \
    UPDATE hub SET feed_id = gen_random_uuid(), database_identity = here.identity FROM here \
    WHERE hub.database_identity <> here.identity";

/// What another database wrote was committed before anybody looks here: transaction 0 was, to every snapshot.
const OLD: &str = "UPDATE change SET transaction_id = 0 WHERE transaction_id <> 0";

/// Makes the log one of its own where it was restored into another database than it was written in: the transactions
/// that its changes name mean nothing there. Whether it was; positions of before are refused then.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn settle(database: &Database) -> Result<bool, DbErr> {
    if database.backend() != DbBackend::Postgres {
        return Ok(false);
    }
    let tx = database.begin().await?;
    tx.execute_unprepared(LOCK).await?;
    let moved = tx.execute_unprepared(MOVED).await?.rows_affected() > 0;
    if moved {
        tx.execute_unprepared(OLD).await?;
    }
    tx.commit().await?;
    Ok(moved)
}
