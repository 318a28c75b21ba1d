//! Starting clocks: by the policy that holds, and in the business time of the calendar that counts.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::sla_clock::{Model, SlaKind, SlaState};
use uuid::Uuid;

use crate::services::ledger;
use crate::{error::ApiError, sla::clock::minutes};

use super::{About, Subject, book::Book};
use crate::services::write::Write;

/// A clock that is to be started.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) kind: SlaKind,
    pub(super) subject: Subject,
    /// How many of the kind were begun anew before it.
    pub(super) restarts: i32,
}

/// Clocks that are made up, and not started yet: when each is due is known before what it is about is written.
#[derive(Debug, Default)]
pub struct Planned(Vec<Model>);

impl Planned {
    /// The clocks of `starts`, where a policy holds.
    pub(super) async fn of(write: &Write<'_>, starts: &[Start]) -> Result<Self, ApiError> {
        if starts.is_empty() {
            return Ok(Self::default());
        }
        let book = Book::of(write, starts).await?;
        let clocks = starts.iter().filter_map(|start| new_clock(&book, start));
        Ok(Self(clocks.collect()))
    }

    /// UTC; when what is waited for is due, by the subject.
    #[must_use]
    pub fn due(&self) -> HashMap<Uuid, DateTime<Utc>> {
        let due = self.0.iter().filter_map(|clock| {
            let subject = About::of(clock.kind).subject(clock)?;
            Some((subject, clock.due_at))
        });
        due.collect()
    }

    /// Starts the clocks.
    ///
    /// # Errors
    ///
    /// [`ApiError::Internal`] when the database fails.
    pub async fn start(self, write: &Write<'_>) -> Result<(), ApiError> {
        ledger::insert(write, self.0).await
    }
}

/// The clock that `start` asks for; `None` where no policy holds, or none can be kept.
fn new_clock(book: &Book, start: &Start) -> Option<Model> {
    let Start {
        kind,
        subject,
        restarts,
    } = start;
    let policy = book.policy(*kind, subject)?;
    let (calendar_id, calendar) = book.calendar_for(policy, subject)?;
    let target = policy.target_minutes;
    let due = calendar.due(subject.at, minutes(target));
    let warning = policy.warn_at_percent.map(|percent| {
        let share = i64::from(target) * 60 * i64::from(percent) / 100;
        calendar.due(subject.at, TimeDelta::seconds(share))
    });
    let (Ok(due_at), Ok(warn_at)) = (due, warning.transpose()) else {
        tracing::warn!(policy = %policy.id, calendar = %calendar_id,
            "no clock is started: with this calendar the policy's time would take more than a hundred years");
        return None;
    };
    let about = About::of(*kind);
    let id = |of: About| (of == about).then_some(subject.id);
    Some(Model {
        id: Uuid::now_v7(),
        kind: *kind,
        lead_id: id(About::Lead),
        feedback_id: id(About::Feedback),
        team_request_id: id(About::TeamRequest),
        policy_id: policy.id,
        business_calendar_id: calendar_id,
        owner_id: subject.owner_id,
        cycle: subject.lead.as_ref().map(|lead| lead.cycle),
        restarts: *restarts,
        state: SlaState::Running,
        started_at: subject.at,
        due_at,
        warn_at,
        warned_at: None,
        paused_at: None,
        paused_minutes: 0,
        remaining_minutes: None,
        stopped_at: None,
        met_late_at: None,
        breached_at: None,
        escalated_to_id: None,
    })
}
