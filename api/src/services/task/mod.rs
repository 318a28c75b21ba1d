//! Tasks: what people make themselves, what playbooks and the hub make, and what becomes of them.

mod lead;
pub mod nudge;
pub mod watch;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::task::{Model, TaskOrigin, TaskState};
use uuid::Uuid;

use crate::{
    change::Actor,
    dataset::{Step, dataset},
    error::{ApiError, Problem},
    record,
    store::{
        self,
        table::{Record, Value},
    },
};

use super::{
    ledger::{self, Edit},
    people::{self, LEFT},
    rows::{self, Draft},
    write::Write,
};
pub(super) use lead::{assigned, leads_moved};

/// The table of tasks, as the change log calls it.
const TABLE: &str = "task";

/// A new task is its maker's, unless they say whose it is, and reminds when it is due.
pub(super) async fn settle(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &mut [Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    for draft in drafts.iter_mut().filter(|draft| draft.before.is_none()) {
        if let (Actor::User(user), false) = (write.author.actor, draft.says("assigneeId")) {
            draft.set(record, "assignee_id", user);
        }
        if let Some(due) = draft.get(record, "due_at").cloned() {
            draft.set(record, "remind_at", due);
        }
    }
    people::check_assignees(write, record, drafts, |_, _, _| None).await
}

/// Gives what these users were to do, who leave, to others, or to nobody, so that managers see it. Nobody else is asked what they have
/// not said.
pub(super) async fn left(
    write: &Write<'_>,
    users: &[Uuid],
    heirs: &HashMap<Uuid, Uuid>,
) -> Result<(), ApiError> {
    let open = store::task::to_do(write.tx, users).await?;
    let (nudges, open): (Vec<Model>, Vec<Model>) = open
        .into_iter()
        .partition(|task| task.origin == TaskOrigin::Nudge);
    cancel(write, nudges, Some(LEFT.to_owned())).await?;
    let edits = open.into_iter().map(|before| {
        let heir = before
            .assignee_id
            .and_then(|user| heirs.get(&user).copied());
        let after = Model {
            assignee_id: heir,
            ..before.clone()
        };
        Edit { before, after }
    });
    ledger::update(write, edits.collect(), |_| Some(LEFT.to_owned())).await
}

/// Settles what follows from `step`, and says what is wrong with which.
pub(super) async fn settle_step(
    write: &Write<'_>,
    record: &record::Entity,
    step: &Step,
    drafts: &mut [Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    if step.mutation == "assignTask" {
        return people::check_assignees(write, record, drafts, |_, _, _| None).await;
    }
    let early = match step.mutation.as_str() {
        "completeTask" => out_of_order(write, record, drafts).await?,
        _ => HashSet::new(),
    };
    let mut problems = Vec::new();
    for draft in drafts {
        let done = step.mutation == "completeTask";
        let until = instant(record, draft, "snoozed_until");
        let (snoozed_until, remind_at) = match step.mutation.as_str() {
            "snoozeTask" => (until, until),
            "reopenTask" => {
                let due = instant(record, draft, "due_at");
                (None, due.filter(|due| *due > write.now))
            }
            _ => (None, None),
        };
        if snoozed_until.is_some_and(|until| until <= write.now) {
            let problem = "an instant that is still to come is required";
            problems.push((draft.index, draft.problem("snoozedUntil", problem)));
        }
        if step.mutation == "snoozeTask" {
            let reason = draft.reason.clone();
            draft.set(record, "snooze_reason", reason);
        }
        draft.set(record, "done_at", done.then_some(write.now));
        let early = early.contains(&draft.id);
        draft.set(record, "out_of_order", early);
        draft.set(record, "snoozed_until", snoozed_until);
        draft.set(record, "remind_at", remind_at);
    }
    Ok(problems)
}

/// Which of the tasks are done before an earlier step of their playbook, with the same lead in the same cycle. What is
/// done together is done in order.
async fn out_of_order(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<HashSet<Uuid>, ApiError> {
    let of_playbooks = drafts
        .iter()
        .filter(|draft| draft.uuid(record, "playbook_step_id").is_some());
    let leads: Vec<Uuid> = of_playbooks
        .filter_map(|draft| draft.uuid(record, "lead_id"))
        .collect();
    if leads.is_empty() {
        return Ok(HashSet::new());
    }
    let together: HashSet<Uuid> = drafts.iter().map(|draft| draft.id).collect();
    let open = store::task::open_of(write.tx, &leads).await?;
    let steps: Vec<Uuid> = open.iter().filter_map(|it| it.playbook_step_id).collect();
    let places = places(write, &steps).await?;
    let place = |task: &Model| {
        let step = task.playbook_step_id?;
        let (playbook, position) = places.get(&step)?;
        Some(((task.lead_id, task.cycle, *playbook), *position))
    };
    let mut first: HashMap<_, i32> = HashMap::new();
    for task in open.iter().filter(|task| !together.contains(&task.id)) {
        if let Some((of, position)) = place(task) {
            let known = first.entry(of).or_insert(position);
            *known = position.min(*known);
        }
    }
    let early = open.iter().filter(|task| together.contains(&task.id));
    let early = early.filter(|task| {
        place(task).is_some_and(|(of, position)| first.get(&of).is_some_and(|it| *it < position))
    });
    Ok(early.map(|task| task.id).collect())
}

/// The playbook of each of these steps, and where it stands there.
async fn places(write: &Write<'_>, steps: &[Uuid]) -> Result<HashMap<Uuid, (Uuid, i32)>, ApiError> {
    let names = ["playbook_id", "place"];
    let rows = rows::columns(write, "PlaybookStep", &names, steps).await?;
    let place = |row: Record| match row.as_slice() {
        [Value::Uuid(Some(playbook)), Value::Int(Some(position))] => Some((*playbook, *position)),
        _ => None,
    };
    let places = rows.into_iter();
    let places = places.filter_map(|(id, row)| Some((id, place(row)?)));
    Ok(places.collect())
}

fn instant(record: &record::Entity, draft: &Draft, column: &str) -> Option<DateTime<Utc>> {
    match draft.get(record, column) {
        Some(Value::ChronoDateTimeUtc(at)) => *at,
        _ => None,
    }
}

/// Cancels what is to be done about leads that are deleted.
pub(super) async fn deleted(write: &Write<'_>, table: &str, ids: &[Uuid]) -> Result<(), ApiError> {
    if table != "lead" || ids.is_empty() {
        return Ok(());
    }
    let open = store::task::locked_of(write.tx, ids).await?;
    cancel(write, open, None).await
}

/// Has nobody do these tasks any more, which are locked.
async fn cancel(write: &Write<'_>, tasks: Vec<Model>, why: Option<String>) -> Result<(), ApiError> {
    let edits = tasks.into_iter().map(|before| {
        let after = Model {
            state: TaskState::Cancelled,
            remind_at: None,
            snoozed_until: None,
            ..before.clone()
        };
        Edit { before, after }
    });
    ledger::update(write, edits.collect(), |_| why.clone()).await
}

/// A task that is to be done as soon as it is there, of nobody and about nothing yet.
fn blank(write: &Write<'_>, origin: TaskOrigin, title: &str) -> Model {
    let by = write.author.actor.id();
    Model {
        id: Uuid::now_v7(),
        title: title.to_owned(),
        best_practice: None,
        origin,
        state: TaskState::Open,
        lead_id: None,
        opportunity_id: None,
        campaign_id: None,
        account_id: None,
        feedback_id: None,
        assignee_id: None,
        due_at: write.now,
        remind_at: Some(write.now),
        reminded_at: None,
        done_at: None,
        out_of_order: false,
        snoozed_until: None,
        snooze_reason: None,
        playbook_step_id: None,
        cycle: None,
        week: None,
        version: 1,
        created_at: write.now,
        created_by: by,
        updated_at: write.now,
        updated_by: by,
        deleted_at: None,
        deleted_by: None,
    }
}

/// When the rule of that name is taken, for the change log.
fn rule(name: &str) -> Option<String> {
    let workflow = dataset().entity("Task")?.workflow.as_ref()?;
    workflow.rule(name).map(|rule| rule.when.clone())
}
