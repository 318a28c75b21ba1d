//! Runs one request of one caller.

use std::sync::Arc;

use async_graphql::{
    Name, Pos, Request, Response, ServerError, Value, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection},
};
use chrono::SecondsFormat;

use crate::{auth::Viewer, calendar::Moment, services::viewing};

use super::{error::server_error, schema::Schema};

/// What of the extensions says when an answer was read: everything that was committed before is in it.
const AS_OF: &str = "asOf";

/// Root fields that take several statements each; any other is one.
const OF_SEVERAL: [&str; 2] = ["viewer", "explainAccess"];

/// Runs `request` as `viewer`; `request_id` is what the log calls it.
///
/// The defaults of variables are filled in first: the library leaves them out of `@skip` and
/// `@include`.
pub async fn execute(
    schema: &Schema,
    mut request: Request,
    viewer: Viewer,
    request_id: Option<String>,
) -> Response {
    let now = schema.clock.now();
    // Nobody looks with other eyes unless it is on record.
    let recorded = viewing::record(&schema.database, &viewer, now, request_id).await;
    if let Err(error) = recorded {
        return Response::from_errors(vec![server_error(&error, Pos::default())]);
    }
    let several = match prepare(&mut request) {
        Ok(several) => several,
        Err(error) => return Response::from_errors(vec![error]),
    };
    let moment = Moment {
        now,
        calendar: schema.calendar.clone(),
    };
    let reading = Arc::new(schema.reader.reading(viewer, moment, several));
    let request = request.data(Arc::clone(&reading));
    let mut response = schema.executable.execute(request).await;
    reading.finish().await;
    if response.data != Value::Null {
        let as_of = now.to_rfc3339_opts(SecondsFormat::Micros, true);
        let as_of = (AS_OF.to_owned(), Value::from(as_of));
        response.extensions.extend([as_of]);
    }
    response
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

/// Fills in the defaults of the variables of the operation that runs, and says whether it may take
/// several statements.
fn prepare(request: &mut Request) -> Result<bool, ServerError> {
    let name = request.operation_name.clone();
    let Some((_, running)) = operation(request.parsed_query()?, name.as_deref()) else {
        return Ok(false);
    };
    let (defaults, several) = (defaults(running), !reads_once(running));
    for (name, value) in defaults.iter() {
        if !request.variables.contains_key(name) {
            request.variables.insert(name.clone(), value.clone());
        }
    }
    Ok(several)
}

/// Whether there is one field at the root, which is one statement.
fn reads_once(operation: &OperationDefinition) -> bool {
    match operation.selection_set.node.items.as_slice() {
        [only] => match &only.node {
            Selection::Field(field) => !OF_SEVERAL.contains(&field.node.name.node.as_str()),
            _ => false,
        },
        _ => false,
    }
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
