//! Leads go on by themselves: recycled ones once their day has come, and those that sales is to work on and nobody
//! has to who can.
//!
//! The latter come by an import, which brings them as another system had them.
//!
//! Of several hubs each takes leads that no other takes, and what nobody did while no hub ran is done by the next.

use chrono::{DateTime, Utc};

use crate::{
    change::Author,
    clock::Clock,
    database::Database,
    error::ApiError,
    services::{
        awaiting::{self, Round, Work},
        news::News,
        routing,
        write::Write,
    },
    store::lead as store,
};

use super::transition::take_rule;

/// Where leads are, each of which may have to wait for another day once it is written, and those who have them.
const TABLES: &[&str] = &["lead", "user"];
/// Leads of one transaction. On SQLite others who write wait for it.
const BATCH: u64 = 200;

/// Has leads resume as their days come, and gives those that nobody has to somebody. Ends when it is dropped.
pub async fn follow(db: Database, clock: Clock, news: News) {
    let work = Resuming(db, clock.clone());
    awaiting::rounds(clock, news, TABLES, work).await;
}

/// Where leads are that go on, and by which clock.
struct Resuming(Database, Clock);

impl Work for Resuming {
    async fn round(&mut self) -> Result<Round, ApiError> {
        round(&self.0, &self.1).await
    }
}

/// Has all leads resume whose day has come, and gives all to somebody that nobody has.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails; those that have gone on stay so.
pub async fn round(db: &Database, clock: &Clock) -> Result<Round, ApiError> {
    let mut changed = false;
    while batch(db, clock.now()).await? > 0 {
        changed = true;
    }
    while adopt(db, clock.now()).await? > 0 {
        changed = true;
    }
    let next = store::next_to_resume(db.reserve()).await?;
    Ok(Round { changed, next })
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

/// Gives some leads to somebody that nobody has, and returns how many.
async fn adopt(db: &Database, now: DateTime<Utc>) -> Result<usize, ApiError> {
    let tx = db.begin().await?;
    let write = Write::new(&tx, &Author::SYSTEM, None, now);
    let given = routing::adopt(&write, BATCH).await?;
    tx.commit().await?;
    Ok(given)
}
