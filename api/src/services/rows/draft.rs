//! A row as a caller would have it.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    mem,
};

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::{
    dataset::{Entity, GlobalId, Kind},
    error::{ApiError, Problem},
    record,
    store::{
        lookup,
        table::{Record, Value},
    },
};

use super::{
    Deed, Order, Refused,
    input::{self, Said},
    step, stored,
};
use crate::services::write::Write;

/// The code of what there is not, for the caller.
const NOT_FOUND: &str = "NOT_FOUND";

/// A row as a caller would have it.
#[derive(Debug)]
pub(in crate::services) struct Draft {
    /// Which of the rows that are asked for.
    pub(in crate::services) index: usize,
    /// Where it stands in the request.
    pub(in crate::services) path: String,
    /// Its id, once that is known.
    pub(in crate::services) id: Uuid,
    /// As it is stored; none for a new one.
    pub(in crate::services) before: Option<Record>,
    /// As it is to be.
    pub(in crate::services) record: Record,
    /// The fields that were said, each with the values of its columns.
    pub(in crate::services) said: BTreeMap<&'static str, Vec<(usize, Value)>>,
    /// What was said that is written elsewhere.
    pub(in crate::services) beside: BTreeMap<&'static str, Option<String>>,
    /// The rows that were said with it.
    pub(in crate::services) listed: BTreeMap<&'static str, Vec<Uuid>>,
    /// The fields that null was said for of a row that may be there, and what that means where it is.
    emptied: Vec<(&'static str, Result<Said, Vec<Problem>>)>,
    /// What another system calls it.
    pub(in crate::services) external_id: Option<(String, String)>,
    /// The version that the caller has read.
    pub(in crate::services) expected_version: Option<i32>,
    /// Why.
    pub(in crate::services) reason: Option<String>,
    /// What was said with a step that is no value of the row.
    pub(in crate::services) told: Map<String, Json>,
}

impl Draft {
    /// A row that is stored, which the hub itself is about to change.
    pub(in crate::services) fn stored(
        record: &record::Entity,
        index: usize,
        row: Record,
    ) -> Option<Self> {
        let id = match row.get(record.position("id")?) {
            Some(Value::Uuid(Some(id))) => *id,
            _ => return None,
        };
        Some(Self {
            before: Some(row.clone()),
            ..Self::of(index, String::new(), id, row)
        })
    }

    fn of(index: usize, path: String, id: Uuid, record: Record) -> Self {
        Self {
            index,
            path,
            id,
            before: None,
            record,
            said: BTreeMap::new(),
            beside: BTreeMap::new(),
            listed: BTreeMap::new(),
            external_id: None,
            expected_version: None,
            reason: None,
            told: Map::new(),
            emptied: Vec::new(),
        }
    }

    /// The value of a column, as it is to be.
    pub(in crate::services) fn get(&self, entity: &record::Entity, column: &str) -> Option<&Value> {
        self.record.get(entity.position(column)?)
    }

    /// The id in a column, as it is to be.
    pub(in crate::services) fn uuid(&self, entity: &record::Entity, column: &str) -> Option<Uuid> {
        match self.get(entity, column) {
            Some(Value::Uuid(id)) => *id,
            _ => None,
        }
    }

    /// The text in a column, as it is to be.
    pub(in crate::services) fn text(&self, entity: &record::Entity, column: &str) -> Option<&str> {
        match self.get(entity, column) {
            Some(Value::String(text)) => text.as_deref(),
            _ => None,
        }
    }

    /// Sets a column.
    pub(in crate::services) fn set(
        &mut self,
        entity: &record::Entity,
        column: &str,
        value: impl Into<Value>,
    ) {
        let cell = entity
            .position(column)
            .and_then(|position| self.record.get_mut(position));
        if let Some(cell) = cell {
            *cell = value.into();
        }
    }

    /// The reason that was chosen, with a step.
    pub(in crate::services) fn reason_id(&self) -> Option<Uuid> {
        let id = GlobalId::parse(self.told.get("reasonId")?.as_str()?);
        let id = id.filter(|id| id.entity.name == "ReasonCode");
        id.map(|id| id.id)
    }

    /// Whether the field was said.
    pub(in crate::services) fn says(&self, field: &str) -> bool {
        self.said.contains_key(field) || self.beside.contains_key(field)
    }

    /// Says of a row that is there what null was said for; a new one has nothing anyway. Returns what cannot be
    /// empty.
    pub(super) fn empty(&mut self) -> Vec<Problem> {
        let emptied = mem::take(&mut self.emptied);
        let mut problems = Vec::new();
        if self.before.is_none() {
            return problems;
        }
        for (field, said) in emptied {
            problems.extend(self.say(field, said));
        }
        problems
    }

    fn say(&mut self, field: &'static str, said: Result<Said, Vec<Problem>>) -> Vec<Problem> {
        match said {
            Ok(Said::Columns(values)) => {
                self.said.insert(field, values);
            }
            Ok(Said::Beside(text)) => {
                self.beside.insert(field, text);
            }
            Err(wrong) => return wrong,
        }
        Vec::new()
    }

    /// Whether the field was said, and is not so already.
    pub(in crate::services) fn differs(&self, field: &str) -> bool {
        let mut values = self.said.get(field).into_iter().flatten();
        let stored = |at: usize| self.before.as_ref().and_then(|row| row.get(at));
        let differs = |(at, value): &(usize, Value)| {
            let before = stored(*at);
            !before.is_some_and(|before| record::same(before, value))
        };
        values.any(differs) || self.beside.contains_key(field)
    }

    /// Whether the column gets another value.
    pub(in crate::services) fn changes(&self, entity: &record::Entity, column: &str) -> bool {
        let position = entity.position(column);
        let before = self.before.as_ref().zip(position);
        let before = before.and_then(|(record, position)| record.get(position));
        before != self.get(entity, column)
    }

    /// The id that was in a column before.
    pub(in crate::services) fn was(&self, entity: &record::Entity, column: &str) -> Option<Uuid> {
        match self.before.as_ref()?.get(entity.position(column)?) {
            Some(Value::Uuid(id)) => *id,
            _ => None,
        }
    }

    /// A problem with one of its fields.
    pub(in crate::services) fn problem(&self, field: &str, problem: &str) -> Problem {
        Problem::validation(format!("{}.{field}", self.path), problem)
    }
}

/// Reads what is said of the rows that are not refused yet.
pub(super) fn read(order: &Order, refused: &mut Refused) -> Result<Vec<Draft>, ApiError> {
    let record = stored(order.entity)?;
    let mut drafts = Vec::with_capacity(order.items.len());
    for (index, (path, fields)) in order.items.iter().enumerate() {
        if refused.0.contains_key(&index) {
            continue;
        }
        let (draft, problems) = draft(order, record, index, path, fields);
        let named = !problems.iter().any(|problem| problem.code == NOT_FOUND);
        refused.accepts(index, problems);
        // What else is wrong with it is told as well.
        if named {
            drafts.push(draft);
        }
    }
    if !matches!(order.deed, Deed::Make | Deed::Upsert) {
        refuse_repeated(&mut drafts, refused);
    }
    Ok(drafts)
}

fn draft(
    order: &Order,
    record: &record::Entity,
    index: usize,
    path: &str,
    fields: &Map<String, Json>,
) -> (Draft, Vec<Problem>) {
    let mut problems = Vec::new();
    let external_id = input::external_id(&format!("{path}.externalId"), fields.get("externalId"));
    let external_id = external_id.unwrap_or_else(|wrong| {
        problems.extend(wrong);
        None
    });
    let version = fields.get("expectedVersion").and_then(Json::as_i64);
    let reason = input::reason(&format!("{path}.reason"), fields.get("reason"));
    let reason = reason.unwrap_or_else(|wrong| {
        problems.push(wrong);
        None
    });
    let mut draft = Draft {
        external_id,
        expected_version: version.and_then(|version| i32::try_from(version).ok()),
        reason: reason
            .filter(|reason| !reason.is_empty())
            .map(str::to_owned),
        ..Draft::of(index, path.to_owned(), Uuid::now_v7(), record.blank())
    };
    if !matches!(order.deed, Deed::Make | Deed::Upsert) {
        match input::id(fields, order.entity.name) {
            Some(id) => draft.id = id,
            None => problems.push(missing(order.entity, path)),
        }
    }
    if let Deed::Step(step) = order.deed {
        problems.extend(step::read(&mut draft, (order.entity, step), record, fields));
    } else {
        problems.extend(said(&mut draft, order, record, fields));
    }
    if order.deed == Deed::Assign && draft.reason.is_none() {
        problems.push(draft.problem("reason", "a reason is required"));
    }
    problems.extend(contradicting(order.entity, &draft));
    (draft, problems)
}

/// Reads the fields that can be said of a row, and returns what is wrong with them.
fn said(
    draft: &mut Draft,
    order: &Order,
    record: &record::Entity,
    fields: &Map<String, Json>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for written in &order.entity.writes.fields {
        let Some(json) = fields.get(written.field) else {
            continue;
        };
        let empties = json.is_null() && !written.required;
        // Nothing is what a new row has anyway.
        if empties && order.deed == Deed::Make {
            continue;
        }
        let Some(field) = order.entity.written(written.field) else {
            continue;
        };
        let path = format!("{}.{}", draft.path, written.field);
        if let Kind::ToMany { target, .. } = field.kind {
            match input::ids(target, &path, json) {
                Ok(ids) => {
                    draft.listed.insert(field.name, ids);
                }
                Err(wrong) => problems.extend(wrong),
            }
            continue;
        }
        let said = input::read(record, field, &path, json);
        if empties && order.deed == Deed::Upsert {
            draft.emptied.push((written.field, said));
        } else {
            problems.extend(draft.say(written.field, said));
        }
    }
    problems
}

/// Two fields that say different things of one column: two amounts of a row have one currency.
fn contradicting(entity: &Entity, draft: &Draft) -> Vec<Problem> {
    let mut seen: BTreeMap<usize, &Value> = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, values) in &draft.said {
        for (position, value) in values {
            let before = seen.insert(*position, value);
            if before.is_some_and(|before| before != value) {
                let money = entity.find(name).map(|field| &field.kind);
                debug_assert!(matches!(money, Some(Kind::Money { .. })));
                problems.push(draft.problem(name, "the amounts of a row have one currency"));
            }
        }
    }
    problems
}

/// A row twice in a list, of which nobody can say which one counts.
fn refuse_repeated(drafts: &mut Vec<Draft>, refused: &mut Refused) {
    let mut seen = HashSet::new();
    drafts.retain(|draft| {
        let first = seen.insert(draft.id);
        if !first {
            let problem = "this row comes twice; say it once";
            refused.add(draft.index, draft.problem("id", problem));
        }
        first
    });
}

/// Loads the rows with those ids, deleted ones too, which nobody else changes from now on, into the drafts that are
/// about them.
pub(super) async fn load(
    write: &Write<'_>,
    record: &record::Entity,
    ids: &[Uuid],
    drafts: &mut [Draft],
) -> Result<(), ApiError> {
    if ids.is_empty() {
        return Ok(());
    }
    let id = record.position("id");
    let rows = lookup::locked(write.tx, &record.table, ids).await?;
    let rows = rows.into_iter().filter_map(|row| match row.get(id?) {
        Some(Value::Uuid(Some(id))) => Some((*id, row)),
        _ => None,
    });
    let mut rows: HashMap<Uuid, Record> = rows.collect();
    for draft in drafts {
        if let Some(row) = rows.remove(&draft.id) {
            draft.record.clone_from(&row);
            draft.before = Some(row);
        }
    }
    Ok(())
}

/// That there is no such row for the caller.
pub(super) fn missing(entity: &Entity, path: &str) -> Problem {
    let mut problem = Problem::new(NOT_FOUND, format!("{path}.id"), "");
    problem.message = format!("no such {}", entity.name);
    problem
}
