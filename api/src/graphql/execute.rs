//! Runs one request of one caller.

use async_graphql::{
    Request, Response, ServerError, Variables,
    parser::types::{DocumentOperations, OperationDefinition},
};

use crate::{auth::Viewer, reader::Budget};

use super::Schema;

/// Runs `request` as `viewer`.
///
/// The defaults of variables are filled in first: the library leaves them out of `@skip` and
/// `@include`.
pub async fn execute(schema: &Schema, request: Request, viewer: Viewer) -> Response {
    let mut request = request.data(viewer).data(Budget::default());
    if let Err(error) = fill_defaults(&mut request) {
        return Response::from_errors(vec![error]);
    }
    schema.execute(request).await
}

fn fill_defaults(request: &mut Request) -> Result<(), ServerError> {
    let name = request.operation_name.clone();
    let document = request.parsed_query()?;
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name.as_str()),
        // With one operation its name need not be said.
        (DocumentOperations::Multiple(operations), None) => {
            operations.values().next().filter(|_| operations.len() == 1)
        }
    };
    let defaults = operation
        .map(|operation| defaults(&operation.node))
        .unwrap_or_default();
    for (name, value) in defaults.iter() {
        if !request.variables.contains_key(name) {
            request.variables.insert(name.clone(), value.clone());
        }
    }
    Ok(())
}

fn defaults(operation: &OperationDefinition) -> Variables {
    let mut defaults = Variables::default();
    for definition in &operation.variable_definitions {
        // Not `default_value()`, which invents null where there is no default: an argument whose
        // variable was not given is not there, and is not null.
        if let Some(value) = &definition.node.default_value {
            defaults.insert(definition.node.name.node.clone(), value.node.clone());
        }
    }
    defaults
}
