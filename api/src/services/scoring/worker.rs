//! Scoring in the background: all open leads when a definition comes into force, what an import has brought, and
//! each lead once a day, because what was done loses its weight.
//!
//! What is left to do stands in the database, so that whoever was stopped is gone on from, and of several hubs
//! each takes leads that no other has taken.

use std::time::Duration;

use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::{
    change::Author, clock::Clock, database::Database, error::ApiError, scoring::Definition,
    services::news::News, store::scoring as store,
};

use super::{super::write::Write, active, rescore_by};

/// How long it is until somebody looks what is due where nothing is written: a small part of a day.
const LOOK: Duration = Duration::from_mins(1);
/// How long it is until somebody tries again when the database has failed.
const PAUSE: Duration = Duration::from_millis(500);
/// After what is written something may be due.
const WATCHED: [&str; 5] = ["lead", "lead_match", "touch", "account", "lead_definition"];
/// Leads of one transaction. On SQLite others who write wait for it.
const BATCH: usize = 500;

/// Scores what is due, whenever the `news` are that something was written, and as time goes by. Ends when it is
/// dropped.
pub async fn follow(db: Database, clock: Clock, news: News) {
    let mut scored_by = None;
    loop {
        let heard = news.number();
        match keep_up(&db, &clock, scored_by).await {
            Ok(definition) => {
                scored_by = definition;
                // Whether it is news or time, it is looked again.
                let _news_or_time = timeout(LOOK, news.of(|| WATCHED, heard)).await;
            }
            Err(error) => {
                tracing::warn!(?error, "leads are scored once the database answers");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Scores everything that is to be scored now.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails; what was scored is kept.
pub async fn catch_up(db: &Database, clock: &Clock) -> Result<(), ApiError> {
    keep_up(db, clock, None).await.map(drop)
}

/// Scores what is due, and all leads where another definition than `scored_by` is in force, which it returns.
async fn keep_up(
    db: &Database,
    clock: &Clock,
    scored_by: Option<Uuid>,
) -> Result<Option<Uuid>, ApiError> {
    let Some((id, definition)) = active(db.reserve()).await? else {
        return Ok(None);
    };
    let by = (id, &definition);
    if scored_by != Some(id) {
        all(db, clock, by).await?;
    }
    while store::is_due(db.reserve(), clock.now()).await? && due(db, clock, by).await? {}
    Ok(Some(id))
}

/// Scores all leads that were not scored by that definition.
async fn all(db: &Database, clock: &Clock, by: (Uuid, &Definition)) -> Result<(), ApiError> {
    let limit = u64::try_from(BATCH).unwrap_or(u64::MAX);
    let mut after = Uuid::nil();
    loop {
        let tx = db.begin().await?;
        let ids = store::unscored(&tx, by.0, after, limit).await?;
        let Some(last) = ids.last() else {
            tx.rollback().await?;
            return Ok(());
        };
        after = *last;
        let write = Write::new(&tx, &Author::SYSTEM, None, clock.now());
        rescore_by(&write, by, &ids, true).await?;
        tx.commit().await?;
    }
}

/// Scores some leads that are due; whether there may be more.
async fn due(db: &Database, clock: &Clock, by: (Uuid, &Definition)) -> Result<bool, ApiError> {
    let limit = u64::try_from(BATCH).unwrap_or(u64::MAX);
    let tx = db.begin().await?;
    let now = clock.now();
    let ids = store::due(&tx, now, limit).await?;
    if ids.is_empty() {
        tx.rollback().await?;
        return Ok(false);
    }
    let write = Write::new(&tx, &Author::SYSTEM, None, now);
    let scored = rescore_by(&write, by, &ids, true).await?;
    let forgotten = if scored.len() < ids.len() {
        store::forget_closed(&tx, &ids).await?
    } else {
        0
    };
    tx.commit().await?;
    // What somebody is writing at the moment stays due.
    Ok(ids.len() == BATCH && scored.len() + forgotten > 0)
}
