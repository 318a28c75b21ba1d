//! Word from one replica to the others that something was written: PostgreSQL's `LISTEN` and `NOTIFY`.
//!
//! It says that, and nothing else, and it may get lost: with its connection, or in a pooling proxy that does not pass
//! it on. So it is a reason to look now, and never the only one to look.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr,
    sqlx::{self, postgres::PgListener},
};
use tokio::{sync::Notify, time::sleep};

use super::Database;

/// What the word is sent on.
const CHANNEL: &str = "revhub_change";
const NOTIFY: &str = "SELECT pg_notify('revhub_change', '')";
/// How long it is waited before another connection is tried.
const AGAIN: Duration = Duration::from_secs(5);

impl Database {
    /// Tells other replicas that something was written. Where there are none, nothing is said.
    ///
    /// Not in the transaction that wrote: all transactions that say something commit one after the other.
    ///
    /// # Errors
    ///
    /// Returns [`DbErr`] when the database fails; then the others find it when they look by themselves.
    pub async fn tell_others(&self) -> Result<(), DbErr> {
        if self.backend() != DbBackend::Postgres {
            return Ok(());
        }
        self.write.execute_unprepared(NOTIFY).await.map(|_| ())
    }

    /// Wakes `somebody` whenever a replica has told the others that something was written, and when that may have
    /// got lost. Does not end.
    pub async fn hear_others(&self, somebody: &Notify) {
        if self.backend() != DbBackend::Postgres {
            return std::future::pending().await;
        }
        loop {
            if let Err(error) = self.listen(somebody).await {
                tracing::debug!(%error, "nothing is heard of other replicas for a while");
            }
            sleep(AGAIN).await;
        }
    }

    async fn listen(&self, somebody: &Notify) -> Result<(), sqlx::Error> {
        let pool = self.reserve.get_postgres_connection_pool();
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        loop {
            // `None` says that the connection was lost for a moment.
            let _word = listener.try_recv().await?;
            somebody.notify_one();
        }
    }
}
