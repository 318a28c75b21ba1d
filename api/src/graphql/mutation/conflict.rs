//! What a mutation that fails says of a row that is another by now than the caller has read.

use async_graphql::{Context, Result, ServerError, Value};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    dataset::{Entity, dataset},
    error::ApiError,
    reader::{NodeField, NodeSelection, Reading},
};

use super::super::{
    error::server_errors,
    selection::{Selector, reading},
};

/// Where the answer of a mutation that is written by hand shows the row that it is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// The type of the answer.
    pub(super) answer: &'static str,
    /// Its field with the row.
    pub(super) field: &'static str,
    /// The noun of the row.
    pub(super) noun: &'static str,
}

/// The answer of the mutation that is running in `ctx`: null where it has failed, with an error for each thing that is
/// wrong.
pub(super) async fn answered<T>(
    ctx: &Context<'_>,
    shown: Shown,
    done: Result<T, ApiError>,
) -> Option<Result<T>> {
    let error = match done {
        Ok(done) => return Some(Ok(done)),
        Err(error) => error,
    };
    let mut errors = server_errors(&error, ctx.item.pos);
    if let Some(entity) = dataset().entity(shown.noun) {
        let selected = Selector::merged(ctx, &ctx.item.node).and_then(|group| {
            let selector = Selector::new(ctx);
            selector.node_in((shown.answer, shown.field), entity, &group)
        });
        add_current(reading(ctx), (entity, selected), &error, &mut errors).await;
    }
    for error in errors {
        ctx.add_error(ctx.set_error_path(error));
    }
    None
}

/// Puts the rows in the way into the errors about versions, as the viewer sees them, with the fields that the
/// mutation selects; their ids where it selects none. What cannot be read is left out: the version is told anyway.
pub(super) async fn add_current(
    reading: &Reading,
    (entity, selected): (&'static Entity, Option<NodeSelection>),
    error: &ApiError,
    errors: &mut [ServerError],
) {
    let ApiError::Input(problems) = error else {
        return;
    };
    let ids = problems.iter().filter_map(|problem| problem.current);
    let ids: Vec<Uuid> = ids.map(|(id, _)| id).collect();
    if ids.is_empty() {
        return;
    }
    let node = selected.unwrap_or_else(|| NodeSelection {
        entity,
        fields: entity
            .find("id")
            .map(|field| ("id".to_owned(), NodeField::Scalar(field)))
            .into_iter()
            .collect(),
    });
    let Ok(rows) = reading.rows(entity, &ids, &node).await else {
        return;
    };
    for (problem, error) in problems.iter().zip(errors) {
        let row = problem.current.and_then(|(id, _)| rows.get(&id));
        let row = row.and_then(|row| serde_json::from_str(row).ok());
        let row = row.and_then(|row: Json| Value::from_json(row).ok());
        if let (Some(row), Some(extensions)) = (row, &mut error.extensions) {
            extensions.set("current", row);
        }
    }
}
