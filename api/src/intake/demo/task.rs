//! What the company has agreed to do with leads: its playbooks, which are a month old, and the tasks that have come of
//! them since.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    lead::{self, LeadStatus},
    lead_transition,
    playbook::{self, Model as Playbook},
    playbook_step::{self, Model as Step, PlaybookAssignee},
    task::{Model, TaskOrigin, TaskState},
};
use uuid::Uuid;

use super::{Rows, calendar::Calendar, clock::Terms, dice::Dice};

/// Chance of its own, so that nothing else depends on how much of it is used.
const STREAM: u64 = u64::MAX - 1;
/// How long before the end of the year they were agreed on.
const SINCE: TimeDelta = TimeDelta::days(30);
/// One task in so many is forgotten.
const FORGOTTEN: u128 = 8;

/// Title, minutes, who does it, and how.
type Words = (&'static str, i32, PlaybookAssignee, &'static str);

const NEW: [Words; 2] = [
    (
        "Read what marketing did, and accept or reject",
        240,
        PlaybookAssignee::Owner,
        "The last three touches say what they want to talk about. A rejection needs a reason that marketing can use.",
    ),
    (
        "See that nobody waits",
        480,
        PlaybookAssignee::Manager,
        "A lead that nobody has looked at after a day is better off with somebody else.",
    ),
];
const ACCEPTED: [Words; 2] = [
    (
        "Call, and write if nobody answers",
        480,
        PlaybookAssignee::Owner,
        "Begin with what they downloaded or came to see. Two calls at different hours, then a short message.",
    ),
    (
        "Say how good the lead was",
        2_400,
        PlaybookAssignee::Owner,
        "One sentence of feedback on the campaign is enough.",
    ),
];
const REJECTED: [Words; 1] = [(
    "Decide what becomes of it",
    1_440,
    PlaybookAssignee::CampaignOwner,
    "Read the reason first. Three of a kind are something to change in the campaign.",
)];

/// The playbooks of a company, and their steps.
#[derive(Default)]
pub(super) struct Playbooks {
    pub(super) rows: Vec<Playbook>,
    pub(super) steps: Vec<Step>,
}

impl Playbooks {
    /// What the managers of both sides have agreed on; `by` wrote it down.
    pub(super) fn agree(seed: u64, calendar: &Calendar, by: Uuid) -> Self {
        let mut dice = Dice::new(seed, STREAM);
        let mut playbooks = Self::default();
        let at = calendar.end() - SINCE;
        for (name, status, steps) in [
            ("A new lead", LeadStatus::Mql, &NEW[..]),
            ("An accepted lead", LeadStatus::Accepted, &ACCEPTED),
            ("A rejected lead", LeadStatus::Rejected, &REJECTED),
        ] {
            let playbook = playbook(dice.id(at), name, status, (at, by));
            for (place, words) in (1..).zip(steps) {
                let step = step(dice.id(at), playbook.id, place, words, (at, by));
                playbooks.steps.push(step);
            }
            playbooks.rows.push(playbook);
        }
        playbooks
    }

    /// Takes the playbooks that `rows` brings, for the leads that come later.
    pub(super) fn learn(&mut self, rows: &Rows) {
        self.rows.extend(rows.playbooks.iter().cloned());
        self.steps.extend(rows.playbook_steps.iter().cloned());
    }

    /// The tasks of the leads in `rows`, as they stand at the end of the year.
    pub(super) fn tasks(
        &self,
        rows: &Rows,
        owners: &HashMap<Uuid, Uuid>,
        terms: &Terms,
    ) -> Vec<Model> {
        let leads: HashMap<Uuid, &lead::Model> = rows.leads.iter().map(|it| (it.id, it)).collect();
        let mut after: HashMap<Uuid, Vec<&lead_transition::Model>> = HashMap::new();
        for step in &rows.lead_transitions {
            after.entry(step.lead_id).or_default().push(step);
        }
        let mut tasks = Vec::new();
        for (lead, moves) in after {
            let Some(lead) = leads.get(&lead) else {
                continue;
            };
            for playbook in &self.rows {
                let started = moves.iter().position(|it| {
                    it.to_status == playbook.lead_status && it.at >= playbook.created_at
                });
                let Some((entered, later)) = started.and_then(|at| moves.get(at..)?.split_first())
                else {
                    continue;
                };
                let ended = later.iter().find(|it| {
                    is_done_with(it.to_status)
                        || is_with_sales(it.to_status) != is_with_sales(entered.to_status)
                });
                let steps = self
                    .steps
                    .iter()
                    .filter(|step| step.playbook_id == playbook.id);
                tasks.extend(steps.filter_map(|step| {
                    let who = who(step.assign_to, lead, owners, terms);
                    task(step, (entered, ended.map(|it| it.at)), who, terms)
                }));
            }
        }
        tasks.sort_unstable_by_key(|task| task.id);
        tasks
    }
}

fn who(
    assignee: PlaybookAssignee,
    lead: &lead::Model,
    owners: &HashMap<Uuid, Uuid>,
    terms: &Terms,
) -> Option<Uuid> {
    match assignee {
        PlaybookAssignee::Owner => lead.owner_id,
        PlaybookAssignee::Manager => terms.manager(lead.owner_id?),
        PlaybookAssignee::CampaignOwner => owners.get(&lead.source_campaign_id?).copied(),
    }
}

fn is_done_with(status: LeadStatus) -> bool {
    matches!(status, LeadStatus::Converted | LeadStatus::Disqualified)
}

fn is_with_sales(status: LeadStatus) -> bool {
    matches!(
        status,
        LeadStatus::Mql | LeadStatus::Accepted | LeadStatus::Working | LeadStatus::Sql
    )
}

/// What became of a step of a playbook that a lead started, until it `ended`. It has an id that follows from what started
/// it, so that the same year has the same ids.
fn task(
    step: &Step,
    (entered, ended): (&lead_transition::Model, Option<DateTime<Utc>>),
    assignee_id: Option<Uuid>,
    terms: &Terms,
) -> Option<Model> {
    let number = entered.id.as_u128() ^ u128::from(step.place.unsigned_abs());
    let due_at = terms.due(entered.at, step.due_after_minutes)?;
    let end = terms.end();
    let forgotten = number % FORGOTTEN == 0;
    let (state, at) = match ended {
        _ if due_at <= end && ended.is_none_or(|ended| due_at <= ended) && !forgotten => {
            (TaskState::Done, due_at)
        }
        Some(ended) => (TaskState::Cancelled, ended),
        None => (TaskState::Open, due_at.min(end)),
    };
    let open = state == TaskState::Open;
    let changed = !open || due_at <= end;
    Some(Model {
        id: Uuid::from_u128(number),
        title: step.title.clone(),
        best_practice: step.best_practice.clone(),
        origin: TaskOrigin::Playbook,
        state,
        lead_id: Some(entered.lead_id),
        opportunity_id: None,
        campaign_id: None,
        account_id: None,
        feedback_id: None,
        assignee_id,
        due_at,
        remind_at: Some(due_at).filter(|due| open && *due > end),
        reminded_at: Some(due_at).filter(|due| open && *due <= end),
        done_at: (state == TaskState::Done).then_some(due_at),
        out_of_order: false,
        snoozed_until: None,
        snooze_reason: None,
        playbook_step_id: Some(step.id),
        cycle: Some(entered.cycle),
        week: None,
        version: 1 + i32::from(changed),
        created_at: entered.at,
        created_by: None,
        updated_at: if changed { at } else { entered.at },
        updated_by: assignee_id.filter(|_| state == TaskState::Done),
        deleted_at: None,
        deleted_by: None,
    })
}

fn playbook(
    id: Uuid,
    name: &str,
    lead_status: LeadStatus,
    (at, by): (DateTime<Utc>, Uuid),
) -> Playbook {
    playbook::Model {
        id,
        name: name.to_owned(),
        lead_status,
        active: true,
        version: 1,
        created_at: at,
        created_by: Some(by),
        updated_at: at,
        updated_by: Some(by),
        deleted_at: None,
        deleted_by: None,
    }
}

fn step(
    id: Uuid,
    playbook_id: Uuid,
    place: i32,
    (title, minutes, assign_to, how): &Words,
    (at, by): (DateTime<Utc>, Uuid),
) -> Step {
    playbook_step::Model {
        id,
        playbook_id,
        place,
        title: (*title).to_owned(),
        best_practice: Some((*how).to_owned()),
        due_after_minutes: *minutes,
        assign_to: *assign_to,
        version: 1,
        created_at: at,
        created_by: Some(by),
        updated_at: at,
        updated_by: Some(by),
        deleted_at: None,
        deleted_by: None,
    }
}
