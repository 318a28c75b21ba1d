//! SLA clocks: what somebody waits for, until when, and whether it came in time.
//!
//! Whoever makes a subject go says so here, in the transaction in which it goes: [`leads_moved`] of leads, and
//! [`start`] or [`plan`], [`met`], [`cancel`] and [`assign`] of anything. Each costs a fixed number of
//! statements, however many subjects there are, and each clock that changes is a row of the change log. That
//! time passes, and that people are away, is [`watch`]ed in the background.

mod absence;
mod begin;
mod book;
pub(super) mod calendar;
mod hours;
mod lead;
mod ledger;
pub(super) mod policy;
pub mod watch;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use entity::sla_clock::{Column, Model, SlaKind, SlaState};
use uuid::Uuid;

use crate::{
    error::ApiError,
    reader::Reading,
    sla::clock,
    store::{self, erase},
};

pub use super::condition::LeadTraits;
use super::write::Write;
pub use begin::Planned;
use begin::Start;
use book::Book;
pub use hours::Hours;
pub use lead::{leads_moved, leads_restored};
use ledger::Edit;

/// The table of clocks, as the change log calls it.
const TABLE: &str = "sla_clock";

/// What a clock is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A lead.
    Lead,
    /// Feedback.
    Feedback,
    /// A request of one function to the other.
    TeamRequest,
}

impl About {
    /// What clocks of that kind are about.
    #[must_use]
    pub fn of(kind: SlaKind) -> Self {
        match kind {
            SlaKind::Accept | SlaKind::FirstTouch | SlaKind::Dispose => Self::Lead,
            SlaKind::FeedbackAcknowledge
            | SlaKind::FeedbackDecide
            | SlaKind::FeedbackAction
            | SlaKind::FeedbackVerify => Self::Feedback,
            SlaKind::RequestAnswer | SlaKind::RequestDeliver => Self::TeamRequest,
        }
    }

    /// What the rows of that table are to clocks; `None` for tables that clocks are not about.
    #[must_use]
    pub fn table(name: &str) -> Option<Self> {
        match name {
            "lead" => Some(Self::Lead),
            "feedback" => Some(Self::Feedback),
            "team_request" => Some(Self::TeamRequest),
            _ => None,
        }
    }

    fn column(self) -> Column {
        match self {
            Self::Lead => Column::LeadId,
            Self::Feedback => Column::FeedbackId,
            Self::TeamRequest => Column::TeamRequestId,
        }
    }

    fn subject(self, clock: &Model) -> Option<Uuid> {
        match self {
            Self::Lead => clock.lead_id,
            Self::Feedback => clock.feedback_id,
            Self::TeamRequest => clock.team_request_id,
        }
    }
}

/// What a clock is started for.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The row.
    pub id: Uuid,
    /// UTC; from when on its time counts.
    pub at: DateTime<Utc>,
    /// Who is waited for.
    pub owner_id: Option<Uuid>,
    /// Where it lies, which says by which calendar its time counts; none is the default calendar.
    pub territory_id: Option<Uuid>,
    /// What conditions of policies ask of leads; none of other subjects.
    pub lead: Option<LeadTraits>,
}

/// Starts clocks of `kind`, but for subjects that have one that runs or is paused, and where no policy holds.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails.
pub async fn start(write: &Write<'_>, kind: SlaKind, subjects: &[Subject]) -> Result<(), ApiError> {
    let about = About::of(kind);
    let ids: Vec<Uuid> = subjects.iter().map(|subject| subject.id).collect();
    let waiting = waiting(write, about, &ids).await?;
    let open = |clock: &&Model| clock.kind == kind && is_open(clock);
    let open: HashSet<Uuid> = waiting
        .iter()
        .filter(open)
        .filter_map(|clock| about.subject(clock))
        .collect();
    let missing = subjects
        .iter()
        .filter(|subject| !open.contains(&subject.id));
    let starts = missing.map(|subject| Start {
        kind,
        subject: subject.clone(),
        restarts: 0,
    });
    let starts: Vec<Start> = starts.collect();
    Planned::of(write, &starts).await?.start(write).await
}

/// The clocks of subjects of which nothing of the kind is waited for, where a policy holds: they are not started yet.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails.
pub async fn plan(
    write: &Write<'_>,
    subjects: impl IntoIterator<Item = (SlaKind, Subject)>,
) -> Result<Planned, ApiError> {
    let starts = subjects.into_iter().map(|(kind, subject)| Start {
        kind,
        subject,
        restarts: 0,
    });
    let starts: Vec<Start> = starts.collect();
    Planned::of(write, &starts).await
}

/// Says that what clocks of `kind` wait for is done, for the subjects `ids`.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails.
pub async fn met(write: &Write<'_>, kind: SlaKind, ids: &[Uuid]) -> Result<(), ApiError> {
    edit(write, About::of(kind), ids, |clock| {
        if clock.kind == kind {
            clock::meet(clock, write.now);
        }
    })
    .await
}

/// Says that nothing is waited for any more from the subjects `ids`.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails.
pub async fn cancel(write: &Write<'_>, about: About, ids: &[Uuid]) -> Result<(), ApiError> {
    edit(write, about, ids, |clock| clock::cancel(clock, write.now)).await
}

/// Gives the clocks of subjects to whom is waited for from now on; their time goes on.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails.
pub async fn assign(
    write: &Write<'_>,
    about: About,
    owners: &[(Uuid, Option<Uuid>)],
) -> Result<(), ApiError> {
    let ids: Vec<Uuid> = owners.iter().map(|(id, _)| *id).collect();
    let owners: HashMap<Uuid, Option<Uuid>> = owners.iter().copied().collect();
    edit(write, about, &ids, |clock| {
        let owner = about.subject(clock).and_then(|id| owners.get(&id));
        // Disposing of a rejected lead is marketing's, whoever has it.
        let theirs = is_open(clock) && clock.kind != SlaKind::Dispose;
        if let Some(owner) = owner.filter(|_| theirs) {
            clock.owner_id = *owner;
        }
    })
    .await
}

/// When so much business time will have passed, for each territory that is asked for: by its calendar, or by the clock on
/// the wall where none can be kept.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails.
pub(super) async fn due_after(
    write: &Write<'_>,
    asked: &[(Option<Uuid>, TimeDelta)],
) -> Result<Vec<DateTime<Utc>>, ApiError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let territories: HashSet<Uuid> = asked.iter().filter_map(|(id, _)| *id).collect();
    let territories: Vec<Uuid> = territories.into_iter().collect();
    let book = Book::of_territories(write, &territories).await?;
    let due = asked.iter().map(|(territory, time)| {
        let calendar = book
            .calendar_of(*territory)
            .and_then(|id| book.calendar(id));
        let due = calendar.and_then(|calendar| calendar.due(write.now, *time).ok());
        due.unwrap_or(write.now + *time)
    });
    Ok(due.collect())
}

/// Whose clocks somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Their own.
    Mine,
    /// Those of everybody below them, and their own.
    Team,
    /// Anybody's.
    All,
}

/// The users whose clocks somebody asks for; `None` is anybody. A program has none of its own.
///
/// # Errors
///
/// As [`Reading::lookup`].
pub async fn owners(reading: &Reading, whose: Whose) -> Result<Option<Vec<Uuid>>, ApiError> {
    Ok(match (whose, reading.viewer().user_id) {
        (Whose::All, _) => None,
        (_, None) => Some(Vec::new()),
        (Whose::Mine, Some(user)) => Some(vec![user]),
        (Whose::Team, Some(user)) => {
            let team = reading
                .lookup(async |db| store::user::team(&db, user).await)
                .await?;
            Some(team)
        }
    })
}

/// Cancels the clocks of subjects that are deleted.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails.
pub(super) async fn deleted(write: &Write<'_>, table: &str, ids: &[Uuid]) -> Result<(), ApiError> {
    match About::table(table) {
        Some(about) => cancel(write, about, ids).await,
        None => Ok(()),
    }
}

/// Takes the clocks of subjects away for good, which are taken away themselves.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails.
pub(super) async fn destroyed(
    write: &Write<'_>,
    table: &str,
    ids: &[Uuid],
) -> Result<(), ApiError> {
    if let Some(about) = About::table(table) {
        let column = sea_orm::IdenStatic::as_str(&about.column());
        erase::delete(write.tx, (TABLE, column), None, ids).await?;
    }
    Ok(())
}

fn is_open(clock: &Model) -> bool {
    matches!(clock.state, SlaState::Running | SlaState::Paused)
}

/// The clocks that wait for something of the subjects `ids`, locked.
async fn waiting(write: &Write<'_>, about: About, ids: &[Uuid]) -> Result<Vec<Model>, ApiError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(store::sla::waiting(write.tx, about.column(), ids).await?)
}

/// Has `change` change the clocks that wait for something of the subjects `ids`.
async fn edit(
    write: &Write<'_>,
    about: About,
    ids: &[Uuid],
    mut change: impl FnMut(&mut Model),
) -> Result<(), ApiError> {
    let edits = waiting(write, about, ids).await?.into_iter().map(|before| {
        let mut after = before.clone();
        change(&mut after);
        Edit { before, after }
    });
    ledger::save(write, edits.collect()).await
}
