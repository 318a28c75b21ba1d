//! Writing rows that follow from what somebody does, each with its change: new ones, and those that are locked.

use entity::change::ChangeKind;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use uuid::Uuid;

use super::write::Write;
use crate::{
    change::{self, Change},
    error::ApiError,
    record,
    store::{
        bulk,
        table::{Record, Table, Value},
    },
};

/// What has become of a row that is locked.
#[derive(Clone, Debug)]
pub(super) struct Edit<M> {
    pub(super) before: M,
    pub(super) after: M,
}

/// Writes new rows.
pub(super) async fn insert<A, M>(write: &Write<'_>, rows: Vec<M>) -> Result<(), ApiError>
where
    A: ActiveModelTrait,
    M: IntoActiveModel<A>,
{
    if rows.is_empty() {
        return Ok(());
    }
    let table = Table::of::<A::Entity>();
    let records: Vec<Record> = bulk::records::<A, M>(rows).collect();
    let changes = records
        .iter()
        .map(|row| change_of(write, &table, row, ChangeKind::Created));
    let changes = changes.collect::<Result<_, ApiError>>()?;
    bulk::insert_records(write.tx, &table, records).await?;
    change::record(write.tx, changes).await?;
    Ok(())
}

/// Writes those of the rows that have changed, and `why`.
pub(super) async fn update<A, M>(
    write: &Write<'_>,
    mut edits: Vec<Edit<M>>,
    why: impl Fn(&M) -> Option<String>,
) -> Result<(), ApiError>
where
    A: ActiveModelTrait,
    M: IntoActiveModel<A> + PartialEq,
{
    edits.retain(|edit| edit.before != edit.after);
    if edits.is_empty() {
        return Ok(());
    }
    let table = Table::of::<A::Entity>();
    let reasons: Vec<Option<String>> = edits.iter().map(|edit| why(&edit.after)).collect();
    let (before, after): (Vec<M>, Vec<M>) = edits
        .into_iter()
        .map(|edit| (edit.before, edit.after))
        .unzip();
    let before = bulk::records::<A, M>(before);
    let mut rows: Vec<Record> = bulk::records::<A, M>(after).collect();
    let mut changes = Vec::with_capacity(rows.len());
    for ((before, row), why) in before.zip(&mut rows).zip(reasons) {
        let change = change_of(write, &table, row, ChangeKind::Updated)?;
        let fields = record::difference(&table, &before, row);
        changes.push(change.of(fields).because(why));
        record::touch(&table, row, write.author.actor.id(), write.now);
    }
    bulk::update_records(write.tx, &table, rows).await?;
    change::record(write.tx, changes).await?;
    Ok(())
}

fn change_of(
    write: &Write<'_>,
    table: &Table,
    row: &Record,
    kind: ChangeKind,
) -> Result<Change, ApiError> {
    let id = table.position("id").and_then(|at| row.get(at));
    let Some(Value::Uuid(Some(id))) = id else {
        return Err(ApiError::internal(format!(
            "a {} without an id",
            table.name
        )));
    };
    let row: (&'static str, Uuid) = (table.name, *id);
    Ok(Change::by(write.author, write.now, row, kind))
}
