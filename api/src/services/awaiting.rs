//! Working in the background: at instants, and when somebody has changed something.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::{sync::watch, time::sleep};

use super::news::{Bulletin, News};
use crate::{clock::Clock, error::ApiError};

/// How often one looks at the time: the machine's clock may be put forward.
const GLANCE: Duration = Duration::from_millis(500);
/// How long it is from one round to the next at the least: what is due may be in others' hands.
const PAUSE: Duration = Duration::from_millis(50);
/// How soon there is another round when the database has failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// What a round of work has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// Whether something has changed.
    pub changed: bool,
    /// UTC; when there is something to do next, as far as is known now.
    pub next: Option<DateTime<Utc>>,
}

/// What is done in rounds.
pub(super) trait Work: Send {
    /// Does what there is to do now.
    fn round(&mut self) -> impl Future<Output = Result<Round, ApiError>> + Send;
}

/// Makes one round of `work` after the other: at the instant that the last one named, and when rows of `tables` have changed,
/// whoever changed them. Ends when it is dropped.
pub(super) async fn rounds(
    clock: Clock,
    news: News,
    tables: &'static [&'static str],
    mut work: impl Work,
) {
    let mut bulletins = news.bulletins();
    loop {
        let seen = bulletins
            .borrow_and_update()
            .as_ref()
            .map_or(0, |it| it.number);
        let next = match work.round().await {
            Ok(round) => {
                if round.changed {
                    news.written();
                }
                round.next
            }
            Err(error) => {
                warn(&error, tables);
                sleep(AFTER_FAILURE).await;
                continue;
            }
        };
        sleep(PAUSE).await;
        tokio::select! {
            () = come(&clock, next) => {}
            () = changed(&mut bulletins, seen, tables) => {}
        }
    }
}

/// Tells the operator that work waits.
fn warn(error: &ApiError, tables: &[&str]) {
    match error {
        ApiError::Internal(cause) => {
            tracing::warn!(%cause, ?tables, "what is due waits until the database answers");
        }
        error => tracing::warn!(code = error.code(), ?tables, "what is due waits"),
    }
}

/// Waits until that instant has come; for ever where there is none.
async fn come(clock: &Clock, instant: Option<DateTime<Utc>>) {
    loop {
        let left = instant.map(|instant| instant - clock.now());
        let left = left.map(|left| left.to_std().unwrap_or_default());
        match left {
            Some(Duration::ZERO) => return,
            Some(left) => sleep(left.min(GLANCE)).await,
            None => return std::future::pending().await,
        }
    }
}

/// Waits until rows of `tables` have changed since the bulletin `seen`.
async fn changed(
    bulletins: &mut watch::Receiver<Option<Bulletin>>,
    seen: u64,
    tables: &'static [&'static str],
) {
    let tells = |bulletin: &Option<Bulletin>| {
        let bulletin = bulletin.as_ref();
        bulletin.is_some_and(|bulletin| bulletin.concerns(tables.iter().copied(), seen))
    };
    if bulletins.wait_for(tells).await.is_err() {
        // Nobody tells anything any more.
        std::future::pending::<()>().await;
    }
}
