//! Conditions of leads, as callers say them in policies and routing rules:
//! `{"intentBand": ["HOT"], "source": ["EVENT"], "territory": ["terr_…"]}`.

use std::collections::HashMap;

use entity::lead::{IntentBand, LeadSource};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    dataset::GlobalId,
    error::{ApiError, Problem},
    record::{self, derive},
    store::{
        self,
        table::{self, Value},
    },
};

use super::{rows::Draft, write::Write};

/// How many values each part may have.
const MOST_VALUES: usize = 100;
const PARTS: &str = "intentBand, source and territory";

/// What conditions ask of leads.
#[derive(Clone, Debug)]
pub struct LeadTraits {
    /// How soon it may buy, such as `HOT`.
    pub intent_band: String,
    /// How it came to us, such as `EVENT`.
    pub source: String,
    /// Counts how often it was opened.
    pub cycle: i32,
}

/// Which leads something is for. What is not said is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Condition {
    intent_bands: Option<Vec<String>>,
    sources: Option<Vec<String>>,
    /// Each with all that lies in it.
    pub(super) territories: Option<Vec<Uuid>>,
}

/// What is wrong with a condition: where, such as `source.0`, what, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) path: String,
    pub(super) problem: String,
    pub(super) allowed: Vec<String>,
}

impl Condition {
    /// Reads a condition, or says everything that is wrong with it.
    pub(super) fn read(json: &Json) -> Result<Self, Vec<Fault>> {
        let (mut condition, mut faults) = (Self::default(), Vec::new());
        let Some(parts) = json.as_object() else {
            let problem = "an object such as {\"intentBand\": [\"HOT\"]} is required";
            return Err(vec![fault("", problem)]);
        };
        for (name, values) in parts {
            let read = match name.as_str() {
                "intentBand" => words(name, values, &table::choices::<IntentBand>())
                    .map(|words| condition.intent_bands = Some(words)),
                "source" => words(name, values, &table::choices::<LeadSource>())
                    .map(|words| condition.sources = Some(words)),
                "territory" => territories(name, values)
                    .map(|territories| condition.territories = Some(territories)),
                _ => {
                    let problem =
                        format!("there is no such part of a condition; there are {PARTS}");
                    Err(vec![fault(name, &problem)])
                }
            };
            faults.extend(read.err().into_iter().flatten());
        }
        if faults.is_empty() {
            Ok(condition)
        } else {
            Err(faults)
        }
    }

    /// Whether it holds; `lies_in` says whether the subject lies in a territory. Only leads have anything but a
    /// territory to ask for.
    pub(super) fn holds(&self, lead: Option<&LeadTraits>, lies_in: impl Fn(&Uuid) -> bool) -> bool {
        let one_of = |words: &Option<Vec<String>>, value: Option<&String>| {
            let words = words.as_ref();
            words.is_none_or(|words| value.is_some_and(|value| words.contains(value)))
        };
        let territories = self.territories.as_ref();
        one_of(&self.intent_bands, lead.map(|lead| &lead.intent_band))
            && one_of(&self.sources, lead.map(|lead| &lead.source))
            && territories.is_none_or(|territories| territories.iter().any(lies_in))
    }
}

/// The paths of the territories that conditions of the drafts name.
pub(super) async fn paths(
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

/// Whether the condition that is said of a row can hold, of territories that are there.
pub(super) fn check(
    record: &record::Entity,
    draft: &Draft,
    known: &derive::Known,
    problems: &mut Vec<Problem>,
) {
    let Some(said) = said(record, draft) else {
        return;
    };
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

/// The condition that is said of a row.
pub(super) fn said<'d>(record: &record::Entity, draft: &'d Draft) -> Option<&'d Json> {
    match draft.get(record, "condition") {
        Some(Value::Json(Some(condition))) if draft.says("condition") => Some(condition),
        _ => None,
    }
}

fn fault(path: &str, problem: &str) -> Fault {
    Fault {
        path: path.to_owned(),
        problem: problem.to_owned(),
        allowed: Vec::new(),
    }
}

fn list<'j>(name: &str, json: &'j Json) -> Result<&'j [Json], Vec<Fault>> {
    let items = json.as_array().map(Vec::as_slice);
    let items = items.filter(|items| (1..=MOST_VALUES).contains(&items.len()));
    items.ok_or_else(|| {
        let problem = format!("a list of 1 to {MOST_VALUES} values is required");
        vec![fault(name, &problem)]
    })
}

fn words(name: &str, json: &Json, allowed: &[String]) -> Result<Vec<String>, Vec<Fault>> {
    let (mut words, mut faults) = (Vec::new(), Vec::new());
    for (position, item) in list(name, json)?.iter().enumerate() {
        let word = item.as_str().map(str::to_owned);
        if let Some(word) = word.filter(|word| allowed.contains(word)) {
            words.push(word);
        } else {
            faults.push(Fault {
                allowed: allowed.to_vec(),
                ..fault(&format!("{name}.{position}"), "there is no such value")
            });
        }
    }
    if faults.is_empty() {
        Ok(words)
    } else {
        Err(faults)
    }
}

fn territories(name: &str, json: &Json) -> Result<Vec<Uuid>, Vec<Fault>> {
    let (mut ids, mut faults) = (Vec::new(), Vec::new());
    for (position, item) in list(name, json)?.iter().enumerate() {
        let id = item.as_str().and_then(GlobalId::parse);
        if let Some(id) = id.filter(|id| id.entity.name == "Territory") {
            ids.push(id.id);
        } else {
            let problem = "the id of a Territory is required";
            faults.push(fault(&format!("{name}.{position}"), problem));
        }
    }
    if faults.is_empty() {
        Ok(ids)
    } else {
        Err(faults)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lead(intent_band: &str, source: &str) -> LeadTraits {
        LeadTraits {
            intent_band: intent_band.to_owned(),
            source: source.to_owned(),
            cycle: 1,
        }
    }

    #[test]
    fn all_that_is_said_must_hold() {
        let said = json!({"intentBand": ["HOT", "WARM"], "source": ["EVENT"]});
        let condition = Condition::read(&said).unwrap();
        let nowhere = |_: &Uuid| false;
        assert!(condition.holds(Some(&lead("WARM", "EVENT")), nowhere));
        assert!(!condition.holds(Some(&lead("NURTURE", "EVENT")), nowhere));
        assert!(!condition.holds(Some(&lead("HOT", "PAID")), nowhere));
        assert!(!condition.holds(None, nowhere));
        assert!(Condition::default().holds(None, nowhere));
    }

    #[test]
    fn a_territory_is_asked_for_by_who_knows_the_tree() {
        let id = Uuid::from_u128(7);
        let said = json!({"territory": [format!("terr_{}", id.simple())]});
        let condition = Condition::read(&said).unwrap();
        assert!(condition.holds(None, |asked| *asked == id));
        assert!(!condition.holds(None, |_| false));
    }

    #[test]
    fn it_tells_all_that_is_wrong_and_where() {
        let said = json!({
            "intentBand": ["HOT", "hot", 1],
            "source": [],
            "territory": ["acc_00000000000000000000000000000000"],
            "owner": [],
        });
        let faults = Condition::read(&said).unwrap_err();
        let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "intentBand.1",
                "intentBand.2",
                "source",
                "territory.0",
                "owner"
            ]
        );
        assert_eq!(faults[0].allowed, ["NURTURE", "WARM", "HOT"]);
    }
}
