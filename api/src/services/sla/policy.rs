//! The rows of SLA policies: conditions that can hold.

use std::collections::HashMap;

use entity::sla_policy::SlaKind;
use sea_orm::ActiveEnum;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    error::{ApiError, Problem},
    record::{self, derive},
    store::{self, table::Value},
};

use super::{About, condition::Condition};
use crate::services::{rows::Draft, write::Write};

/// The paths of the territories that conditions of the drafts name.
pub(in crate::services) async fn paths(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<HashMap<Uuid, String>, ApiError> {
    let conditions = drafts.iter().filter_map(|draft| said(record, draft));
    let conditions = conditions.filter_map(|said| Condition::read(said).ok());
    let territories = conditions.filter_map(|condition| condition.territories);
    let territories: Vec<Uuid> = territories.flatten().collect();
    if territories.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(store::sla::territory_paths(write.tx, &territories).await?)
}

/// Whether its condition can hold, of territories that are there.
pub(in crate::services) fn check(
    record: &record::Entity,
    draft: &mut Draft,
    known: &derive::Known,
    problems: &mut Vec<Problem>,
) {
    let Some(said) = said(record, draft) else {
        return;
    };
    let kind = draft.text(record, "kind").and_then(|kind| {
        let kind = SlaKind::try_from_value(&kind.to_owned());
        kind.ok()
    });
    if kind.is_some_and(|kind| About::of(kind) != About::Lead) {
        let problem = "only leads can be told apart by a condition: leave it out";
        problems.push(draft.problem("condition", problem));
        return;
    }
    match Condition::read(said) {
        Ok(condition) => {
            let territories = condition.territories.into_iter().flatten().enumerate();
            let unknown = territories.filter(|(_, id)| !known.paths.contains_key(id));
            problems.extend(unknown.map(|(position, _)| {
                let path = format!("condition.territory.{position}");
                draft.problem(&path, "there is no such Territory")
            }));
        }
        Err(faults) => problems.extend(faults.into_iter().map(|fault| {
            let path = match fault.path.as_str() {
                "" => "condition".to_owned(),
                path => format!("condition.{path}"),
            };
            draft.problem(&path, &fault.problem).allowing(fault.allowed)
        })),
    }
}

fn said<'d>(record: &record::Entity, draft: &'d Draft) -> Option<&'d Json> {
    match draft.get(record, "condition") {
        Some(Value::Json(Some(condition))) if draft.says("condition") => Some(condition),
        _ => None,
    }
}
