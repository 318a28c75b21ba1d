//! Territories: their tree, and those of users.

use std::collections::HashMap;

use entity::change::ChangeKind;
use uuid::Uuid;

use crate::{
    auth::Outdated,
    change::{self, Change},
    error::{ApiError, Problem},
    reader::Reading,
    record,
    store::{
        self, bulk, lookup,
        table::{Record, Value},
        territory::Place,
    },
};

use super::{rows::Draft, write::Write};

/// The territories that a user was given, and all below them.
///
/// # Errors
///
/// As [`Reading::lookup`].
pub async fn of_user(reading: &Reading, user: Uuid) -> Result<Vec<Uuid>, ApiError> {
    reading
        .lookup(async |db| store::territory::of_user(&db, user).await)
        .await
}

/// Where territories lie once they are written.
#[derive(Debug, Default)]
pub(super) struct Placed {
    /// The paths of those that the drafts lie in.
    pub(super) paths: HashMap<Uuid, String>,
    /// What is wrong with drafts, by their index.
    pub(super) refused: Vec<(usize, Problem)>,
}

/// Works out where the drafts will lie, each with all others applied; none of them lies in itself.
pub(super) async fn place(
    write: &Write<'_>,
    record: &record::Entity,
    mut drafts: Vec<&Draft>,
) -> Result<Placed, ApiError> {
    let mut placed = Placed::default();
    let mut refuse = |draft: &Draft, field, problem| {
        let problem = draft.problem(field, problem);
        placed.refused.push((draft.index, problem));
    };
    drafts.retain(|draft| {
        let code = draft.text(record, "code");
        let wrong = code.is_some_and(|code| code.contains('/'));
        if wrong {
            refuse(draft, "code", "it cannot have a `/` in it");
        }
        !wrong
    });
    let parents = |drafts: &[&Draft]| {
        let parents = drafts.iter().filter_map(|it| it.uuid(record, "parent_id"));
        parents.collect::<Vec<Uuid>>()
    };
    let above = store::territory::above(write.tx, &parents(&drafts)).await?;
    let tree = Tree::of(&above, record, &drafts);
    for parent in parents(&drafts) {
        placed.paths.insert(parent, tree.path(parent));
    }
    Ok(placed)
}

/// Territories as they are to be.
#[derive(Debug, Default)]
struct Tree {
    /// Each with what it lies in, and its code.
    nodes: HashMap<Uuid, (Option<Uuid>, String)>,
    /// The paths of those that are not among the drafts, as they are stored.
    stored: HashMap<Uuid, String>,
}

impl Tree {
    fn of(above: &[Place], record: &record::Entity, drafts: &[&Draft]) -> Self {
        let mut tree = Self::default();
        for place in above {
            let node = (place.parent_id, place.code.clone());
            tree.nodes.insert(place.id, node);
            tree.stored.insert(place.id, place.path.clone());
        }
        for draft in drafts {
            let code = draft.text(record, "code").unwrap_or_default();
            let node = (draft.uuid(record, "parent_id"), code.to_owned());
            tree.nodes.insert(draft.id, node);
            tree.stored.remove(&draft.id);
        }
        tree
    }

    /// From a territory to the top.
    fn way_up(&self, id: Uuid) -> Vec<Uuid> {
        let (mut way, mut at) = (Vec::new(), Some(id));
        while let Some(id) = at.filter(|id| !way.contains(id)) {
            way.push(id);
            at = self.nodes.get(&id).and_then(|(parent, _)| *parent);
        }
        way
    }

    /// The path of a territory: as it is stored, unless something on its way up is to be another one.
    fn path(&self, id: Uuid) -> String {
        let mut path = "/".to_owned();
        let mut changed = false;
        for id in self.way_up(id).into_iter().rev() {
            let Some((_, code)) = self.nodes.get(&id) else {
                continue;
            };
            let stored = self.stored.get(&id).filter(|_| !changed);
            changed = stored.is_none();
            path = stored.map_or_else(|| format!("{path}{code}/"), String::clone);
        }
        path
    }
}

fn text_in<'r>(record: &record::Entity, row: &'r Record, column: &str) -> Option<&'r str> {
    match row.get(record.position(column)?) {
        Some(Value::String(text)) => text.as_deref(),
        _ => None,
    }
}

fn id_in(record: &record::Entity, row: &Record, column: &str) -> Option<Uuid> {
    match row.get(record.position(column)?) {
        Some(Value::Uuid(id)) => *id,
        _ => None,
    }
}

/// Gives everything below territories that have moved, or are called otherwise, its new path, each once.
pub(super) async fn move_children(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    write.outdates(Outdated::All);
    let moved = drafts.iter().filter_map(|draft| {
        let from = text_in(record, draft.before.as_ref()?, "path")?;
        let to = draft.text(record, "path")?;
        (from != to).then(|| (draft.id, from.to_owned(), to.to_owned()))
    });
    let mut moved: Vec<(Uuid, String, String)> = moved.collect();
    let ids: Vec<Uuid> = moved.iter().map(|(id, ..)| *id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    // The drafts are written, with their paths.
    let mut below = store::territory::below(write.tx, &ids).await?;
    below.retain(|id| drafts.iter().all(|draft| draft.id != *id));
    let mut children: HashMap<Uuid, Vec<Record>> = HashMap::new();
    for row in lookup::locked(write.tx, &record.table, &below).await? {
        if let Some(parent) = id_in(record, &row, "parent_id") {
            children.entry(parent).or_default().push(row);
        }
    }
    let (mut rows, mut changes) = (Vec::new(), Vec::new());
    while let Some((parent, from, to)) = moved.pop() {
        for before in children.remove(&parent).unwrap_or_default() {
            let Some((id, path)) =
                id_in(record, &before, "id").zip(text_in(record, &before, "path"))
            else {
                continue;
            };
            let new = match path.strip_prefix(from.as_str()) {
                Some(below) => format!("{to}{below}"),
                None => format!(
                    "{to}{}/",
                    text_in(record, &before, "code").unwrap_or_default()
                ),
            };
            let path = path.to_owned();
            let (row, change) = with_path(write, record, (id, &before), &new);
            rows.push(row);
            changes.push(change);
            moved.push((id, path, new));
        }
    }
    bulk::update_records(write.tx, &record.table, rows).await?;
    change::record(write.tx, changes).await?;
    Ok(())
}

/// The territory with another path, and that it has one.
fn with_path(
    write: &Write<'_>,
    record: &'static record::Entity,
    (id, before): (Uuid, &Record),
    path: &str,
) -> (Record, Change) {
    let mut row = before.clone();
    let cell = record.position("path").and_then(|at| row.get_mut(at));
    if let Some(cell) = cell {
        *cell = path.into();
    }
    let change = Change::by(
        write.author,
        write.now,
        (record.name, id),
        ChangeKind::Updated,
    );
    let change = change.of(record::difference(&record.table, before, &row));
    record::touch(&record.table, &mut row, write.author.actor.id(), write.now);
    (row, change)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_as_it_is_stored_until_something_above_is_another_one() {
        let [top, moved, below, other] = [1, 2, 3, 4].map(Uuid::from_u128);
        let mut tree = Tree::default();
        for (id, parent, code) in [
            (top, None, "TOP"),
            (moved, Some(top), "NEW"),
            (below, Some(moved), "BELOW"),
            (other, Some(top), "OTHER"),
        ] {
            tree.nodes.insert(id, (parent, code.to_owned()));
        }
        for (id, path) in [
            (top, "/as/stored/"),
            (below, "/OLD/BELOW/"),
            (other, "/as/stored/too/"),
        ] {
            tree.stored.insert(id, path.to_owned());
        }
        let paths = [top, moved, below, other].map(|id| tree.path(id));
        let expected = [
            "/as/stored/",
            "/as/stored/NEW/",
            "/as/stored/NEW/BELOW/",
            "/as/stored/too/",
        ];
        assert_eq!(paths, expected);
    }
}
