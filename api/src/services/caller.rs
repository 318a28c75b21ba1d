//! Keeping what is known of callers as the database says.

use std::time::{Duration, Instant};

use sea_orm::DbErr;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    auth::{Known, Outdated, Tokens},
    change::{News, Tail},
    clock::Clock,
    database::Database,
    error::ApiError,
    store,
};

/// How often somebody looks what changed.
const LOOK: Duration = Duration::from_millis(250);
/// After how many looks it is recorded which tokens were used: about a minute.
const LOOKS_BETWEEN_RECORDS: u32 = 240;
/// The tables that say who calls and what they see: their own tokens, and what holds for anybody.
const WATCHED: [&str; 6] = [
    "api_token",
    "user",
    "user_territory",
    "territory",
    "external_id",
    "signing_key",
];

/// Follows the change log, and has forgotten who is not any more as they were; and records which tokens
/// were used. Ends when it is dropped.
pub async fn follow(db: Database, known: Known, tokens: Tokens, clock: Clock) {
    let mut tail = Tail::default();
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for look in 1_u32.. {
        looks.tick().await;
        if let Err(error) = catch_up(&db, &known, &tokens, &mut tail).await {
            tracing::warn!(%error, "callers are looked up with each request until the database answers");
        }
        if look % LOOKS_BETWEEN_RECORDS == 0 {
            record_use(&db, &known, &clock).await;
        }
    }
}

/// Looks what changed since `tail` was here last, and has it forgotten. When the database fails for a
/// second, nobody is known any more.
async fn catch_up(
    db: &Database,
    known: &Known,
    tokens: &Tokens,
    tail: &mut Tail,
) -> Result<(), DbErr> {
    let began = Instant::now();
    // Only once all that follows from it is done is it old news.
    let mut ahead = tail.clone();
    let news = ahead.news(db.reserve(), &WATCHED).await?;
    let of_keys = match &news {
        News::Of(rows) => rows.iter().any(|(entity, _)| entity == "signing_key"),
        News::Much => true,
    };
    if of_keys {
        tokens.reload().await?;
    }
    let outdated = match news {
        News::Of(rows) if rows.iter().all(|(entity, _)| entity == "api_token") => {
            Outdated::Tokens(rows.into_iter().map(|(_, id)| id).collect())
        }
        News::Of(_) | News::Much => Outdated::All,
    };
    *tail = ahead;
    known.heard(began, &outdated);
    Ok(())
}

/// Records which tokens were used since the last time. What cannot be recorded is not worth an error: it
/// says about when a token was last used, and no more.
pub async fn record_use(db: &Database, known: &Known, clock: &Clock) {
    let used = known.take_used();
    if used.is_empty() {
        return;
    }
    let recording = async {
        let tx = db.begin().await?;
        store::api_token::used(&tx, &used, clock.now()).await?;
        tx.commit().await?;
        Ok::<_, ApiError>(())
    };
    if let Err(ApiError::Internal(error)) = recording.await {
        tracing::warn!(%error, "it was not recorded which tokens were used");
    }
}
