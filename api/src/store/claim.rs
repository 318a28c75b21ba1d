//! Who may make the one row that something stands for: one at a time.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};

use super::bulk;

/// Has nobody else hold any of `names` until `tx` ends, and waits for whoever does. SQLite has one writer.
///
/// What is locked is a number that is made of a name: of 2,048, so that a list of a thousand rows fits into the
/// memory for locks. Two names of one number wait for one another without need. They are taken in one order, so
/// that no two wait for each other.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn lock(tx: &DatabaseTransaction, names: &BTreeSet<String>) -> Result<(), DbErr> {
    // The letters of "clai" are the class, which nobody else locks in.
    const LOCK: &str = "SELECT pg_advisory_xact_lock(x'636c6169'::int, n.number) FROM (SELECT DISTINCT \
        hashtext(k.item) & 2047 AS number FROM unnest($1::text::text[]) AS k(item) ORDER BY 1) AS n";
    let backend = tx.get_database_backend();
    if backend == DbBackend::Sqlite || names.is_empty() {
        return Ok(());
    }
    let list = bulk::list(backend, names.iter().map(String::as_str));
    tx.execute_raw(Statement::from_sql_and_values(backend, LOCK, [list]))
        .await?;
    Ok(())
}
