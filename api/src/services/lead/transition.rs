//! The steps of leads: the one way in which a lead gets another status, whoever or whatever makes it go.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    lead::LeadStatus,
    lead_definition::DefinitionStage,
    lead_transition::{self, TransitionCause},
};
use sea_orm::ActiveEnum;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::services::ledger;
use crate::{
    change::Actor,
    dataset::{Rule, Step, dataset},
    error::{ApiError, Problem},
    reader::APPROACHES,
    record,
    store::{
        definition as definitions, lookup,
        table::{Record, Value},
        touch as touches,
    },
    views::Views,
};

use super::{Moved, convert};
use crate::services::{
    feedback, routing,
    rows::{self, Draft},
    sla, task,
    touch::AHEAD,
    write::Write,
};

/// What a lead has been through in a cycle, which begins anew with the next.
const STAMPS: [&str; 5] = [
    "mql_at",
    "accepted_at",
    "first_touched_at",
    "sql_at",
    "converted_at",
];

/// What makes leads go.
#[derive(Clone, Copy, Debug)]
enum Cause {
    Step(&'static Step),
    Rule(&'static Rule),
    Capture,
}

/// Settles what follows from `step` for each lead, and says what is wrong with which.
pub(in crate::services) async fn settle_step(
    write: &Write<'_>,
    record: &'static record::Entity,
    step: &'static Step,
    drafts: &mut [Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    if step.to.is_empty() {
        return routing::check_assigned(write, record, drafts).await;
    }
    let problems = match step.mutation.as_str() {
        "convertLead" => convert::check(record, drafts),
        "markSalesQualified" => unanswered(write, drafts).await?,
        "reassignLead" => same(record, drafts),
        _ => Vec::new(),
    };
    let problems = problems.into_iter().chain(past(write, record, drafts));
    let problems = problems.collect();
    let definition = definition(write, record, drafts).await?;
    for draft in &mut *drafts {
        enter(write, record, definition, draft);
    }
    Ok(problems)
}

/// Has the leads take `step`, or says what is wrong with which.
pub(in crate::services) async fn take_step(
    write: &Write<'_>,
    views: &Views,
    record: &'static record::Entity,
    step: &'static Step,
    mut drafts: Vec<Draft>,
) -> Result<Vec<(usize, Problem)>, ApiError> {
    if step.to.is_empty() {
        rows::store(write, record, &drafts).await?;
        routing::assigned(write, record, &drafts).await?;
        return Ok(Vec::new());
    }
    if step.mutation == "convertLead" {
        let problems = convert::convert(write, views, record, &mut drafts).await?;
        if !problems.is_empty() {
            return Ok(problems);
        }
    }
    let problems = routing::hand_over(write, record, &step.mutation, &mut drafts).await?;
    if problems.is_empty() {
        move_on(write, record, Cause::Step(step), &drafts).await?;
        let accepted = |draft: &&Draft| draft.text(record, "status") == Some("ACCEPTED");
        let accepted = drafts.iter().filter(accepted).map(|draft| draft.id);
        approached(write, &accepted.collect::<Vec<Uuid>>()).await?;
    }
    Ok(problems)
}

/// Has those of the leads be worked on that sales has accepted, and approached since they were handed over: before they
/// were accepted or after, and whenever that was logged.
pub(in crate::services) async fn approached(
    write: &Write<'_>,
    leads: &[Uuid],
) -> Result<(), ApiError> {
    if leads.is_empty() {
        return Ok(());
    }
    let first = touches::first_approaches(write.tx, leads, write.now + AHEAD, APPROACHES).await?;
    let leads: Vec<Uuid> = first.keys().copied().collect();
    take_rule_since(write, "firstSalesTouch", &leads, &first)
        .await
        .map(drop)
}

/// The clocks of leads that are about to be brought back.
pub(in crate::services) async fn restored(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<sla::Planned, ApiError> {
    let leads = drafts.iter().map(|draft| step_of(write, record, draft));
    let leads: Vec<Moved> = leads.collect::<Result<_, _>>()?;
    sla::leads_restored(write, &leads).await
}

/// Has those of the leads `ids` take the step of the rule `name` that stand where it begins, and returns which.
pub(in crate::services) async fn take_rule(
    write: &Write<'_>,
    name: &str,
    ids: &[Uuid],
) -> Result<Vec<Uuid>, ApiError> {
    take_rule_since(write, name, ids, &HashMap::new()).await
}

/// As [`take_rule`]; `first` are the instants at which sales approached leads first.
async fn take_rule_since(
    write: &Write<'_>,
    name: &str,
    ids: &[Uuid],
    first: &HashMap<Uuid, DateTime<Utc>>,
) -> Result<Vec<Uuid>, ApiError> {
    let workflow = dataset().target("Lead")?.workflow.as_ref();
    let rule = workflow.and_then(|workflow| workflow.rule(name));
    let (Some(rule), Some(record)) = (rule, record::entity("lead")) else {
        return Err(ApiError::internal(format!("no rule {name} for leads")));
    };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = lookup::locked(write.tx, &record.table, ids).await?;
    let drafts = rows.into_iter().enumerate();
    let drafts = drafts.filter_map(|(index, row)| Draft::stored(record, index, row));
    let mut drafts: Vec<Draft> = drafts.filter(|draft| begins(record, rule, draft)).collect();
    for draft in &mut drafts {
        draft.set(record, "status", rule.to.as_str());
        let untouched = |at: &Value| record::is_empty(at);
        let approach = first.get(&draft.id);
        if let Some(at) =
            approach.filter(|_| draft.get(record, "first_touched_at").is_some_and(untouched))
        {
            draft.set(record, "first_touched_at", *at);
        }
    }
    let definition = definition(write, record, &drafts).await?;
    for draft in &mut drafts {
        enter(write, record, definition, draft);
    }
    let nobody = routing::hand_over(write, record, &rule.name, &mut drafts).await?;
    drafts.retain(|draft| !nobody.iter().any(|(index, _)| *index == draft.index));
    move_on(write, record, Cause::Rule(rule), &drafts).await?;
    Ok(drafts.into_iter().map(|draft| draft.id).collect())
}

/// Writes the first step of leads that were captured.
pub(super) async fn begin(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[&Draft],
) -> Result<(), ApiError> {
    record_steps(write, record, Cause::Capture, drafts).await
}

fn begins(record: &record::Entity, rule: &Rule, draft: &Draft) -> bool {
    let deleted = draft
        .get(record, "deleted_at")
        .is_some_and(|at| !record::is_empty(at));
    let status = draft.text(record, "status").unwrap_or_default();
    !deleted && rule.from.iter().any(|from| from == status)
}

/// The definition of an MQL that is in force, where one of the leads becomes one.
async fn definition(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<Option<Uuid>, ApiError> {
    let mut drafts = drafts.iter();
    if !drafts.any(|draft| draft.text(record, "status") == Some("MQL")) {
        return Ok(None);
    }
    let active = definitions::active(write.tx, DefinitionStage::Mql).await?;
    Ok(active.map(|definition| definition.id))
}

/// Sets what follows from the status that a lead enters: stamps of the cycle, the definition that it is qualified
/// under, reasons, and the day to resume.
fn enter(write: &Write<'_>, record: &record::Entity, definition: Option<Uuid>, draft: &mut Draft) {
    let to = draft.text(record, "status").unwrap_or_default().to_owned();
    if to == "NEW" {
        if let Some(Value::Int(Some(cycle))) = draft.get(record, "cycle") {
            let next = cycle.saturating_add(1);
            draft.set(record, "cycle", next);
        }
        for stamp in STAMPS {
            draft.set(record, stamp, None::<DateTime<Utc>>);
        }
        draft.set(record, "definition_id", None::<Uuid>);
    }
    if to == "MQL" && draft.changes(record, "status") {
        draft.set(record, "definition_id", definition);
        // Whoever is handed over is not nurtured any more: somebody is waited for.
        if draft.text(record, "intent_band") == Some("NURTURE") {
            draft.set(record, "intent_band", "WARM");
        }
    }
    let stamp = match to.as_str() {
        "MQL" => Some("mql_at"),
        "ACCEPTED" => Some("accepted_at"),
        "WORKING" => Some("first_touched_at"),
        "SQL" => Some("sql_at"),
        "CONVERTED" => Some("converted_at"),
        _ => None,
    };
    let fresh = stamp.filter(|stamp| draft.get(record, stamp).is_some_and(record::is_empty));
    if let Some(stamp) = fresh {
        draft.set(record, stamp, write.now);
    }
    let reason = draft.reason_id();
    match to.as_str() {
        "REJECTED" => draft.set(record, "reject_reason_id", reason),
        "MQL" | "NEW" => draft.set(record, "reject_reason_id", None::<Uuid>),
        _ => {}
    }
    let disqualified = reason.filter(|_| to == "DISQUALIFIED");
    draft.set(record, "disqualify_reason_id", disqualified);
    if to != "RECYCLED" {
        draft.set(record, "resume_at", None::<DateTime<Utc>>);
    }
}

/// Refuses to give leads to who has them: their time would begin anew for nothing.
fn same(record: &record::Entity, drafts: &[Draft]) -> Vec<(usize, Problem)> {
    let same = drafts
        .iter()
        .filter(|draft| !draft.changes(record, "owner_id"));
    let problem = "they have it already";
    same.map(|draft| (draft.index, draft.problem("ownerId", problem)))
        .collect()
}

/// Refuses to give leads back until a day that has passed.
fn past(write: &Write<'_>, record: &record::Entity, drafts: &[Draft]) -> Vec<(usize, Problem)> {
    let past = drafts.iter().filter(|draft| {
        let recycled = draft.text(record, "status") == Some("RECYCLED");
        let at = draft.get(record, "resume_at");
        recycled && matches!(at, Some(Value::ChronoDateTimeUtc(Some(at))) if *at <= write.now)
    });
    let problem = "an instant to come is required";
    past.map(|draft| (draft.index, draft.problem("resumeAt", problem)))
        .collect()
}

/// Asks for what the definition of an SQL that is in force has sales find out.
async fn unanswered(
    write: &Write<'_>,
    drafts: &[Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    let active = definitions::active(write.tx, DefinitionStage::Sql).await?;
    let answers = active.and_then(|definition| definition.answers);
    let answers: Vec<String> = match answers {
        Some(answers) => serde_json::from_value(answers).map_err(ApiError::internal)?,
        None => return Ok(Vec::new()),
    };
    let problem = "the definition of an SQL that is in force asks for it";
    let lacking = drafts.iter().flat_map(|draft| {
        let lacking = answers.iter().filter(|name| words(draft, name).is_none());
        lacking.map(|name| (draft.index, draft.problem(name, problem)))
    });
    Ok(lacking.collect())
}

/// Writes leads that have moved, their steps, and all that follows.
async fn move_on(
    write: &Write<'_>,
    record: &'static record::Entity,
    by: Cause,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    rows::store(write, record, drafts).await?;
    let drafts: Vec<&Draft> = drafts.iter().collect();
    record_steps(write, record, by, &drafts).await
}

async fn record_steps(
    write: &Write<'_>,
    record: &'static record::Entity,
    by: Cause,
    drafts: &[&Draft],
) -> Result<(), ApiError> {
    let mut moved = Vec::with_capacity(drafts.len());
    let mut transitions = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let step = step_of(write, record, draft)?;
        transitions.push(transition(write, record, by, (draft, &step)));
        moved.push(step);
    }
    ledger::insert(write, transitions).await?;
    follow(write, &moved).await
}

/// What follows from leads that have moved, in the same transaction.
async fn follow(write: &Write<'_>, moved: &[Moved]) -> Result<(), ApiError> {
    sla::leads_moved(write, moved).await?;
    task::leads_moved(write, moved).await?;
    feedback::leads_moved(write, moved).await
}

/// What was said in words with a step.
fn words(draft: &Draft, name: &str) -> Option<String> {
    let said = draft.told.get(name).and_then(Json::as_str).map(str::trim);
    said.filter(|words| !words.is_empty()).map(str::to_owned)
}

fn step_of(write: &Write<'_>, record: &record::Entity, draft: &Draft) -> Result<Moved, ApiError> {
    let at = record.position("status");
    let status = |row: &Record| match at.and_then(|at| row.get(at)) {
        Some(Value::String(Some(text))) => {
            LeadStatus::try_from_value(text).map_err(ApiError::internal)
        }
        _ => Err(ApiError::internal("a lead without a status")),
    };
    Ok(Moved {
        id: draft.id,
        from: draft.before.as_ref().map(status).transpose()?,
        to: status(&draft.record)?,
        after: draft.record.clone(),
        at: write.now,
        note: words(draft, "note"),
    })
}

fn transition(
    write: &Write<'_>,
    record: &record::Entity,
    by: Cause,
    (draft, moved): (&Draft, &Moved),
) -> lead_transition::Model {
    let int = |column| match draft.get(record, column) {
        Some(Value::Int(number)) => *number,
        _ => None,
    };
    let (cause, by_user_id) = match (by, &write.author.actor) {
        (Cause::Rule(_), _) => (TransitionCause::Rule, None),
        (_, Actor::User(user)) => (TransitionCause::Mutation, Some(*user)),
        _ => (TransitionCause::Mutation, None),
    };
    let note = match by {
        Cause::Step(step) if step.why => draft.reason.clone(),
        Cause::Rule(rule) => Some(rule.when.clone()),
        _ => moved.note.clone(),
    };
    lead_transition::Model {
        id: Uuid::now_v7(),
        lead_id: moved.id,
        from_status: moved.from,
        to_status: moved.to,
        at: moved.at,
        by_user_id,
        cause,
        reason_id: draft.reason_id(),
        note,
        need: words(draft, "need"),
        authority: words(draft, "authority"),
        budget: words(draft, "budget"),
        timing: words(draft, "timing"),
        score_snapshot: int("score"),
        definition_id: draft
            .uuid(record, "definition_id")
            .filter(|_| moved.to == LeadStatus::Mql && moved.from != Some(LeadStatus::Mql)),
        cycle: int("cycle").unwrap_or(1),
        backfilled: false,
        created_at: write.now,
    }
}
