//! Changing some values of some rows of one table.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use entity::change::ChangeKind;

use crate::{
    change::{self, Change},
    error::ApiError,
    record::{self, difference, touch},
    store::{
        bulk, lookup,
        table::{Record, Table, Value},
    },
};

use super::{super::write::Write, id_of};

/// A value that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Step {
    pub(super) table: String,
    pub(super) id: Uuid,
    pub(super) column: String,
    pub(super) before: Json,
    pub(super) after: Json,
}

/// What a row gets, by column.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    id: Uuid,
    values: Vec<(usize, Value)>,
    reason: Option<String>,
    /// What the change log says beside the columns that change.
    said: Option<(&'static str, Json)>,
}

impl Edit {
    pub(super) fn of(id: Uuid, values: Vec<(usize, Value)>) -> Self {
        Self {
            id,
            values,
            reason: None,
            said: None,
        }
    }

    /// That the row is to be like this.
    pub(super) fn whole(id: Uuid, row: Record) -> Self {
        Self::of(id, row.into_iter().enumerate().collect())
    }

    /// For that reason.
    pub(super) fn because(self, reason: Option<String>) -> Self {
        Self { reason, ..self }
    }

    /// As which the change log says that something is `value` now.
    pub(super) fn saying(self, name: &'static str, value: &Json) -> Self {
        let said = Some((name, json!([null, value])));
        Self { said, ..self }
    }
}

/// Deletes a row of `table`, which can be brought back.
pub(super) fn mark_deleted(write: &Write<'_>, table: &Table, row: &mut Record) {
    for (column, cell) in table.columns.iter().zip(row) {
        match column.name {
            "deleted_at" => *cell = Value::from(write.now),
            "deleted_by" => *cell = Value::Uuid(write.author.actor.id()),
            _ => {}
        }
    }
}

/// Changes rows of `table`, and says what was changed, row by row; values that are so already are left out.
pub(super) async fn apply(
    write: &Write<'_>,
    table: &Table,
    edits: Vec<Edit>,
    kind: ChangeKind,
) -> Result<Vec<Step>, ApiError> {
    let ids: Vec<Uuid> = edits.iter().map(|edit| edit.id).collect();
    let mut rows = locked(write, table, &ids).await?;
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
        let mut fields = difference(table, &before, &after);
        if let (Some((name, value)), Some(fields)) = (edit.said, fields.as_object_mut()) {
            fields.insert(name.to_owned(), value);
        }
        changes.push(change.of(fields).because(edit.reason));
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
pub(super) async fn locked(
    write: &Write<'_>,
    table: &Table,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Record>, ApiError> {
    let rows = lookup::locked(write.tx, table, ids).await?;
    let rows = rows
        .into_iter()
        .filter_map(|row| Some((id_of(table, &row)?, row)));
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
