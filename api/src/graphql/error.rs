//! The one way out for errors: from ours to GraphQL's, with a code and without library text.

use async_graphql::{Error, ErrorExtensionValues, Pos, ServerError};

use crate::error::ApiError;

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
    Error {
        message: error.message(),
        source: None,
        extensions: Some(extensions),
    }
}
