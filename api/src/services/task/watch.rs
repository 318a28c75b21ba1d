//! That time passes: who is to do something is reminded when it is due, or not snoozed any more.
//!
//! It sleeps until the next instant of any task, and is woken when tasks change, whoever changed them. Any number of
//! replicas do this over one database: a task is taken by one of them, in the transaction that writes that its
//! assignee was reminded, so that each is so once.

use chrono::{DateTime, NaiveDate, Utc};
use entity::task::{Model, TaskState};

use crate::{
    calendar::Calendar,
    change::Author,
    clock::Clock,
    database::Database,
    error::ApiError,
    services::{
        awaiting::{self, Round, Work},
        news::News,
        write::Write,
    },
    store,
};

use super::{
    TABLE,
    ledger::{self, Edit},
    nudge, rule,
};

/// How many tasks are changed in one transaction. On SQLite others who write wait for it.
const BATCH: u64 = 200;

/// What watches tasks.
pub struct Watch {
    /// Where they are.
    pub database: Database,
    /// What time it is.
    pub clock: Clock,
    /// Where one hears that they have changed, and says so.
    pub news: News,
    /// When weeks begin.
    pub calendar: Calendar,
    /// After how many days somebody is asked why they say nothing; none: nobody is.
    pub nudge_after_days: Option<u32>,
}

impl Watch {
    /// Watches tasks. Ends when it is dropped.
    pub async fn run(self) {
        let (clock, news) = (self.clock.clone(), self.news.clone());
        let work = Reminding {
            watch: self,
            nudged: None,
        };
        awaiting::rounds(clock, news, &[TABLE], work).await;
    }
}

/// What watches tasks, as it works.
struct Reminding {
    watch: Watch,
    /// The last week in which people were nudged.
    nudged: Option<NaiveDate>,
}

impl Work for Reminding {
    /// Reminds whom there is to remind, and nudges once in a week.
    async fn round(&mut self) -> Result<Round, ApiError> {
        let watch = &self.watch;
        let mut round = round(&watch.database, &watch.clock).await?;
        let Some(days) = watch.nudge_after_days else {
            return Ok(round);
        };
        let (now, calendar) = (watch.clock.now(), &watch.calendar);
        let week = nudge::week(calendar, now);
        if self.nudged != Some(week) {
            round.changed |= nudge::round(&watch.database, calendar, now, days).await? > 0;
            self.nudged = Some(week);
        }
        let next = nudge::next(calendar, now);
        round.next = Some(round.next.map_or(next, |other| other.min(next)));
        Ok(round)
    }
}

/// Reminds of all tasks whose instant has come.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails; what was done is kept.
pub async fn round(database: &Database, clock: &Clock) -> Result<Round, ApiError> {
    let mut changed = false;
    loop {
        let done = batch(database, clock.now()).await?;
        changed |= done > 0;
        if done < BATCH {
            break;
        }
    }
    let next = store::task::next(database.reserve()).await?;
    Ok(Round { changed, next })
}

/// Reminds of some of the tasks whose instant has come, and returns of how many.
async fn batch(database: &Database, now: DateTime<Utc>) -> Result<u64, ApiError> {
    let tx = database.begin().await?;
    let tasks = store::task::reached(&tx, now, BATCH).await?;
    let done = u64::try_from(tasks.len()).unwrap_or(BATCH);
    let edits = tasks.into_iter().map(|before| {
        let after = reminded(&before, now);
        Edit { before, after }
    });
    let write = Write::new(&tx, &Author::SYSTEM, None, now);
    let woken: Vec<Edit<Model>> = edits.collect();
    let over: Vec<_> = woken
        .iter()
        .filter(|edit| edit.before.state == TaskState::Snoozed)
        .map(|edit| edit.before.id)
        .collect();
    ledger::update(&write, woken, |task| {
        rule("snoozeOver").filter(|_| over.contains(&task.id))
    })
    .await?;
    tx.commit().await?;
    Ok(done)
}

/// The task, once its assignee is reminded: what was snoozed is to be done again, and reminds once more if it is due
/// only later.
fn reminded(task: &Model, now: DateTime<Utc>) -> Model {
    let snoozed = task.state == TaskState::Snoozed;
    Model {
        state: TaskState::Open,
        snoozed_until: None,
        reminded_at: Some(now),
        remind_at: Some(task.due_at).filter(|due| snoozed && *due > now),
        ..task.clone()
    }
}
