//! What a caller may do with rows, as they are in the transaction that does it.

use std::collections::{BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use crate::{
    dataset::{Entity, With, dataset},
    error::{ApiError, Problem},
    reader, record,
    store::table::Value,
    views::Scope,
};

use super::{
    Refused,
    draft::{Draft, missing},
    own, rules, stored,
};
use crate::services::write::Write;

/// What a caller may do with each of some rows.
#[derive(Debug, Default)]
pub(in crate::services) struct Rights {
    rows: HashMap<Uuid, Right>,
}

/// What a caller may do with a row that there is for them.
#[derive(Debug, Default)]
pub(in crate::services) struct Right {
    /// Whether they see it.
    seen: bool,
    /// The actions that they may do with it.
    pub(in crate::services) actions: BTreeSet<&'static str>,
    /// The fields of it that are masked for them.
    pub(in crate::services) masked: BTreeSet<&'static str>,
}

impl Rights {
    /// What the caller may do of `actions` with the rows of `entity` with those ids; those that were deleted
    /// are there where they count.
    pub(in crate::services) async fn of(
        write: &Write<'_>,
        entity: &'static Entity,
        ids: &[Uuid],
        actions: &[&'static str],
        deleted_count: bool,
    ) -> Result<Self, ApiError> {
        let Some(viewer) = write.viewer else {
            return Ok(Self::of_operator(ids, actions));
        };
        let view = viewer.view.noun(entity.name);
        let nothing = Scope::none();
        let can = actions
            .iter()
            .map(|action| view.can.get(action).unwrap_or(&nothing));
        let clear = view.masked.values().map(|masked| &masked.clear);
        let scopes: Vec<&Scope> = [&view.rows].into_iter().chain(can).chain(clear).collect();
        let holding =
            reader::holding(write.tx, viewer, entity, ids, &scopes, deleted_count).await?;
        let rows = holding.into_iter().map(|(id, truths)| {
            let mut truths = truths.into_iter();
            let seen = truths.next().unwrap_or_default();
            let may = actions.iter().zip(truths.by_ref());
            let actions = may.filter(|(_, may)| *may && viewer.may_write());
            let actions = actions.map(|(action, _)| *action).collect();
            let clear = view.masked.keys().zip(truths);
            let masked = clear.filter(|(_, clear)| !clear).map(|(name, _)| *name);
            let right = Right {
                seen,
                actions,
                masked: masked.collect(),
            };
            (id, right)
        });
        Ok(Self {
            rows: rows.collect(),
        })
    }

    fn of_operator(ids: &[Uuid], actions: &[&'static str]) -> Self {
        let right = |_: &Uuid| Right {
            seen: true,
            actions: actions.iter().copied().collect(),
            masked: BTreeSet::new(),
        };
        let rows = ids.iter().map(|id| (*id, right(id)));
        Self {
            rows: rows.collect(),
        }
    }

    /// That the caller may do that with the row as well, if they see it.
    pub(super) fn allow(&mut self, id: Uuid, action: &'static str) {
        if let Some(right) = self.rows.get_mut(&id) {
            right.actions.insert(action);
        }
    }

    /// Whether the caller sees that row, and what stands in `field` of it.
    pub(in crate::services) fn shows(&self, entity: &Entity, id: Uuid, field: &str) -> bool {
        let guard = entity.find(field).and_then(|field| field.guard);
        let right = self.get(id);
        right.is_some_and(|right| guard.is_none_or(|guard| !right.masked.contains(guard)))
    }

    /// What the caller may do with that row; `None` where there is none for them.
    pub(in crate::services) fn get(&self, id: Uuid) -> Option<&Right> {
        self.rows.get(&id).filter(|right| right.seen)
    }
}

/// What a part is written with: for the row of the whole that each draft refers to, before and after, whether
/// the caller may do `with.action` with it.
pub(super) async fn with_whole(
    write: &Write<'_>,
    entity: &Entity,
    with: With,
    drafts: &[Draft],
) -> Result<Rights, ApiError> {
    let record = stored(entity)?;
    let position = record.position(with.column);
    let at = |values: &[Value]| match position.and_then(|position| values.get(position)) {
        Some(Value::Uuid(id)) => *id,
        _ => None,
    };
    let mut ids = BTreeSet::new();
    for draft in drafts {
        ids.extend(draft.before.as_deref().and_then(at));
        ids.extend(at(&draft.record));
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let target = dataset().target(with.target)?;
    Rights::of(write, target, &ids, &[with.action], false).await
}

/// Whether the caller may do what a part is written with to the whole that it is a part of, before and after.
pub(super) fn of_both(wholes: &Rights, record: &record::Entity, with: With, draft: &Draft) -> bool {
    let position = record.position(with.column);
    let whole = |row: &[Value]| match position.and_then(|position| row.get(position)) {
        Some(Value::Uuid(id)) => *id,
        _ => None,
    };
    let may = |row: &[Value]| {
        let right = whole(row).and_then(|id| wholes.get(id));
        right.is_some_and(|right| right.actions.contains(with.action))
    };
    may(&draft.record) && draft.before.as_deref().is_none_or(may)
}

/// By id of a row that was made, by which of `actions` the caller may make it.
pub(super) async fn made(
    write: &Write<'_>,
    entity: &'static Entity,
    ids: &[Uuid],
    actions: &[&'static str],
) -> Result<HashMap<Uuid, BTreeSet<&'static str>>, ApiError> {
    let Some(viewer) = write.viewer else {
        let all: BTreeSet<_> = actions.iter().copied().collect();
        return Ok(ids.iter().map(|id| (*id, all.clone())).collect());
    };
    let view = viewer.view.noun(entity.name);
    let nothing = Scope::none();
    let can = actions
        .iter()
        .map(|action| view.can.get(action).unwrap_or(&nothing));
    let scopes: Vec<&Scope> = can.collect();
    let holding = reader::holding(write.tx, viewer, entity, ids, &scopes, false).await?;
    let may = holding.into_iter().map(|(id, truths)| {
        let may = actions
            .iter()
            .zip(truths)
            .filter(|(_, may)| *may && viewer.may_write());
        (id, may.map(|(action, _)| *action).collect())
    });
    Ok(may.collect())
}

/// Refuses the drafts of rows that the caller may not change as they say.
pub(super) fn refuse_changes(
    write: &Write<'_>,
    entity: &'static Entity,
    record: &record::Entity,
    rights: &Rights,
    drafts: &mut Vec<Draft>,
    refused: &mut Refused,
) {
    let scope = own::missing_scope(write, entity);
    drafts.retain(|draft| {
        if draft.before.is_none() {
            return true;
        }
        let problems = match rights.get(draft.id) {
            Some(right) => not_allowed(entity, record, right, draft, scope.as_deref()),
            None => vec![missing(entity, &draft.path)],
        };
        refused.accepts(draft.index, problems)
    });
}

fn not_allowed(
    entity: &Entity,
    record: &record::Entity,
    right: &Right,
    draft: &Draft,
    missing_scope: Option<&str>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let needed = rules::needs(record, draft);
    if let Some((field, action)) = needed.filter(|(_, action)| !right.actions.contains(action)) {
        let problem = format!("you may not {action} this");
        let field = format!("{}.{field}", draft.path);
        problems.push(Problem::new("FORBIDDEN_SCOPE", field, &problem));
    }
    for written in &entity.writes.fields {
        if !draft.says(written.field) {
            continue;
        }
        let guard = entity.find(written.field).and_then(|field| field.guard);
        let masked = guard.is_some_and(|guard| right.masked.contains(guard));
        // What is so already is not changed. What is masked is refused all the same, so that nobody finds out by
        // guessing.
        if !masked && !draft.differs(written.field) {
            continue;
        }
        let may = written
            .changed_by
            .iter()
            .any(|action| right.actions.contains(action));
        if !may {
            let field = format!("{}.{}", draft.path, written.field);
            let problem = missing_scope.unwrap_or("you may not change this");
            problems.push(Problem::new("FORBIDDEN_SCOPE", field, problem));
        } else if masked {
            let field = format!("{}.{}", draft.path, written.field);
            let problem = "this is masked for you in this row, so that you cannot change it";
            problems.push(Problem::new("FORBIDDEN_FIELD", field, problem));
        }
    }
    problems
}

/// Which of the rows of `entity` with those ids there are for the caller.
pub(in crate::services) async fn seen(
    write: &Write<'_>,
    entity: &'static Entity,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, ApiError> {
    let Some(viewer) = write.viewer else {
        return Ok(ids.iter().copied().collect());
    };
    let rows = [&viewer.view.noun(entity.name).rows];
    let holding = reader::holding(write.tx, viewer, entity, ids, &rows, false).await?;
    let seen = holding
        .into_iter()
        .filter(|(_, truths)| truths.first() == Some(&true));
    Ok(seen.map(|(id, _)| id).collect())
}

/// Each of them once.
pub(super) fn distinct(actions: &[&'static str]) -> Vec<&'static str> {
    let all: BTreeSet<&'static str> = actions.iter().copied().collect();
    all.into_iter().collect()
}

/// Actions by which something of `entity` can be changed, and `more`.
pub(super) fn actions(entity: &Entity, more: &[&'static str]) -> Vec<&'static str> {
    let changing = entity.writes.fields.iter();
    let changing = changing.flat_map(|written| written.changed_by.iter().copied());
    let all: Vec<&'static str> = changing.chain(more.iter().copied()).collect();
    distinct(&all)
}
