//! Who is waited for, and until when: the clocks of feedback. `due_at` says when the one is due that runs, or that was
//! breached and is still waited for; it is empty where nobody is waited for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{feedback::Model, sla_policy::SlaKind};
use uuid::Uuid;

use crate::{
    error::ApiError,
    record,
    services::{
        ledger::{self, Edit},
        people::{LEFT, People},
        rows::Draft,
        sla::{self, About, Planned, Subject},
        write::Write,
    },
    store::{self, table::Value},
};

/// What becomes of the clocks of feedback that takes a step.
#[derive(Debug)]
pub(super) struct Turn {
    /// Whose clocks are met.
    met: BTreeMap<SlaKind, Vec<Uuid>>,
    /// Who is waited for from now on, where it stays as it is.
    assigned: Vec<(Uuid, Option<Uuid>)>,
    /// The clocks that are started.
    clocks: Planned,
}

impl Turn {
    /// Stops and starts the clocks: the feedback is written.
    pub(super) async fn take(self, write: &Write<'_>) -> Result<(), ApiError> {
        for (kind, ids) in &self.met {
            sla::met(write, *kind, ids).await?;
        }
        self.clocks.start(write).await?;
        sla::assign(write, About::Feedback, &self.assigned).await
    }
}

/// What becomes of the clocks of feedback that is about to take a step; when they are due is put into the drafts.
pub(super) async fn turn(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &mut [Draft],
) -> Result<Turn, ApiError> {
    let mut met: BTreeMap<SlaKind, Vec<Uuid>> = BTreeMap::new();
    let (mut begun, mut assigned) = (Vec::new(), Vec::new());
    let verifiers = verifiers(write, record, drafts).await?;
    for draft in &*drafts {
        let Some(from) = before(record, draft) else {
            continue;
        };
        if Some(from) == draft.text(record, "state") {
            assigned.push((draft.id, draft.uuid(record, "assignee_id")));
            continue;
        }
        if let Some(kind) = clock_of(from) {
            met.entry(kind).or_default().push(draft.id);
        }
        begun.extend(awaited(write, record, draft, &verifiers));
    }
    let clocks = sla::plan(write, begun).await?;
    let due = clocks.due();
    for draft in drafts {
        if before(record, draft) != draft.text(record, "state") {
            draft.set(record, "due_at", due.get(&draft.id).copied());
        }
    }
    Ok(Turn {
        met,
        assigned,
        clocks,
    })
}

/// Starts the clocks of feedback that is new, and says with it when they are due.
pub(in crate::services) async fn given(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let new = drafts.iter().filter(|draft| draft.before.is_none());
    // Nobody is asked to verify what is new.
    let nobody = HashMap::new();
    let begun: Vec<_> = new
        .filter_map(|draft| awaited(write, record, draft, &nobody))
        .collect();
    let clocks = sla::plan(write, begun).await?;
    let waiting: Vec<Uuid> = clocks.due().into_keys().collect();
    clocks.start(write).await?;
    if !waiting.is_empty() {
        store::feedback::set_due(write.tx, &waiting).await?;
    }
    Ok(())
}

/// Nobody is waited for of feedback that is about to be deleted.
pub(in crate::services) fn deleted(record: &record::Entity, drafts: &mut [Draft]) {
    for draft in drafts {
        draft.set(record, "due_at", Value::ChronoDateTimeUtc(None));
    }
}

/// The clocks of feedback that is about to be brought back: they begin anew. When they are due is put into the drafts.
pub(in crate::services) async fn restored(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &mut [Draft],
) -> Result<Planned, ApiError> {
    let verifiers = verifiers(write, record, drafts).await?;
    let begun = drafts.iter();
    let begun: Vec<_> = begun
        .filter_map(|draft| awaited(write, record, draft, &verifiers))
        .collect();
    let clocks = sla::plan(write, begun).await?;
    let due = clocks.due();
    for draft in drafts {
        draft.set(record, "due_at", due.get(&draft.id).copied());
    }
    Ok(clocks)
}

/// The state in which it was.
fn before<'d>(record: &record::Entity, draft: &'d Draft) -> Option<&'d str> {
    match draft.before.as_ref()?.get(record.position("state")?) {
        Some(Value::String(Some(state))) => Some(state),
        _ => None,
    }
}

/// What is waited for while feedback is as the draft says, and from whom.
fn awaited(
    write: &Write<'_>,
    record: &record::Entity,
    draft: &Draft,
    verifiers: &HashMap<Uuid, Uuid>,
) -> Option<(SlaKind, Subject)> {
    let kind = clock_of(draft.text(record, "state")?)?;
    let whom = match kind {
        SlaKind::FeedbackVerify => {
            let author = draft.uuid(record, "author_id");
            author.and_then(|author| verifiers.get(&author).copied())
        }
        _ => draft.uuid(record, "assignee_id"),
    };
    Some((kind, waits(write, draft.id, whom)))
}

/// For each author who is to verify what was done: they themselves, or where they have left their manager.
async fn verifiers(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<HashMap<Uuid, Uuid>, ApiError> {
    let done = drafts
        .iter()
        .filter(|it| it.text(record, "state") == Some("ACTIONED"));
    let authors = done.filter_map(|draft| draft.uuid(record, "author_id"));
    let authors: BTreeSet<Uuid> = authors.collect();
    let people = People::of(write, authors.iter().copied()).await?;
    let (here, gone): (Vec<Uuid>, Vec<Uuid>) = authors
        .into_iter()
        .partition(|author| people.is_active(*author));
    let mut verifiers = store::sla::managers(write.tx, &gone).await?;
    verifiers.extend(here.into_iter().map(|author| (author, author)));
    Ok(verifiers)
}

/// Has others answer what these users, who leave, were to answer, or nobody, so that managers see it; and others verify
/// what those who are `gone` were to.
pub(in crate::services) async fn left(
    write: &Write<'_>,
    (users, gone): (&[Uuid], &[Uuid]),
    heirs: &HashMap<Uuid, Uuid>,
) -> Result<(), ApiError> {
    let mut waited = Vec::new();
    let open = store::feedback::to_answer(write.tx, users).await?;
    let edits = open.into_iter().map(|before| {
        let heir = before
            .assignee_id
            .and_then(|user| heirs.get(&user).copied());
        let after = Model {
            assignee_id: heir.filter(|heir| Some(*heir) != before.author_id),
            ..before.clone()
        };
        waited.push((after.id, after.assignee_id));
        Edit { before, after }
    });
    ledger::update(write, edits.collect(), |_| Some(LEFT.to_owned())).await?;
    let done = store::feedback::to_verify(write.tx, gone).await?;
    let verified = done.into_iter().map(|row| {
        let heir = row.author_id.and_then(|user| heirs.get(&user).copied());
        (row.id, heir)
    });
    waited.extend(verified);
    sla::assign(write, About::Feedback, &waited).await
}

/// What is waited for while feedback is in that state.
fn clock_of(state: &str) -> Option<SlaKind> {
    match state {
        "OPEN" | "REOPENED" => Some(SlaKind::FeedbackAcknowledge),
        "ACKNOWLEDGED" => Some(SlaKind::FeedbackDecide),
        "PLANNED" => Some(SlaKind::FeedbackAction),
        "ACTIONED" => Some(SlaKind::FeedbackVerify),
        _ => None,
    }
}

/// That `owner` is waited for from now on.
pub(super) fn waits(write: &Write<'_>, id: Uuid, owner: Option<Uuid>) -> Subject {
    Subject {
        id,
        at: write.now,
        owner_id: owner,
        territory_id: None,
        lead: None,
    }
}
