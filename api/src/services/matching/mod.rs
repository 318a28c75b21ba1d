//! Matching what is written: which people and companies may be there twice, and whose a lead is.
//!
//! It follows the change log, and what is written waits for none of it: an import takes as long as before. What
//! nobody has heard of (rows that were there before, or came from a dump, or while no hub ran) is found by
//! its version, which is not the one that was matched.

mod batch;
mod lead;
mod pair;
mod subject;

use std::time::Duration;

use sea_orm::DbErr;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use crate::{
    change::{News, Tail},
    clock::Clock,
    database::Database,
    store::matching,
};

use subject::Noun;

/// How often somebody looks what was written.
const LOOK: Duration = Duration::from_millis(500);
/// Rows of one transaction. On SQLite others who write wait for it.
const BATCH: usize = 200;
/// What is matched, and what belongs to it.
const WATCHED: [&str; 4] = ["account", "contact", "lead", "account_domain"];

/// Follows the change log, and matches what was written. Ends when it is dropped.
pub async fn follow(db: Database, clock: Clock) {
    let mut tail = Tail::default();
    let mut behind = true;
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        if let Err(error) = keep_up(&db, &clock, &mut tail, &mut behind).await {
            behind = true;
            tracing::warn!(%error, "what was written is matched once the database answers");
        }
    }
}

/// Matches what was written since `tail` was here; `behind`: more than it will tell.
async fn keep_up(
    db: &Database,
    clock: &Clock,
    tail: &mut Tail,
    behind: &mut bool,
) -> Result<(), DbErr> {
    match tail.news(db.reserve(), &WATCHED).await? {
        News::Much => *behind = true,
        News::Of(rows) if !*behind => some(db, clock, &rows).await?,
        News::Of(_) => {}
    }
    if *behind {
        catch_up(db, clock).await?;
        *behind = false;
    }
    Ok(())
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
async fn some(db: &Database, clock: &Clock, rows: &[(String, Uuid)]) -> Result<(), DbErr> {
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
