//! Recycled leads go on by themselves once their day has come.
//!
//! Of several hubs each takes leads that no other takes, and what nobody did while no hub ran is done by the next.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::sleep;

use crate::{
    change::Author,
    clock::Clock,
    database::Database,
    error::ApiError,
    services::{awaiting, news::News, write::Write},
    store::lead as store,
};

use super::transition::take_rule;

/// Where leads are, each of which may have to wait for another day once it is written.
const TABLE: &str = "lead";
/// How long it is from one look at the leads to the next at the least.
const PAUSE: Duration = Duration::from_millis(500);
/// Leads of one transaction. On SQLite others who write wait for it.
const BATCH: u64 = 200;

/// Has leads resume as their days come. Ends when it is dropped.
pub async fn follow(db: Database, clock: Clock, news: News) {
    let mut bulletins = news.bulletins();
    loop {
        let seen = bulletins
            .borrow_and_update()
            .as_ref()
            .map_or(0, |it| it.number);
        let next = match round(&db, &clock).await {
            Ok(round) => {
                if round.resumed > 0 {
                    news.written();
                }
                round.next
            }
            Err(error) => {
                tracing::warn!(?error, "leads resume once the database answers");
                Some(clock.now())
            }
        };
        sleep(PAUSE).await;
        tokio::select! {
            () = awaiting::come(&clock, next) => {}
            () = awaiting::changed(&mut bulletins, seen, TABLE) => {}
        }
    }
}

/// What a round has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// How many leads have resumed.
    pub resumed: usize,
    /// UTC; when the next one does, as far as is known now.
    pub next: Option<DateTime<Utc>>,
}

/// Has all leads resume whose day has come.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails; those that have resumed stay so.
pub async fn round(db: &Database, clock: &Clock) -> Result<Round, ApiError> {
    let mut resumed = 0;
    loop {
        let taken = batch(db, clock.now()).await?;
        if taken == 0 {
            break;
        }
        resumed += taken;
    }
    let next = store::next_to_resume(db.reserve()).await?;
    Ok(Round { resumed, next })
}

/// Has some leads resume, and returns how many.
async fn batch(db: &Database, now: DateTime<Utc>) -> Result<usize, ApiError> {
    let tx = db.begin().await?;
    let ids = store::to_resume(&tx, now, BATCH).await?;
    let write = Write::new(&tx, &Author::SYSTEM, None, now);
    let resumed = take_rule(&write, "resumeDate", &ids).await?;
    tx.commit().await?;
    Ok(resumed.len())
}
