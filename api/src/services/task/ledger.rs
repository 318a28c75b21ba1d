//! Writing tasks that the hub itself makes or changes, each with its change.

use entity::{
    change::ChangeKind,
    task::{ActiveModel, Entity, Model, TaskOrigin, TaskState},
};
use uuid::Uuid;

use crate::{
    change::{self, Change},
    error::ApiError,
    record,
    store::{bulk, table::Table},
};

use super::TABLE;
use crate::services::write::Write;

/// What has become of a task.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    pub(super) before: Model,
    pub(super) after: Model,
}

/// A task that is to be done as soon as it is there, of nobody and about nothing yet.
pub(super) fn blank(write: &Write<'_>, origin: TaskOrigin, title: &str) -> Model {
    let by = write.author.actor.id();
    Model {
        id: Uuid::now_v7(),
        title: title.to_owned(),
        best_practice: None,
        origin,
        state: TaskState::Open,
        lead_id: None,
        opportunity_id: None,
        campaign_id: None,
        account_id: None,
        feedback_id: None,
        assignee_id: None,
        due_at: write.now,
        remind_at: Some(write.now),
        reminded_at: None,
        done_at: None,
        out_of_order: false,
        snoozed_until: None,
        snooze_reason: None,
        playbook_step_id: None,
        cycle: None,
        week: None,
        version: 1,
        created_at: write.now,
        created_by: by,
        updated_at: write.now,
        updated_by: by,
        deleted_at: None,
        deleted_by: None,
    }
}

/// Writes new tasks.
pub(super) async fn insert(write: &Write<'_>, tasks: Vec<Model>) -> Result<(), ApiError> {
    let made = |task: &Model| {
        let row = (TABLE, task.id);
        Change::by(write.author, write.now, row, ChangeKind::Created)
    };
    let changes = tasks.iter().map(made).collect();
    bulk::insert(write.tx, tasks).await?;
    change::record(write.tx, changes).await?;
    Ok(())
}

/// Writes tasks that are locked and have changed, and why.
pub(super) async fn save(
    write: &Write<'_>,
    mut edits: Vec<Edit>,
    why: impl Fn(&Model) -> Option<String>,
) -> Result<(), ApiError> {
    edits.retain(|edit| edit.before != edit.after);
    let table = Table::of::<Entity>();
    let (before, after): (Vec<Model>, Vec<Model>) = edits
        .into_iter()
        .map(|edit| (edit.before, edit.after))
        .unzip();
    let known: Vec<_> = after.iter().map(|task| (task.id, why(task))).collect();
    let before = bulk::records::<ActiveModel, _>(before);
    let (mut rows, mut changes) = (Vec::new(), Vec::new());
    let records = bulk::records::<ActiveModel, _>(after);
    for ((id, why), (before, mut row)) in known.into_iter().zip(before.zip(records)) {
        let change = Change::by(write.author, write.now, (TABLE, id), ChangeKind::Updated);
        let fields = record::difference(&table, &before, &row);
        changes.push(change.of(fields).because(why));
        record::touch(&table, &mut row, write.author.actor.id(), write.now);
        rows.push(row);
    }
    bulk::update_records(write.tx, &table, rows).await?;
    change::record(write.tx, changes).await?;
    Ok(())
}
