//! Changing some values of some rows of one table.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use entity::change::ChangeKind;

use crate::{
    change::{self, Change},
    error::ApiError,
    record::{self, difference, touch},
    store::{
        bulk, merge as store,
        table::{Record, Table, Value},
    },
};

use super::super::write::Write;

/// A value that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::services) struct Step {
    pub(super) table: String,
    pub(super) id: Uuid,
    pub(super) column: String,
    pub(super) before: Json,
    pub(super) after: Json,
}

/// What a row gets, by column.
#[derive(Clone, Debug)]
pub(in crate::services) struct Edit {
    id: Uuid,
    values: Vec<(usize, Value)>,
}

impl Edit {
    pub(in crate::services) fn of(id: Uuid, values: Vec<(usize, Value)>) -> Self {
        Self { id, values }
    }
}

/// Changes rows of `table`, and says what was changed, row by row; values that are so already are left out.
pub(in crate::services) async fn apply(
    write: &Write<'_>,
    table: &Table,
    edits: Vec<Edit>,
    kind: ChangeKind,
) -> Result<Vec<Step>, ApiError> {
    let ids: Vec<Uuid> = edits.iter().map(|edit| edit.id).collect();
    let mut rows = stored(write, table, &ids).await?;
    let (mut steps, mut records, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for edit in edits {
        let Some(before) = rows.remove(&edit.id) else {
            continue;
        };
        let mut after = before.clone();
        for (column, value) in edit.values {
            if let Some(cell) = after.get_mut(column) {
                *cell = value;
            }
        }
        if after == before {
            continue;
        }
        steps.extend(steps_of(table, edit.id, &before, &after));
        let change = Change::by(write.author, write.now, (table.name, edit.id), kind);
        changes.push(change.of(difference(table, &before, &after)));
        touch(table, &mut after, write.author.actor.id(), write.now);
        records.push(after);
    }
    let expected = u64::try_from(records.len()).unwrap_or(u64::MAX);
    if bulk::update_records(write.tx, table, records).await? != expected {
        return Err(ApiError::internal(
            "a locked row was changed by somebody else",
        ));
    }
    change::record(write.tx, changes).await?;
    Ok(steps)
}

/// The rows as they are, which nobody else changes before the transaction ends.
pub(super) async fn stored(
    write: &Write<'_>,
    table: &Table,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Record>, ApiError> {
    let id = table.position("id");
    let rows = store::pointing_to(write.tx, table, "id", ids).await?;
    let rows = rows.into_iter().filter_map(|row| match row.get(id?) {
        Some(Value::Uuid(Some(id))) => Some((*id, row)),
        _ => None,
    });
    Ok(rows.collect())
}

fn steps_of<'t>(
    table: &'t Table,
    id: Uuid,
    before: &'t Record,
    after: &'t Record,
) -> impl Iterator<Item = Step> + 't {
    let cells = table.columns.iter().zip(before.iter().zip(after));
    cells
        .filter(|(_, (before, after))| before != after)
        .map(move |(column, (before, after))| Step {
            table: table.name.to_owned(),
            id,
            column: column.name.to_owned(),
            before: record::json(before),
            after: record::json(after),
        })
}
