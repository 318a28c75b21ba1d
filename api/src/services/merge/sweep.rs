//! Forgetting how rows were before they were merged, once a merge cannot be undone any more: it is data of people.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::{MissedTickBehavior, interval};

use crate::{clock::Clock, database::Database, error::ApiError, store::merge as store};

use super::UNDOABLE;

/// How often it is looked for such merges.
const SWEEP: Duration = Duration::from_hours(1);

/// Forgets how rows were before merges that cannot be undone any more, now and every hour. Ends when it is dropped.
pub async fn sweep(db: Database, clock: Clock) {
    let mut rounds = interval(SWEEP);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        if let Err(ApiError::Internal(error)) = forget(&db, clock.now()).await {
            tracing::warn!(%error, "what was before old merges was not forgotten");
        }
    }
}

/// Forgets how rows were before the merges that cannot be undone any more at `now`. Says how many those are.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails; nothing is forgotten then.
pub async fn forget(db: &Database, now: DateTime<Utc>) -> Result<u64, ApiError> {
    let tx = db.begin().await?;
    let forgotten = store::forget(&tx, now - UNDOABLE, now).await?;
    tx.commit().await?;
    Ok(forgotten)
}
