//! Matching what is written: which people and companies may be there twice, and whose a lead is.
//!
//! It follows the change log, and what is written waits for none of it: an import takes as long as before. What
//! nobody has heard of (rows that were there before, or came from a dump, or while no hub ran) is found by
//! its version, which is not the one that was matched.

mod batch;
mod lead;
mod pair;
mod subject;

use std::{collections::BTreeSet, time::Duration};

use sea_orm::DbErr;
use tokio::time::sleep;
use uuid::Uuid;

use crate::{
    change::{Position, ReadError, read},
    clock::Clock,
    database::Database,
    services::news::News,
    store::matching,
};

use subject::Noun;

/// How long it is until somebody tries again when the database has failed.
const PAUSE: Duration = Duration::from_millis(500);
/// Rows of one transaction. On SQLite others who write wait for it.
const BATCH: usize = 200;
/// How many changes are looked at one by one.
const FEW: u32 = 256;
/// What is matched, and what belongs to it.
const WATCHED: [&str; 4] = ["account", "contact", "lead", "account_domain"];

/// Matches what was written, whenever the `news` are that something was. Ends when it is dropped.
pub async fn follow(db: Database, clock: Clock, news: News) {
    let mut position = None;
    loop {
        let heard = news.number();
        match keep_up(&db, &clock, position.take()).await {
            Ok(end) => {
                position = Some(end);
                news.of(|| WATCHED, heard).await;
            }
            Err(error) => {
                tracing::warn!(%error, "what was written is matched once the database answers");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Matches what was written since somebody was at `position`, and returns where the log ended. Where nobody was, or
/// more was written than is looked at one by one, it is looked what was not matched.
async fn keep_up(
    db: &Database,
    clock: &Clock,
    position: Option<Position>,
) -> Result<Position, DbErr> {
    if let Some(position) = position {
        match read(db.reserve(), &position, &WATCHED, FEW).await {
            Ok(page) if !page.more => {
                let rows = page.rows.into_iter();
                let rows = rows.map(|(entry, _)| (entry.entity, entry.entity_id));
                let rows: BTreeSet<(String, Uuid)> = rows.collect();
                some(db, clock, &rows).await?;
                return Ok(page.end);
            }
            Ok(_) | Err(ReadError::Expired) => {}
            Err(ReadError::Database(error)) => return Err(error),
        }
    }
    let end = Position::end(db.reserve()).await?;
    catch_up(db, clock).await?;
    Ok(end)
}

/// Matches all rows that were not matched as they are, and forgets those that are gone.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails; what was matched is kept.
pub async fn catch_up(db: &Database, clock: &Clock) -> Result<(), DbErr> {
    for noun in Noun::ALL {
        let mut after = Uuid::nil();
        loop {
            let limit = u64::try_from(BATCH).unwrap_or(u64::MAX);
            let rows = matching::unmatched(db.reserve(), noun.table(), after, limit).await?;
            let Some(last) = rows.last() else {
                break;
            };
            after = *last;
            in_transaction(db, clock, noun, &rows, false).await?;
        }
        let gone = matching::gone(db.reserve(), noun.table()).await?;
        for rows in gone.chunks(BATCH) {
            in_transaction(db, clock, noun, rows, false).await?;
        }
    }
    Ok(())
}

/// Matches these rows, each with its table.
async fn some(db: &Database, clock: &Clock, rows: &BTreeSet<(String, Uuid)>) -> Result<(), DbErr> {
    let of = |table: &str| -> Vec<Uuid> {
        let rows = rows.iter().filter(|(entity, _)| entity == table);
        rows.map(|(_, id)| *id).collect()
    };
    let domains = of("account_domain");
    if !domains.is_empty() {
        let tx = db.begin().await?;
        let accounts = matching::accounts_of_domains(&tx, &domains).await?;
        tx.rollback().await?;
        in_transaction(db, clock, Noun::Account, &accounts, true).await?;
    }
    for noun in Noun::ALL {
        for rows in of(noun.table()).chunks(BATCH) {
            in_transaction(db, clock, noun, rows, false).await?;
        }
    }
    Ok(())
}

async fn in_transaction(
    db: &Database,
    clock: &Clock,
    noun: Noun,
    rows: &[Uuid],
    again: bool,
) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    let tx = db.begin().await?;
    batch::settle(&tx, noun, rows, clock.now(), again).await?;
    tx.commit().await
}
