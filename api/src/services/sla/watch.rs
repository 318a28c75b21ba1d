//! That time passes: running clocks warn, and are breached, at their instants, and stand still while who is waited for
//! is out of office.
//!
//! It sleeps until the next instant of any clock, and is woken when clocks change, whoever changed them. Any number of
//! replicas do this over one database: a clock is taken by one of them, in the transaction that writes what has
//! become of it, so that each warns and is breached once; what nobody did while no hub ran is done by the next one that
//! runs.

use chrono::{DateTime, Utc};

use crate::{
    change::Author,
    clock::Clock,
    database::Database,
    error::ApiError,
    services::{
        awaiting::{self, Round, Work},
        news::News,
        write::Write,
    },
    sla::clock,
    store::{self, sla::Reached},
};

use super::{
    TABLE, absence,
    ledger::{self, Edit},
};

/// How many clocks are changed in one transaction. On SQLite others who write wait for it.
const BATCH: u64 = 200;

/// What watches clocks.
pub struct Watch {
    /// Where they are.
    pub database: Database,
    /// What time it is.
    pub clock: Clock,
    /// Where one hears that they have changed, and says so.
    pub news: News,
}

impl Watch {
    /// Watches clocks. Ends when it is dropped.
    pub async fn run(self) {
        let (clock, news) = (self.clock.clone(), self.news.clone());
        awaiting::rounds(clock, news, &[TABLE, "user"], self).await;
    }
}

impl Work for Watch {
    async fn round(&mut self) -> Result<Round, ApiError> {
        round(&self.database, &self.clock).await
    }
}

/// Has all running clocks warn and be breached whose instant has come, and pauses and resumes those of who goes and comes.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails; what was done is kept.
pub async fn round(database: &Database, clock: &Clock) -> Result<Round, ApiError> {
    let mut changed = false;
    for what in [Reached::Due, Reached::Warning] {
        loop {
            let done = batch(database, what, clock.now()).await?;
            changed |= done > 0;
            if done < BATCH {
                break;
            }
        }
    }
    while absence::batch(database, clock.now(), BATCH).await? > 0 {
        changed = true;
    }
    let due = store::sla::next(database.reserve()).await?;
    let absence = store::sla::next_absence(database.reserve(), clock.now()).await?;
    let next = due.into_iter().chain(absence).min();
    Ok(Round { changed, next })
}

/// Changes some of the clocks whose instant has come, and returns how many.
async fn batch(database: &Database, what: Reached, now: DateTime<Utc>) -> Result<u64, ApiError> {
    let tx = database.begin().await?;
    let clocks = store::sla::reached(&tx, what, now, BATCH).await?;
    let done = u64::try_from(clocks.len()).unwrap_or(BATCH);
    let edits = clocks.into_iter().map(|before| {
        let mut after = before.clone();
        match what {
            Reached::Due => clock::breach(&mut after),
            Reached::Warning => clock::warn(&mut after, now),
        }
        Edit { before, after }
    });
    let write = Write::new(&tx, &Author::SYSTEM, None, now);
    ledger::save(&write, edits.collect()).await?;
    tx.commit().await?;
    Ok(done)
}
