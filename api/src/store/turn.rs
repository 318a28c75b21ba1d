//! The turn of those who had to give way to others: one after the other.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr};

/// Waits until nobody else has the turn, and has it until `tx` ends. SQLite has one writer, who gives way to nobody.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn take(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        // Any first number does under which nobody else locks; these are the letters of "turn".
        let sql = "SELECT pg_advisory_xact_lock(x'7475726e'::int, 0)";
        tx.execute_unprepared(sql).await?;
    }
    Ok(())
}
