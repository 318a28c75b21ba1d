//! Who is out of office is not waited for: the time of their clocks does not count until they are back, or the clock
//! waits for somebody else.

use chrono::{DateTime, Utc};
use entity::sla_clock::{Model, SlaState};
use uuid::Uuid;

use crate::{change::Author, database::Database, error::ApiError, sla::clock, store};

use super::{
    book::Book,
    ledger::{self, Edit},
};
use crate::services::write::Write;

/// Pauses some of the running clocks of who is absent, and has some paused ones go on of who is not. Returns how many
/// that were.
pub(super) async fn batch(
    database: &Database,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<usize, ApiError> {
    let tx = database.begin().await?;
    let clocks = store::sla::out_of_step(&tx, now, limit).await?;
    if clocks.is_empty() {
        tx.rollback().await?;
        return Ok(0);
    }
    let write = Write::new(&tx, &Author::SYSTEM, None, now);
    let book = Book::of_calendars(&write).await?;
    let edits = clocks.into_iter().map(|before| {
        let after = turned(&book, before.clone(), now);
        Edit { before, after }
    });
    let edits: Vec<Edit> = edits.filter(|edit| edit.before != edit.after).collect();
    let count = edits.len();
    let feedback: Vec<Uuid> = edits.iter().filter_map(|it| it.after.feedback_id).collect();
    ledger::save(&write, edits).await?;
    if !feedback.is_empty() {
        store::feedback::set_due(&tx, &feedback).await?;
    }
    tx.commit().await?;
    Ok(count)
}

/// The clock paused where it ran, and running where it was paused.
fn turned(book: &Book, mut clock: Model, now: DateTime<Utc>) -> Model {
    let Some(calendar) = book.calendar(clock.business_calendar_id) else {
        return clock;
    };
    if clock.state == SlaState::Running {
        clock::pause(&mut clock, calendar, now);
    } else if clock::resume(&mut clock, calendar, now).is_err() {
        tracing::warn!(clock = %clock.id, "it stays paused: its calendar leaves no time for it");
    }
    clock
}
