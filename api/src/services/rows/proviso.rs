//! Whether what a step asks of a row, besides where it stands, is so.

use std::collections::HashSet;

use uuid::Uuid;

use crate::{
    dataset::{Entity, Proviso, Step, Workflow},
    error::ApiError,
    record,
    store::{lead_transition, table::Value},
};

use super::draft::Draft;
use crate::services::write::Write;

/// Which rows somebody has taken steps with before that are taken once: the mutation, the row, and in which round.
pub(super) struct Taken(HashSet<(&'static str, Uuid, i32)>);

impl Taken {
    /// What is known of the rows `ids`.
    pub(super) async fn of(
        write: &Write<'_>,
        workflow: &'static Workflow,
        ids: &[Uuid],
    ) -> Result<Self, ApiError> {
        let mut taken = HashSet::new();
        for step in &workflow.steps {
            let mut provided = step.provided.iter();
            if provided.any(|proviso| matches!(proviso, Proviso::OnceIn(_))) {
                let before = lead_transition::taken(write.tx, ids, &step.from, &step.to).await?;
                let before = before.into_iter();
                taken.extend(before.map(|(id, round)| (step.mutation.as_str(), id, round)));
            }
        }
        Ok(Self(taken))
    }

    /// Whether all that `step` asks of the row is so.
    pub(super) fn provided(
        &self,
        entity: &Entity,
        step: &Step,
        (record, draft): (&record::Entity, &Draft),
    ) -> bool {
        step.provided.iter().all(|proviso| {
            let column = proviso.column(entity);
            let value = column.and_then(|column| draft.get(record, column));
            match proviso {
                Proviso::Empty(_) => value.is_none_or(record::is_empty),
                Proviso::Filled(_) => !value.is_none_or(record::is_empty),
                Proviso::IsNot { value: other, .. } => {
                    !matches!(value, Some(Value::String(Some(text))) if text == other)
                }
                Proviso::OnceIn(_) => match value {
                    Some(Value::Int(Some(round))) => {
                        !self.0.contains(&(step.mutation.as_str(), draft.id, *round))
                    }
                    _ => true,
                },
            }
        })
    }
}
