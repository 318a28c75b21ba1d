//! The rows of business calendars: hours that make sense, and exactly one default.

use entity::change::ChangeKind;

use crate::{
    business_time::WeeklyHours,
    change::{self, Change},
    error::{ApiError, Problem},
    record,
    store::{
        self, bulk, lookup,
        table::{Record, Value},
    },
};

use crate::services::{rows::Draft, write::Write};

/// Whether its hours can be kept, and there still is a default.
pub(in crate::services) fn check(
    record: &record::Entity,
    draft: &mut Draft,
    problems: &mut Vec<Problem>,
) {
    if let Some(Value::Json(Some(hours))) = draft.get(record, "hours")
        && let Err(faults) = WeeklyHours::read(hours)
    {
        for fault in faults {
            let path = match fault.path.as_str() {
                "" => "hours".to_owned(),
                path => format!("hours.{path}"),
            };
            problems.push(draft.problem(&path, &fault.problem));
        }
    }
    let was = draft.before.as_ref();
    let was = was.is_some_and(|row| is_default(record, row));
    if was && !is_default(record, &draft.record) {
        let problem =
            "there always is a default: say it of another calendar, and this one is it no more";
        problems.push(draft.problem("isDefault", problem));
    }
}

/// Why a calendar cannot be deleted.
pub(in crate::services) fn undeletable(record: &record::Entity, draft: &Draft) -> Option<Problem> {
    let before = draft.before.as_ref()?;
    let problem = "it is the default, and there always is one: say it of another calendar first";
    is_default(record, before).then(|| draft.problem("id", problem))
}

/// Where one of the drafts becomes the default, the one that was it is it no more.
pub(in crate::services) async fn make_room(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let becomes = |draft: &Draft| {
        let was = draft.before.as_ref();
        is_default(record, &draft.record) && !was.is_some_and(|row| is_default(record, row))
    };
    if !drafts.iter().any(becomes) {
        return Ok(());
    }
    let mut ids = store::sla::default_calendars(write.tx).await?;
    ids.retain(|id| !drafts.iter().any(|draft| draft.id == *id));
    let (mut rows, mut changes) = (Vec::new(), Vec::new());
    let id = record.position("id");
    for before in lookup::locked(write.tx, &record.table, &ids).await? {
        let Some(Value::Uuid(Some(id))) = id.and_then(|at| before.get(at)) else {
            continue;
        };
        let mut row = before.clone();
        if let Some(cell) = record.position("is_default").and_then(|at| row.get_mut(at)) {
            *cell = false.into();
        }
        let entry = (record.name, *id);
        let change = Change::by(write.author, write.now, entry, ChangeKind::Updated);
        changes.push(change.of(record::difference(&record.table, &before, &row)));
        record::touch(&record.table, &mut row, write.author.actor.id(), write.now);
        rows.push(row);
    }
    bulk::update_records(write.tx, &record.table, rows).await?;
    change::record(write.tx, changes).await?;
    Ok(())
}

fn is_default(record: &record::Entity, row: &Record) -> bool {
    let position = record.position("is_default");
    position.and_then(|position| row.get(position)) == Some(&Value::Bool(Some(true)))
}
