//! Taking a step from one state to another, as the noun's workflow has it.

use std::collections::{BTreeSet, HashMap};

use entity::reason_code::OTHER;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::{
    dataset::{Entity, Step, Workflow},
    error::{ApiError, Problem},
    record,
    store::table::Value,
    views::Views,
};

use super::{
    Order, Outcome, Refused, Written, columns,
    draft::{self, Draft, missing},
    input::{self, Said},
    proviso::Taken,
    reference,
    rights::{self, Rights},
    rules, save, stored,
};
use crate::services::{people::People, write::Write};

/// The code of a step that a row cannot take from where it stands.
const INVALID_TRANSITION: &str = "INVALID_TRANSITION";

/// A reason to choose from.
struct Reason {
    kind: String,
    key: String,
    active: bool,
}

/// Takes `step` with the rows of `order` that are not refused.
pub(super) async fn take(
    write: &Write<'_>,
    views: &Views,
    order: &Order,
    step: &'static Step,
    refused: &mut Refused,
) -> Result<Written, ApiError> {
    let entity = order.entity;
    let record = stored(entity)?;
    let mut drafts = draft::read(order, refused)?;
    let ids: Vec<Uuid> = drafts.iter().map(|draft| draft.id).collect();
    draft::load(write, record, &ids, &mut drafts).await?;
    may_take(write, (entity, step), &ids, &mut drafts, refused).await?;
    for draft in &mut drafts {
        save::put(write, record, draft);
    }
    reference::refuse_unknown(write, entity, &drafts, refused).await?;
    // Whoever stays where they are has said why they came there.
    if !step.to.is_empty() {
        settle_reasons(write, entity, &mut drafts, refused).await?;
    }
    rules::settle_step(write, views, record, step, &mut drafts, refused).await?;
    if order.atomic && !refused.0.is_empty() {
        return Ok(Written::default());
    }
    drafts.retain(|draft| !refused.0.contains_key(&draft.index));
    let mut written = Written::default();
    for draft in &drafts {
        let outcome = match &draft.before {
            Some(before) if *before == draft.record => Outcome::Unchanged,
            _ => Outcome::Updated,
        };
        written.outcomes.insert(draft.index, (draft.id, outcome));
    }
    for (index, problem) in rules::take_step(write, views, record, step, drafts).await? {
        refused.add(index, problem);
        written.late = true;
    }
    Ok(written)
}

/// Reads what is said with `step`, and returns what is wrong with it.
pub(super) fn read(
    draft: &mut Draft,
    (entity, step): (&'static Entity, &'static Step),
    record: &record::Entity,
    fields: &Map<String, Json>,
) -> Vec<Problem> {
    let (Some(workflow), Some((column, _))) = (&entity.workflow, entity.state()) else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    let to = match (step.to.as_slice(), fields.get("to").and_then(Json::as_str)) {
        ([only], _) => Some(only.as_str()),
        (states, Some(said)) => states.iter().map(String::as_str).find(|it| *it == said),
        _ => None,
    };
    if let (Some(to), Some(position)) = (to, record.position(column)) {
        draft.said.insert(column, vec![(position, to.into())]);
    } else if !step.to.is_empty() {
        let problem = draft.problem("to", "it does not lead there");
        problems.push(problem.allowing(&step.to));
    }
    if step.why && draft.reason.is_none() {
        problems.push(draft.problem("reason", "a reason is required"));
    }
    let path = format!("{}.note", draft.path);
    problems.extend(input::reason(&path, fields.get("note")).err());
    for name in ["reasonId", "note"] {
        let said = fields.get(name).filter(|json| !json.is_null());
        if let Some(json) = said {
            draft.told.insert(name.to_owned(), json.clone());
        }
    }
    for fields_asked in step.always() {
        let said = |field: &String| match field.as_str() {
            "reason" => draft.reason.is_some(),
            field => fields.get(field).is_some_and(|json| !json.is_null()),
        };
        if let (false, Some(first)) = (fields_asked.iter().any(said), fields_asked.first()) {
            let problem = format!("one of these is required: {}", fields_asked.join(", "));
            problems.push(draft.problem(first, &problem));
        }
    }
    for says in workflow.says(step) {
        let demanded = to.is_some_and(|to| workflow.demands(to, says.field));
        let json = fields.get(says.field).filter(|json| !json.is_null());
        let Some((json, field)) = json.zip(entity.written(says.field)) else {
            if says.required || demanded {
                problems.push(draft.problem(says.field, "it is required"));
            }
            continue;
        };
        let columns = field.kind.columns().all(|it| record.position(it).is_some());
        let path = format!("{}.{}", draft.path, says.field);
        if !columns || entity.find(says.field).is_none() {
            let unstorable = input::storable(json).err();
            problems.extend(unstorable.map(|problem| Problem::validation(path, &problem)));
            draft.told.insert(says.field.to_owned(), json.clone());
            continue;
        }
        match input::read(record, field, &path, json) {
            Ok(Said::Columns(values)) => {
                draft.said.insert(field.name, values);
            }
            Ok(Said::Beside(_)) => {}
            Err(wrong) => problems.extend(wrong),
        }
    }
    problems
}

/// Refuses rows that there are not for the caller, steps that they may not take, what was asked of another version of
/// the row, and only then such as do not begin where the row stands: whoever has read it before that is told so.
async fn may_take(
    write: &Write<'_>,
    (entity, step): (&'static Entity, &'static Step),
    ids: &[Uuid],
    drafts: &mut Vec<Draft>,
    refused: &mut Refused,
) -> Result<(), ApiError> {
    let (Some(workflow), Some((column, _))) = (&entity.workflow, entity.state()) else {
        return Err(ApiError::internal("a noun without steps"));
    };
    let record = stored(entity)?;
    let actions: Vec<&'static str> = workflow.steps.iter().map(|it| it.action.as_str()).collect();
    let actions = rights::distinct(&actions);
    let rights = Rights::of(write, entity, ids, &actions, false).await?;
    let taken = Taken::of(write, workflow, ids).await?;
    let bound = bound(entity, record, workflow, drafts);
    let people = People::of(write, bound).await?;
    drafts.retain(|draft| {
        let (Some(right), Some(_)) = (rights.get(draft.id), &draft.before) else {
            refused.add(draft.index, missing(entity, &draft.path));
            return false;
        };
        let state = draft.text(record, column).unwrap_or_default();
        let may = |step: &Step| {
            let right = right.actions.contains(step.action.as_str());
            right && is_theirs(write, entity, step, (record, draft), &people)
        };
        let begins = |step: &Step| {
            let from = step.from.iter().any(|from| from == state);
            from && taken.provided(entity, step, (record, draft))
        };
        let conflict = save::stale(record, draft);
        let problem = if !may(step) {
            let has_right = right.actions.contains(step.action.as_str());
            let problem = why_not(step, has_right);
            Problem::new("FORBIDDEN_SCOPE", draft.path.clone(), &problem)
        } else if conflict.is_some() || begins(step) {
            refused.accepts(draft.index, conflict);
            return begins(step);
        } else {
            let problem = beginning(step, state);
            Problem::new(INVALID_TRANSITION, draft.path.clone(), &problem)
        };
        let possible = workflow.steps.iter().filter(|it| begins(it) && may(it));
        let possible = possible.map(|step| step.mutation.as_str());
        refused.add(draft.index, problem.allowing(possible));
        false
    });
    Ok(())
}

/// Where a step begins, for whoever wants to take it with a row in `state`.
fn beginning(step: &Step, state: &str) -> String {
    format!(
        "`{}` begins in {}; it is {state}",
        step.mutation,
        step.begins()
    )
}

/// The users whom the rows name, and to whom steps are bound.
fn bound(
    entity: &Entity,
    record: &record::Entity,
    workflow: &Workflow,
    drafts: &[Draft],
) -> Vec<Uuid> {
    let columns = workflow.steps.iter().filter_map(|it| it.bound_to(entity));
    let columns: BTreeSet<&str> = columns.map(|(column, _)| column).collect();
    let named = |column| drafts.iter().filter_map(move |it| it.uuid(record, column));
    columns.into_iter().flat_map(named).collect()
}

/// Whether the step is the caller's to take with the row, as far as it is bound to a user that the row names. What is
/// for somebody alone who is not there is for whoever has the right.
fn is_theirs(
    write: &Write<'_>,
    entity: &Entity,
    step: &Step,
    (record, draft): (&record::Entity, &Draft),
    people: &People,
) -> bool {
    let (Some(viewer), Some((column, alone))) = (write.viewer, step.bound_to(entity)) else {
        return true;
    };
    let named = draft.uuid(record, column);
    let is_named = named.is_some() && named == viewer.user_id;
    if alone {
        is_named || !named.is_some_and(|user| people.is_active(user))
    } else {
        !is_named
    }
}

/// Why somebody may not take `step` with a row, although they see it.
fn why_not(step: &Step, has_right: bool) -> String {
    let mutation = &step.mutation;
    match step.bound_by().filter(|_| has_right) {
        Some((user, true)) => format!("{mutation} is for its {user} alone"),
        Some((user, false)) => format!("{mutation} is for others than its {user}"),
        None => format!("your roles do not let you take {mutation} with this"),
    }
}

/// Refuses steps without the reason that the state they lead to asks for. The reason's key, and what is said in
/// words, are what the change log says.
async fn settle_reasons(
    write: &Write<'_>,
    entity: &'static Entity,
    drafts: &mut [Draft],
    refused: &mut Refused,
) -> Result<(), ApiError> {
    let (Some(workflow), Some((column, _))) = (&entity.workflow, entity.state()) else {
        return Ok(());
    };
    let record = stored(entity)?;
    let said: Vec<Uuid> = drafts.iter().filter_map(Draft::reason_id).collect();
    let reasons = reasons(write, &said).await?;
    // Who has not said where it leads is told that alone.
    for draft in drafts.iter_mut().filter(|it| it.said.contains_key(column)) {
        let state = draft.text(record, column).unwrap_or_default();
        let Some(kind) = workflow.reason_for(state) else {
            continue;
        };
        let note = draft.told.get("note").and_then(Json::as_str);
        let note = note.map(input::words).filter(|note| !note.is_empty());
        let reason = draft.reason_id().and_then(|id| reasons.get(&id));
        let problem = match reason {
            None => Some(("reasonId", "the id of a ReasonCode is required".to_owned())),
            Some(it) if it.kind != kind => Some((
                "reasonId",
                format!("a reason of the kind {kind} is required"),
            )),
            Some(it) if !it.active => Some(("reasonId", "it is not used any more".to_owned())),
            Some(it) if it.key == OTHER && note.is_none() => {
                Some(("note", format!("{OTHER} says nothing: say it in words")))
            }
            Some(_) => None,
        };
        if let Some((field, problem)) = problem {
            refused.add(draft.index, draft.problem(field, &problem));
        } else if let Some(reason) = reason {
            draft.reason = Some(match note {
                Some(note) => format!("{}: {note}", reason.key),
                None => reason.key.clone(),
            });
        }
    }
    Ok(())
}

async fn reasons(write: &Write<'_>, ids: &[Uuid]) -> Result<HashMap<Uuid, Reason>, ApiError> {
    let names = ["kind", "key", "active", "deleted_at"];
    let rows = columns(write, "ReasonCode", &names, ids).await?;
    let reasons = rows.into_iter().filter_map(|(id, row)| {
        let [kind, key, active, deleted_at] = <[Value; 4]>::try_from(row).ok()?;
        let (Value::String(Some(kind)), Value::String(Some(key))) = (kind, key) else {
            return None;
        };
        let active = active == Value::Bool(Some(true)) && record::is_empty(&deleted_at);
        Some((id, Reason { kind, key, active }))
    });
    Ok(reasons.collect())
}
