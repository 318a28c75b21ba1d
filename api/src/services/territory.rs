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

/// The paths of the territories that the drafts lie in.
pub(super) async fn paths(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<HashMap<Uuid, String>, ApiError> {
    let parents = drafts
        .iter()
        .filter_map(|draft| draft.uuid(record, "parent_id"));
    let parents: Vec<Uuid> = parents.collect();
    let positions: Vec<usize> = record.position("path").into_iter().collect();
    let rows = lookup::columns(write.tx, &record.table, &positions, &parents).await?;
    let paths = rows.into_iter().filter_map(|(id, row)| match row.first() {
        Some(Value::String(Some(path))) => Some((id, path.clone())),
        _ => None,
    });
    Ok(paths.collect())
}

/// Whether the code can stand in a path.
pub(super) fn check(record: &record::Entity, draft: &mut Draft, problems: &mut Vec<Problem>) {
    if draft
        .text(record, "code")
        .is_some_and(|code| code.contains('/'))
    {
        problems.push(draft.problem("code", "it cannot have a `/` in it"));
    }
}

fn path_of<'r>(record: &record::Entity, row: Option<&'r Record>) -> Option<&'r str> {
    match row?.get(record.position("path")?) {
        Some(Value::String(path)) => path.as_deref(),
        _ => None,
    }
}

/// Gives everything below a territory that has moved, or is called otherwise, its new path.
pub(super) async fn move_children(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    write.outdates(Outdated::All);
    for draft in drafts {
        let paths = (
            path_of(record, draft.before.as_ref()),
            draft.text(record, "path"),
        );
        let (Some(from), Some(to)) = paths else {
            continue;
        };
        if from != to {
            move_below(write, record, from, to).await?;
        }
    }
    Ok(())
}

async fn move_below(
    write: &Write<'_>,
    record: &'static record::Entity,
    from: &str,
    to: &str,
) -> Result<(), ApiError> {
    let (id, path) = (record.position("id"), record.position("path"));
    let ids = store::territory::below(write.tx, from).await?;
    let (mut rows, mut changes) = (Vec::new(), Vec::new());
    for before in lookup::locked(write.tx, &record.table, &ids).await? {
        let Some(Value::Uuid(Some(id))) = id.and_then(|position| before.get(position)) else {
            continue;
        };
        let Some(below) = path_of(record, Some(&before)).and_then(|it| it.strip_prefix(from))
        else {
            continue;
        };
        let mut row = before.clone();
        if let Some(cell) = path.and_then(|position| row.get_mut(position)) {
            *cell = format!("{to}{below}").into();
        }
        let moved = Change::by(
            write.author,
            write.now,
            (record.name, *id),
            ChangeKind::Updated,
        );
        changes.push(moved.of(record::difference(&record.table, &before, &row)));
        record::touch(&record.table, &mut row, write.author.actor.id(), write.now);
        rows.push(row);
    }
    bulk::update_records(write.tx, &record.table, rows).await?;
    change::record(write.tx, changes).await?;
    Ok(())
}
