//! What a message to an endpoint carries: the answer to the endpoint's document, through the view of its role.

use async_graphql::{
    Request, ServerError, Value, Variables,
    parser::types::{OperationDefinition, OperationType},
};
use futures::future::BoxFuture;
use serde_json::{json, value::RawValue};

use crate::{auth::Viewer, error::ApiError};

use super::{
    document::Documents,
    execute::{execute, operation},
    schema::Schema,
};

/// The variable with the global id of the row that a message tells of.
const ID: &str = "id";
/// How many of its errors are told of a document.
const MOST_ERRORS: usize = 3;

/// The answer to `document` for the row of that global id, as `viewer` sees it. It is boxed, because what validates
/// documents is itself run by what is called here.
///
/// # Errors
///
/// [`ApiError::Validation`] about the field `document` that says what is wrong with it; whatever else kept it from being
/// answered.
pub fn compose<'c>(
    schema: &'c Schema,
    documents: &'c Documents,
    viewer: Viewer,
    document: &'c str,
    id: &'c str,
) -> BoxFuture<'c, Result<Box<RawValue>, ApiError>> {
    Box::pin(async move {
        let variables = Variables::from_json(json!({ ID: id }));
        let mut request = Request::new(document).variables(variables);
        documents
            .admit(&mut request, &viewer)
            .map_err(|error| complaint(&[error]))?;
        let parsed = request
            .parsed_query()
            .map_err(|error| complaint(&[error]))?;
        let Some((_, running)) = operation(parsed, None) else {
            return Err(wrong("must have one operation"));
        };
        fits(running)?;
        let response = execute(schema, request, viewer, None).await;
        if !response.errors.is_empty() {
            return Err(complaint(&response.errors));
        }
        let answer = serde_json::to_string(&response.data).map_err(ApiError::internal)?;
        RawValue::from_string(answer).map_err(ApiError::internal)
    })
}

/// Whether the operation is a query of the row that a message tells of.
fn fits(operation: &OperationDefinition) -> Result<(), ApiError> {
    if operation.ty != OperationType::Query {
        return Err(wrong("must be a query"));
    }
    let declared = operation.variable_definitions.iter();
    let mut id = declared.filter(|variable| variable.node.name.node == ID);
    let is_id = |ty: &str| ty == "ID!" || ty == "ID";
    if !id.any(|variable| is_id(&variable.node.var_type.node.to_string())) {
        return Err(wrong(
            "must take the id of the row that changed: query($id: ID!) { lead(id: $id) { … } }",
        ));
    }
    Ok(())
}

fn wrong(problem: impl Into<String>) -> ApiError {
    ApiError::validation("document", problem)
}

/// What is wrong with a document, or what else happened to it.
fn complaint(errors: &[ServerError]) -> ApiError {
    let code = |error: &ServerError| match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.clone()),
        _ => None,
    };
    // What is not its fault is no reason to change it.
    for error in errors {
        match code(error).as_deref() {
            Some("TIMEOUT") => return ApiError::Timeout,
            Some("SERVICE_UNAVAILABLE") => return ApiError::Unavailable,
            Some("INTERNAL") => return ApiError::internal("the document of an endpoint failed"),
            _ => {}
        }
    }
    let told = errors.iter().take(MOST_ERRORS);
    let told: Vec<_> = told.map(|error| error.message.as_str()).collect();
    wrong(told.join("; "))
}
