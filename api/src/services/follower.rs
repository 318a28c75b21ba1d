//! Following the change log, once for a whole replica: callers who are not as they were are forgotten, and whoever
//! waits for changes is told that there are some.
//!
//! It looks when there is a reason: something was written here, or another replica says so, or somebody asks. And it
//! looks four times a second without one, so that nothing depends on a reason getting through.

use std::time::{Duration, Instant};

use sea_orm::DbErr;
use tokio::time::{MissedTickBehavior, interval, sleep};
use uuid::Uuid;

use crate::{
    auth::{Known, Outdated, Tokens},
    change::{Entry, Position, ReadError, read},
    clock::Clock,
    database::Database,
    dataset::dataset,
    error::ApiError,
    store,
};

use super::news::News;

/// How often somebody looks without a reason.
const LOOK: Duration = Duration::from_millis(250);
/// How long it is from one look to the next at the least, and from one word to other replicas to the next.
const PAUSE: Duration = Duration::from_millis(20);
/// How often it is recorded which tokens were used.
const BETWEEN_RECORDS: Duration = Duration::from_mins(1);
/// How many changes are looked at one by one.
const FEW: u32 = 256;
/// Of so many changes of callers it is not looked at which: all may have changed.
const MUCH: usize = 256;
/// The tables that say who calls and what they see: their own tokens, and what holds for anybody.
const CALLERS: [&str; 6] = [
    "api_token",
    "user",
    "user_territory",
    "territory",
    "external_id",
    "signing_key",
];

/// Follows the change log.
pub struct Follower {
    /// Where the log is.
    pub database: Database,
    /// Who is known to call.
    pub known: Known,
    /// The keys of tokens, which are read again when they change.
    pub tokens: Tokens,
    /// What time it is.
    pub clock: Clock,
    /// Where it is told what is new.
    pub news: News,
}

/// What a look has found.
struct Found {
    /// Where the log ended.
    end: Position,
    /// Where something changed, table by table.
    tables: Vec<String>,
    outdated: Outdated,
    keys_changed: bool,
}

impl Follower {
    /// Follows the log, listens to other replicas, speaks to them, and records which tokens were used. Ends when it is
    /// dropped.
    pub async fn run(self) {
        tokio::join!(
            self.look_again_and_again(),
            self.database.hear_others(self.news.reason_to_look()),
            self.tell_others(),
            self.record_use_now_and_then(),
        );
    }

    async fn look_again_and_again(&self) {
        let tables = tables();
        let mut position = None;
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = looks.tick() => {}
                () = self.news.reason_to_look().notified() => {}
            }
            match self.look(position.as_ref(), &tables).await {
                Ok(end) => position = Some(end),
                Err(error) => tracing::warn!(
                    %error,
                    "callers are looked up with each request, and no change is told, until the database answers"
                ),
            }
            sleep(PAUSE).await;
        }
    }

    /// Looks what changed since somebody was at `position`, has it forgotten and published, and returns where the log
    /// ended. When the database fails for a second, nobody is known any more.
    async fn look(&self, position: Option<&Position>, tables: &[&str]) -> Result<Position, DbErr> {
        let (began, question) = (Instant::now(), self.news.question());
        let found = match position {
            None => Found::nothing(Position::end(self.database.reserve()).await?),
            Some(position) => match self.find(position, tables).await {
                Ok(found) => found,
                Err(ReadError::Database(error)) => return Err(error),
                // The log was set back: who knows what is different.
                Err(ReadError::Expired) => {
                    let end = Position::end(self.database.reserve()).await?;
                    Found::everything(end, tables)
                }
            },
        };
        // Only once all that follows from it is done is it old news.
        if found.keys_changed {
            self.tokens.reload().await?;
        }
        self.known.heard(began, &found.outdated);
        self.news
            .publish(question, found.end.clone(), &found.tables);
        Ok(found.end)
    }

    async fn find(&self, position: &Position, tables: &[&str]) -> Result<Found, ReadError> {
        let db = self.database.reserve();
        let page = read(db, position, tables, FEW).await?;
        if !page.more {
            return Ok(Found::of(page.end, rows(page.rows)));
        }
        // However much has changed, of callers it matters who.
        let rest = position.until(&page.log_end);
        let callers = read(db, &rest, &CALLERS, FEW).await?;
        if callers.rows.len() >= MUCH {
            return Ok(Found::everything(page.log_end, tables));
        }
        Ok(Found {
            tables: owned(tables),
            ..Found::of(page.log_end, rows(callers.rows))
        })
    }

    async fn tell_others(&self) {
        loop {
            self.news.wait_for_writing().await;
            if let Err(error) = self.database.tell_others().await {
                tracing::debug!(%error, "other replicas are not told, and will look by themselves");
            }
            sleep(PAUSE).await;
        }
    }

    async fn record_use_now_and_then(&self) {
        loop {
            sleep(BETWEEN_RECORDS).await;
            record_use(&self.database, &self.known, &self.clock).await;
        }
    }
}

impl Found {
    fn nothing(end: Position) -> Self {
        Self::of(end, Vec::new())
    }

    fn of(end: Position, rows: Vec<(String, Uuid)>) -> Self {
        let of_callers = |table: &str| CALLERS.contains(&table);
        let callers: Vec<_> = rows.iter().filter(|(table, _)| of_callers(table)).collect();
        let only_tokens = callers.iter().all(|(table, _)| table == "api_token");
        let outdated = if only_tokens {
            Outdated::Tokens(callers.iter().map(|(_, id)| *id).collect())
        } else {
            Outdated::All
        };
        let keys_changed = callers.iter().any(|(table, _)| table == "signing_key");
        let mut tables: Vec<_> = rows.into_iter().map(|(table, _)| table).collect();
        tables.sort_unstable();
        tables.dedup();
        Self {
            end,
            tables,
            outdated,
            keys_changed,
        }
    }

    fn everything(end: Position, tables: &[&str]) -> Self {
        Self {
            end,
            tables: owned(tables),
            outdated: Outdated::All,
            keys_changed: true,
        }
    }
}

/// The rows that changed, each with its table.
fn rows(told: Vec<(Entry, Position)>) -> Vec<(String, Uuid)> {
    let entries = told.into_iter().map(|(entry, _)| entry);
    entries
        .map(|entry| (entry.entity, entry.entity_id))
        .collect()
}

fn owned(tables: &[&str]) -> Vec<String> {
    tables.iter().map(|table| (*table).to_owned()).collect()
}

/// The tables in which a change is news to somebody: those of callers, and those of the dataset.
fn tables() -> Vec<&'static str> {
    let nouns = dataset()
        .entities()
        .iter()
        .map(|entity| entity.table.as_str());
    let mut tables: Vec<_> = nouns.chain(CALLERS).collect();
    tables.sort_unstable();
    tables.dedup();
    tables
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
