//! Runs one request of one caller.

use std::{collections::HashSet, sync::Arc};

use async_graphql::{
    Name, Pos, Request, Response, ServerError, Value, Variables,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType,
        Selection,
    },
    to_value,
};
use chrono::SecondsFormat;

use crate::{
    auth::Viewer,
    change::Author,
    error::ApiError,
    reader::{Reading, Sees},
    services::viewing,
};

use super::{
    budget::RequestBudget,
    complaint::{COST, not_one, said_twice},
    error::{request_error, server_error},
    idempotency::Asked,
    mutate::mutate,
    schema::Schema,
};

/// What of the extensions says when an answer was read: everything that was committed before is in it.
pub(super) const AS_OF: &str = "asOf";
/// What of the extensions says what the caller may still ask. It stands beside what the request could cost.
const BUDGET: &str = "budget";

/// Root fields that take several statements each; any other is one.
const OF_SEVERAL: [&str; 6] = [
    "viewer",
    "explainAccess",
    "changes",
    "feedbackThemes",
    "followUp",
    "previewLeadDefinition",
];

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
    run(schema, request, (viewer, request_id), None).await
}

/// As [`execute`], but a mutation is run once, however often it is sent with the key of `asked`, and what was
/// answered is answered again.
pub async fn execute_once(
    schema: &Schema,
    request: Request,
    viewer: Viewer,
    request_id: Option<String>,
    asked: Asked,
) -> Response {
    run(schema, request, (viewer, request_id), Some(asked)).await
}

async fn run(
    schema: &Schema,
    mut request: Request,
    (viewer, request_id): (Viewer, Option<String>),
    asked: Option<Asked>,
) -> Response {
    let author = Author::of(&viewer, request_id);
    // Nobody looks with other eyes unless it is on record.
    let recorded = viewing::record(&schema.database, &viewer, schema.clock.now(), &author).await;
    if let Err(error) = recorded {
        return Response::from_errors(vec![server_error(&error, Pos::default())]);
    }
    let sees = match prepare(&mut request, &viewer) {
        Ok(sees) => sees,
        Err(error) => return Response::from_errors(vec![error]),
    };
    if sees == Sees::OwnWrites {
        return mutate(schema, request, (viewer, author), asked).await;
    }
    let reading = Arc::new(schema.reader.reading(viewer, schema.moment(), sees));
    let mut response = answer(schema, request, &reading).await;
    schema.budgets.spend(reading.viewer(), reading.spent());
    reading.finish().await;
    tell_budget(schema, &reading, &mut response);
    response
}

/// What `request` is answered with by `reading`, and as of when.
pub(super) async fn answer(schema: &Schema, request: Request, reading: &Arc<Reading>) -> Response {
    let request = request.data(Arc::clone(reading));
    // What validates the document of an endpoint runs it.
    let request = request.data(schema.clone());
    let mut response = schema.executable.execute(request).await;
    if response.data != Value::Null {
        let now = reading.moment().now;
        let as_of = now.to_rfc3339_opts(SecondsFormat::Micros, true);
        let as_of = (AS_OF.to_owned(), Value::from(as_of));
        response.extensions.extend([as_of]);
    }
    response
}

/// Says beside what the request could cost what is left to the viewer of `reading`.
pub(super) fn tell_budget(schema: &Schema, reading: &Reading, response: &mut Response) {
    if response.extensions.contains_key(COST) {
        response.extensions.extend(budget(schema, reading));
    }
}

/// What is left to the viewer of `reading`, for the extensions; `None` where nothing limits them.
fn budget(schema: &Schema, reading: &Reading) -> Option<(String, Value)> {
    let budget = RequestBudget::from(schema.budgets.of(reading.viewer())?);
    Some((BUDGET.to_owned(), to_value(budget).ok()?))
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

/// Fills in the defaults of the variables of the operation that runs, and says what its statements see.
fn prepare(request: &mut Request, viewer: &Viewer) -> Result<Sees, ServerError> {
    let name = request.operation_name.clone();
    let document = request.parsed_query()?;
    let Some((_, running)) = operation(document, name.as_deref()) else {
        return Ok(Sees::Latest);
    };
    let sees = if running.ty == OperationType::Mutation {
        may_change(viewer)?;
        runs_once(document, running)?;
        Sees::OwnWrites
    } else if reads_once(running) {
        Sees::Latest
    } else {
        Sees::Snapshot
    };
    let defaults = defaults(running);
    for (name, value) in defaults.iter() {
        if !request.variables.contains_key(name) {
            request.variables.insert(name.clone(), value.clone());
        }
    }
    Ok(sees)
}

/// Stops who comes with a token to read with, before anything runs.
fn may_change(viewer: &Viewer) -> Result<(), ServerError> {
    if viewer.may_write() {
        return Ok(());
    }
    let with = match viewer.viewed_as {
        Some(_) => "with the eyes of another role",
        None => "with a token that is for reading",
    };
    Err(request_error(&ApiError::Forbidden {
        action: format!("change anything {with}"),
    }))
}

/// Stops a mutation that says the same root field twice: the specification has it run once, and the
/// library would run it twice.
fn runs_once(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
) -> Result<(), ServerError> {
    let mut keys = HashSet::new();
    for field in root_fields(document, operation) {
        let key = field.response_key();
        if !keys.insert(&key.node) {
            return Err(said_twice(&key.node, key.pos));
        }
    }
    Ok(())
}

/// Stops a subscription that has not one root field: the specification has it hear of one thing, and the library
/// would have it hear of all.
pub(super) fn hears_one(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
) -> Result<(), ServerError> {
    let mut fields = root_fields(document, operation);
    let mut of_library = fields
        .iter()
        .filter(|field| field.name.node.starts_with("__"));
    let about_the_schema = of_library.next().map(|field| field.response_key());
    let first = fields.pop().map(Field::response_key);
    let another = fields.into_iter().map(Field::response_key);
    let mut another = another.filter(|key| first.is_none_or(|first| first.node != key.node));
    match about_the_schema.or_else(|| another.next()) {
        Some(key) => Err(not_one(key.pos)),
        None => Ok(()),
    }
}

/// The root fields of `operation`, those of its fragments too.
pub(super) fn root_fields<'d>(
    document: &'d ExecutableDocument,
    operation: &'d OperationDefinition,
) -> Vec<&'d Field> {
    let mut fields = Vec::new();
    let mut sets = vec![&operation.selection_set.node];
    let mut spread = HashSet::new();
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => fields.push(&field.node),
                Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                Selection::FragmentSpread(fragment) => {
                    let name = &fragment.node.fragment_name.node;
                    let first = spread.insert(name);
                    let fragment = document.fragments.get(name).filter(|_| first);
                    sets.extend(fragment.map(|fragment| &fragment.node.selection_set.node));
                }
            }
        }
    }
    fields
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

pub(super) fn defaults(operation: &OperationDefinition) -> Variables {
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
