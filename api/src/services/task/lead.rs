//! What leads bring and end when they go: tasks of playbooks, and of those who nurture them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    lead::LeadStatus,
    playbook_step::{self, PlaybookAssignee},
    task::{Model, TaskOrigin, TaskState},
};
use uuid::Uuid;

use crate::{
    error::ApiError,
    record,
    store::{self, table::Value},
};

use super::{blank, cancel, rule};
use crate::services::{
    lead::Moved,
    ledger::{self, Edit},
    rows, sla,
    write::Write,
};

/// What marketing is to do with a lead that sales has given back. Whose it is says the lead, to who sees it.
const NURTURE: &str = "Go on with this lead";

/// Ends what is not to be done any more with leads that have moved, and starts what is to be done now.
pub(in crate::services) async fn leads_moved(
    write: &Write<'_>,
    moved: &[Moved],
) -> Result<(), ApiError> {
    close(write, moved).await?;
    let steps = steps(write, moved).await?;
    let recycled = |lead: &&Moved| lead.to == LeadStatus::Recycled;
    let recycled: Vec<&Moved> = moved.iter().filter(recycled).collect();
    let given = moved.iter().filter(|lead| lead.from == Some(lead.to));
    let given: Vec<&Moved> = given.collect();
    if steps.is_empty() && recycled.is_empty() && given.is_empty() {
        return Ok(());
    }
    let people = People::of(write, moved).await?;
    let owners = given.iter().map(|lead| {
        let owner = people.who(PlaybookAssignee::Owner, lead);
        (lead.id, owner)
    });
    let owners: Vec<(Uuid, Option<Uuid>)> = owners.collect();
    assigned(write, &owners).await?;
    let (mut tasks, again) = start(write, moved, &steps, &people).await?;
    ledger::update(write, again, |_| rule("playbookAgain")).await?;
    let nurtured = recycled.iter().map(|lead| nurture(write, lead, &people));
    tasks.extend(nurtured);
    ledger::insert(write, tasks).await
}

/// Cancels what is not to be done any more.
async fn close(write: &Write<'_>, moved: &[Moved]) -> Result<(), ApiError> {
    let done_with = |to| matches!(to, LeadStatus::Converted | LeadStatus::Disqualified);
    let ending = |lead: &&Moved| {
        let from = lead.from;
        from.is_some_and(|from| done_with(lead.to) || is_with_sales(from) != is_with_sales(lead.to))
    };
    let ending: HashMap<Uuid, LeadStatus> = moved
        .iter()
        .filter(ending)
        .map(|lead| (lead.id, lead.to))
        .collect();
    if ending.is_empty() {
        return Ok(());
    }
    let leads: Vec<Uuid> = ending.keys().copied().collect();
    let mut open = store::task::locked_of(write.tx, &leads).await?;
    open.retain(|task| {
        let to = task.lead_id.and_then(|lead| ending.get(&lead));
        let by_state = matches!(task.origin, TaskOrigin::Playbook | TaskOrigin::Nurture);
        to.is_some_and(|to| by_state || done_with(*to))
    });
    cancel(write, open, rule("leadMoved")).await
}

/// Gives what the owners of leads are to do to their new owners.
pub(in crate::services) async fn assigned(
    write: &Write<'_>,
    owners: &[(Uuid, Option<Uuid>)],
) -> Result<(), ApiError> {
    if owners.is_empty() {
        return Ok(());
    }
    let owners: HashMap<Uuid, Option<Uuid>> = owners.iter().copied().collect();
    let leads: Vec<Uuid> = owners.keys().copied().collect();
    let open = store::task::locked_of(write.tx, &leads).await?;
    let steps: Vec<Uuid> = open.iter().filter_map(|it| it.playbook_step_id).collect();
    let roles = rows::columns(write, "PlaybookStep", &["assign_to"], &steps).await?;
    let edits = open.into_iter().filter_map(|before| {
        let owner = *owners.get(&before.lead_id?)?;
        let [Value::String(Some(role))] = roles.get(&before.playbook_step_id?)?.as_slice() else {
            return None;
        };
        (role == "OWNER" && before.assignee_id != owner).then(|| {
            let after = Model {
                assignee_id: owner,
                ..before.clone()
            };
            Edit { before, after }
        })
    });
    ledger::update(write, edits.collect(), |_| None).await
}

/// Whose turn it is with a lead that stands there.
fn is_with_sales(status: LeadStatus) -> bool {
    match status {
        LeadStatus::Mql
        | LeadStatus::Accepted
        | LeadStatus::Working
        | LeadStatus::Sql
        | LeadStatus::Converted => true,
        LeadStatus::New
        | LeadStatus::Nurturing
        | LeadStatus::Rejected
        | LeadStatus::Recycled
        | LeadStatus::Disqualified => false,
    }
}

/// The steps of the playbooks that the leads start, by the status that starts them.
async fn steps(
    write: &Write<'_>,
    moved: &[Moved],
) -> Result<Vec<(LeadStatus, playbook_step::Model)>, ApiError> {
    let mut statuses: Vec<LeadStatus> = Vec::new();
    for lead in moved.iter().filter(|lead| lead.from != Some(lead.to)) {
        if !statuses.contains(&lead.to) {
            statuses.push(lead.to);
        }
    }
    if statuses.is_empty() {
        return Ok(Vec::new());
    }
    let playbooks = store::task::playbooks(write.tx, &statuses).await?;
    if playbooks.is_empty() {
        return Ok(Vec::new());
    }
    let playbooks: HashMap<Uuid, LeadStatus> = playbooks
        .into_iter()
        .map(|playbook| (playbook.id, playbook.lead_status))
        .collect();
    let ids: Vec<Uuid> = playbooks.keys().copied().collect();
    let steps = store::task::steps(write.tx, &ids).await?;
    let steps = steps.into_iter().filter_map(|step| {
        let status = playbooks.get(&step.playbook_id)?;
        Some((*status, step))
    });
    Ok(steps.collect())
}

/// The tasks of the playbooks that leads start, once in a cycle: those that are new, and such as were cancelled when the lead went back, which
/// are to be done after all.
async fn start(
    write: &Write<'_>,
    moved: &[Moved],
    steps: &[(LeadStatus, playbook_step::Model)],
    people: &People,
) -> Result<(Vec<Model>, Vec<Edit<Model>>), ApiError> {
    if steps.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let leads: Vec<Uuid> = moved.iter().map(|lead| lead.id).collect();
    let made = store::task::made(write.tx, &leads).await?;
    let made = made.into_iter().filter_map(|task| {
        let of = (task.lead_id?, task.playbook_step_id?, task.cycle?);
        Some((of, task))
    });
    let mut made: HashMap<(Uuid, Uuid, i32), Model> = made.collect();
    let mut started = Vec::new();
    for lead in moved.iter().filter(|lead| lead.from != Some(lead.to)) {
        for (_, step) in steps.iter().filter(|(status, _)| *status == lead.to) {
            let before = made.remove(&(lead.id, step.id, cycle(lead)));
            let done = before.as_ref().map(|it| it.state);
            if done.is_none_or(|state| state == TaskState::Cancelled) {
                started.push((lead, step, before));
            }
        }
    }
    let asked = started.iter().map(|(lead, step, _)| {
        let time = TimeDelta::minutes(step.due_after_minutes.into());
        (lead.uuid("territory_id"), time)
    });
    let due = sla::due_after(write, &asked.collect::<Vec<_>>()).await?;
    let (mut fresh, mut again) = (Vec::new(), Vec::new());
    for ((lead, step, before), due_at) in started.into_iter().zip(due) {
        let task = Model {
            best_practice: step.best_practice.clone(),
            lead_id: Some(lead.id),
            assignee_id: people.who(step.assign_to, lead),
            due_at,
            remind_at: Some(due_at),
            playbook_step_id: Some(step.id),
            cycle: Some(cycle(lead)),
            ..blank(write, TaskOrigin::Playbook, &step.title)
        };
        match before {
            Some(before) => again.push(Edit {
                after: begun_anew(&before, task),
                before,
            }),
            None => fresh.push(task),
        }
    }
    Ok((fresh, again))
}

/// The task that there is, to be done as if it were `new`.
fn begun_anew(there: &Model, new: Model) -> Model {
    Model {
        title: new.title,
        best_practice: new.best_practice,
        state: new.state,
        assignee_id: new.assignee_id,
        due_at: new.due_at,
        remind_at: new.remind_at,
        reminded_at: None,
        snooze_reason: None,
        ..there.clone()
    }
}

/// The task of marketing to go on with a lead that sales has given back.
fn nurture(write: &Write<'_>, lead: &Moved, people: &People) -> Model {
    let due_at = instant(lead, "resume_at").unwrap_or(write.now);
    Model {
        lead_id: Some(lead.id),
        assignee_id: people.who(PlaybookAssignee::CampaignOwner, lead),
        due_at,
        remind_at: Some(due_at),
        cycle: Some(cycle(lead)),
        ..blank(write, TaskOrigin::Nurture, NURTURE)
    }
}

/// Who has to do with leads, of those who are still there.
struct People {
    managers: HashMap<Uuid, Uuid>,
    campaigns: HashMap<Uuid, Uuid>,
    active: HashSet<Uuid>,
}

impl People {
    async fn of(write: &Write<'_>, moved: &[Moved]) -> Result<Self, ApiError> {
        let ids = |column: &str| -> Vec<Uuid> {
            let ids = moved.iter().filter_map(|lead| lead.uuid(column));
            ids.collect::<HashSet<_>>().into_iter().collect()
        };
        let owners = ids("owner_id");
        let campaigns = ids("source_campaign_id");
        let rows = rows::columns(write, "User", &["active", "deleted_at"], &owners).await?;
        let active = rows.into_iter().filter(|(_, row)| match row.as_slice() {
            [active, deleted_at] => {
                *active == Value::Bool(Some(true)) && record::is_empty(deleted_at)
            }
            _ => false,
        });
        Ok(Self {
            active: active.map(|(id, _)| id).collect(),
            managers: store::sla::managers(write.tx, &owners).await?,
            campaigns: store::sla::campaign_owners(write.tx, &campaigns).await?,
        })
    }

    fn who(&self, assignee: PlaybookAssignee, lead: &Moved) -> Option<Uuid> {
        let active = |id: &Uuid| self.active.contains(id);
        let owner = lead.uuid("owner_id");
        match assignee {
            PlaybookAssignee::Owner => owner.filter(active),
            PlaybookAssignee::Manager => self.managers.get(&owner?).copied(),
            PlaybookAssignee::CampaignOwner => {
                let campaign = lead.uuid("source_campaign_id")?;
                self.campaigns.get(&campaign).copied()
            }
        }
    }
}

fn instant(lead: &Moved, column: &str) -> Option<DateTime<Utc>> {
    match lead.value(column) {
        Some(Value::ChronoDateTimeUtc(at)) => *at,
        _ => None,
    }
}

fn cycle(lead: &Moved) -> i32 {
    match lead.value("cycle") {
        Some(Value::Int(Some(cycle))) => *cycle,
        _ => 1,
    }
}
