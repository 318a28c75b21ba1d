//! Requests of one function to the other.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDate, TimeDelta};
use entity::{sla_policy::SlaKind, team_request::Model};
use uuid::Uuid;

use crate::{
    dataset::Step,
    error::{ApiError, Problem},
    record,
    store::{self, table::Value},
    views::Views,
};

use super::{
    asset,
    ledger::{self, Edit},
    people::{self, LEFT},
    rows::{self, Draft},
    sla::{self, About, Subject},
    write::Write,
};

const SALES: &str = "SALES";
const MARKETING: &str = "MARKETING";

/// Fills in who asks whom, and refuses what makes no sense.
pub(super) async fn settle(
    write: &Write<'_>,
    views: &Views,
    record: &record::Entity,
    drafts: &mut [Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    let user = write.user();
    let functions = rows::columns(write, "User", &["function"], user.as_slice()).await?;
    let function = user.and_then(|id| functions.get(&id)?.first());
    let own = match function {
        Some(Value::String(Some(name))) => [SALES, MARKETING].into_iter().find(|it| it == name),
        _ => None,
    };
    let mut problems = Vec::new();
    for draft in drafts.iter_mut().filter(|draft| draft.before.is_none()) {
        let said = draft.text(record, "to_function").map(str::to_owned);
        let to = said.or_else(|| own.map(|own| other(own).to_owned()));
        match to {
            None => {
                let problem = "say whom you ask: your own function does not tell";
                problems.push((draft.index, draft.problem("toFunction", problem)));
            }
            Some(to) if own == Some(to.as_str()) => {
                let problem = "a request is to the other function";
                problems.push((draft.index, draft.problem("toFunction", problem)));
            }
            Some(to) => {
                draft.set(record, "from_function", other(&to));
                draft.set(record, "to_function", to);
            }
        }
        draft.set(record, "requester_id", user);
        // Somewhere it may still be yesterday.
        let today = (write.now - TimeDelta::hours(12)).date_naive();
        if day(record, draft, "needed_by").is_some_and(|day| day < today) {
            let problem = "a day that is not over is required";
            problems.push((draft.index, draft.problem("neededBy", problem)));
        }
    }
    problems.extend(check_assignees(write, views, record, drafts).await?);
    Ok(problems)
}

/// Refuses who could not answer it, or would answer themselves.
async fn check_assignees(
    write: &Write<'_>,
    views: &Views,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    people::check_assignees(write, record, drafts, |people, draft, user| {
        let to = draft.text(record, "to_function").unwrap_or_default();
        if draft.uuid(record, "requester_id") == Some(user) {
            Some("nobody answers their own request")
        } else if people.function(user) == Some(other(to)) {
            Some("they are of the function that asks")
        } else {
            let may = people.may(views, user, "TeamRequest", "answer");
            (!may).then_some("their roles do not let them answer requests")
        }
    })
    .await
}

/// Has others answer and deliver what these users were to, who leave, or whoever does where they are asked.
pub(super) async fn left(
    write: &Write<'_>,
    users: &[Uuid],
    heirs: &HashMap<Uuid, Uuid>,
) -> Result<(), ApiError> {
    let open = store::team_request::to_deliver(write.tx, users).await?;
    let mut waited = Vec::new();
    let edits = open.into_iter().map(|before| {
        let heir = before
            .assignee_id
            .and_then(|user| heirs.get(&user).copied());
        let after = Model {
            assignee_id: heir.filter(|heir| Some(*heir) != before.requester_id),
            ..before.clone()
        };
        waited.push((after.id, after.assignee_id));
        Edit { before, after }
    });
    ledger::update(write, edits.collect(), |_| Some(LEFT.to_owned())).await?;
    sla::assign(write, About::TeamRequest, &waited).await
}

fn other(function: &str) -> &'static str {
    if function == SALES { MARKETING } else { SALES }
}

/// Starts the clocks of requests that are new.
pub(super) async fn made(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let new = drafts.iter().filter(|draft| draft.before.is_none());
    let waits: Vec<Subject> = new.map(|draft| waits(write, record, draft)).collect();
    sla::start(write, SlaKind::RequestAnswer, &waits).await
}

/// Settles what follows from `step`, and says what is wrong with which.
pub(super) async fn settle_step(
    write: &Write<'_>,
    views: &Views,
    record: &record::Entity,
    step: &Step,
    drafts: &mut [Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    let mut problems = check_assignees(write, views, record, drafts).await?;
    for draft in drafts {
        match step.mutation.as_str() {
            "acceptTeamRequest" => {
                draft.set(record, "answered_at", write.now);
                if draft.uuid(record, "assignee_id").is_none() {
                    draft.set(record, "assignee_id", write.user());
                }
            }
            "declineTeamRequest" => {
                draft.set(record, "answered_at", write.now);
                let reason = draft.reason.clone();
                draft.set(record, "decline_reason", reason);
            }
            "deliverTeamRequest" => {
                draft.set(record, "delivered_at", write.now);
                let link = draft.text(record, "delivered_url");
                if link.is_some_and(|link| !asset::is_link(link)) {
                    let problem = draft.problem("deliveredUrl", asset::NO_LINK);
                    problems.push((draft.index, problem));
                }
            }
            "rateTeamRequest" => draft.set(record, "rated_at", write.now),
            _ => {}
        }
    }
    Ok(problems)
}

/// Writes requests that have taken a step, and stops and starts their clocks.
pub(super) async fn take_step(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    rows::store(write, record, drafts).await?;
    let mut met: BTreeMap<SlaKind, Vec<Uuid>> = BTreeMap::new();
    let mut begun: BTreeMap<SlaKind, Vec<Subject>> = BTreeMap::new();
    let mut assigned = Vec::new();
    let position = record.position("state");
    for draft in drafts {
        let before = draft.before.as_ref().zip(position);
        let from = match before.and_then(|(row, at)| row.get(at)) {
            Some(Value::String(Some(from))) => from.as_str(),
            _ => continue,
        };
        let to = draft.text(record, "state").unwrap_or_default();
        assigned.push((draft.id, draft.uuid(record, "assignee_id")));
        if from == to {
            continue;
        }
        if let Some(kind) = clock_of(from) {
            met.entry(kind).or_default().push(draft.id);
        }
        if let Some(kind) = clock_of(to) {
            let subject = waits(write, record, draft);
            begun.entry(kind).or_default().push(subject);
        }
    }
    // Who answers is who was waited for.
    sla::assign(write, About::TeamRequest, &assigned).await?;
    for (kind, ids) in met {
        sla::met(write, kind, &ids).await?;
    }
    for (kind, subjects) in begun {
        sla::start(write, kind, &subjects).await?;
    }
    Ok(Vec::new())
}

/// The clocks of requests that are about to be brought back: their time begins now.
pub(super) async fn restored(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<sla::Planned, ApiError> {
    let begun = drafts.iter().filter_map(|draft| {
        let kind = clock_of(draft.text(record, "state")?)?;
        Some((kind, waits(write, record, draft)))
    });
    sla::plan(write, begun.collect::<Vec<_>>()).await
}

/// What is waited for while a request is in that state.
fn clock_of(state: &str) -> Option<SlaKind> {
    match state {
        "OPEN" => Some(SlaKind::RequestAnswer),
        "ACCEPTED" => Some(SlaKind::RequestDeliver),
        _ => None,
    }
}

/// That its assignee is waited for from now on.
fn waits(write: &Write<'_>, record: &record::Entity, draft: &Draft) -> Subject {
    Subject {
        id: draft.id,
        at: write.now,
        owner_id: draft.uuid(record, "assignee_id"),
        territory_id: None,
        lead: None,
    }
}

fn day(record: &record::Entity, draft: &Draft, column: &str) -> Option<NaiveDate> {
    match draft.get(record, column) {
        Some(Value::ChronoDate(day)) => *day,
        _ => None,
    }
}
