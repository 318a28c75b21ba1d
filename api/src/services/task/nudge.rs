//! The nudge: who has told the other function nothing for long, though there was something to tell of, gets a task, once
//! in a week.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use entity::{
    task::{Model, TaskOrigin},
    user::UserFunction,
};

use crate::{
    calendar::{Calendar, Period},
    change::Author,
    database::Database,
    error::ApiError,
    services::write::Write,
    store::{self, claim, task::Silence},
};

use super::blank;
use crate::services::ledger;

/// Who nudges, of several hubs.
const TURN: &str = "nudge";
/// When a nudge is due: at the end of the fifth day of its week.
const DUE_AFTER: Days = Days::new(5);

/// The Monday of the week that it is.
#[must_use]
pub fn week(calendar: &Calendar, now: DateTime<Utc>) -> NaiveDate {
    calendar.start_of(Period::Week, calendar.day_at(now))
}

/// When the next week begins.
#[must_use]
pub fn next(calendar: &Calendar, now: DateTime<Utc>) -> DateTime<Utc> {
    let following = calendar.following(Period::Week, week(calendar, now));
    calendar.start_of_day(following)
}

/// Nudges everybody who is to be nudged in this week and was not yet, and returns how many that are: people of sales
/// with leads that took a step in the `days` before the week, and people of marketing with campaigns that ran then, who
/// have given no feedback since.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails.
pub async fn round(
    database: &Database,
    calendar: &Calendar,
    now: DateTime<Utc>,
    days: u32,
) -> Result<usize, ApiError> {
    let week = week(calendar, now);
    let until = calendar.start_of_day(week);
    let silence = Silence {
        since: until - TimeDelta::days(days.into()),
        until,
        week,
    };
    let due = week.checked_add_days(DUE_AFTER).unwrap_or(week);
    let due_at = calendar.start_of_day(due);
    let tx = database.begin().await?;
    claim::lock(&tx, &BTreeSet::from([TURN.to_owned()])).await?;
    let silent = store::task::silent(&tx, silence).await?;
    let write = Write::new(&tx, &Author::SYSTEM, None, now);
    let tasks = silent.into_iter().map(|(user, function)| {
        let (title, how) = words(function);
        Model {
            best_practice: Some(how.to_owned()),
            assignee_id: Some(user),
            due_at,
            remind_at: Some(due_at),
            week: Some(week),
            ..blank(&write, TaskOrigin::Nudge, title)
        }
    });
    let tasks: Vec<Model> = tasks.collect();
    let nudged = tasks.len();
    ledger::insert(&write, tasks).await?;
    tx.commit().await?;
    Ok(nudged)
}

/// What somebody of that function is asked to do, and how.
fn words(function: UserFunction) -> (&'static str, &'static str) {
    match function {
        UserFunction::Marketing => (
            "Tell sales what you see of their leads",
            "One thing is enough: a lead that nobody has called, a deal that a campaign has helped, or a question to the \
             people who talk to customers. Give it as feedback on the lead, the account or the deal.",
        ),
        UserFunction::Sales | UserFunction::Revenue | UserFunction::Other => (
            "Tell marketing what you hear from your leads",
            "One thing is enough: what somebody needs, what they said about a campaign, or why a lead was not a good \
             one. Give it as feedback on the campaign, the lead or the account.",
        ),
    }
}
