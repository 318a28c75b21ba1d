//! The one way out for errors: from ours to GraphQL's, with a code and without library text.

use async_graphql::{Error, ErrorExtensionValues, Pos, Response, ServerError, Value};

use crate::error::{ApiError, is_passing};

/// The most errors that one answer tells.
pub const MOST_ERRORS: usize = 20;

/// The name of a type with its article: `an Int`, `a LeadFilter`, `a [Int]`.
pub(super) fn with_article(name: &str) -> String {
    let article = if name.starts_with(['A', 'E', 'I', 'O']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {name}")
}

/// Whether what failed may go well the next time, as it is.
pub(super) fn is_of_the_moment(error: &ServerError) -> bool {
    match error.extensions.as_ref().and_then(|it| it.get("code")) {
        Some(Value::String(code)) => is_passing(code),
        // A fault of ours that nobody mapped.
        _ => true,
    }
}

/// The answer to a request that is refused as a whole.
#[must_use]
pub fn refused(error: &ApiError) -> Response {
    Response::from_errors(vec![request_error(error)])
}

/// The error about a request as a whole, which has no place in the document.
pub(super) fn request_error(error: &ApiError) -> ServerError {
    let mut refused = server_error(error, Pos::default());
    refused.locations.clear();
    refused
}

/// The error for the answer, at `position` of the document. A fault of ours goes to the log.
pub(super) fn server_error(error: &ApiError, position: Pos) -> ServerError {
    resolver_error(error).into_server_error(position)
}

/// The error of a resolver that is written by hand. A fault of ours goes to the log.
pub(super) fn resolver_error(error: &ApiError) -> Error {
    if let ApiError::Internal(cause) = error {
        tracing::error!(cause = %cause, "a request failed");
    }
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", error.code());
    if let Some(field) = error.field() {
        extensions.set("field", field);
    }
    if !error.allowed().is_empty() {
        extensions.set("allowed", error.allowed().to_vec());
    }
    if let Some(exceeded) = error.exceeded() {
        extensions.set("which", exceeded.which);
        extensions.set("limit", exceeded.limit);
        extensions.set("actual", exceeded.actual);
    }
    Error {
        message: error.message(),
        source: None,
        extensions: Some(extensions),
    }
}
