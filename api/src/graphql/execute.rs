//! Runs one request of one caller.

use async_graphql::{
    Name, Pos, Request, Response, ServerError, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition},
};

use crate::{auth::Viewer, reader::Budget, services::viewing};

use super::{error::server_error, schema::Schema};

/// Runs `request` as `viewer`; `request_id` is what the log calls it.
///
/// The defaults of variables are filled in first: the library leaves them out of `@skip` and
/// `@include`.
pub async fn execute(
    schema: &Schema,
    request: Request,
    viewer: Viewer,
    request_id: Option<String>,
) -> Response {
    let Schema {
        executable,
        database,
        clock,
    } = schema;
    // Nobody looks with other eyes unless it is on record.
    if let Err(error) = viewing::record(database, &viewer, clock.now(), request_id).await {
        return Response::from_errors(vec![server_error(&error, Pos::default())]);
    }
    let mut request = request.data(viewer).data(Budget::default());
    if let Err(error) = fill_defaults(&mut request) {
        return Response::from_errors(vec![error]);
    }
    executable.execute(request).await
}

/// The operation of `document` that runs when `name` is asked for, and what it is called there; with
/// one operation its name need not be said.
#[must_use]
pub fn operation<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Option<(Option<&'d Name>, &'d OperationDefinition)> {
    match &document.operations {
        DocumentOperations::Single(operation) => Some((None, &operation.node)),
        DocumentOperations::Multiple(operations) => {
            let found = match name {
                Some(name) => operations.get_key_value(name),
                None => operations.iter().next().filter(|_| operations.len() == 1),
            };
            found.map(|(name, operation)| (Some(name), &operation.node))
        }
    }
}

fn fill_defaults(request: &mut Request) -> Result<(), ServerError> {
    let name = request.operation_name.clone();
    let running = operation(request.parsed_query()?, name.as_deref());
    let defaults = running.map(|(_, operation)| defaults(operation));
    for (name, value) in defaults.unwrap_or_default().iter() {
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
