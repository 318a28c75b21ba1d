//! The one way out for errors: from ours to GraphQL's, with a code and without library text.

use async_graphql::{Context, Error, ErrorExtensionValues, Pos, Response, ServerError, Value};

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

/// The errors for the answer, at `position` of the document: one for each thing that is wrong. The last one counts
/// those that there is no room for.
pub(super) fn server_errors(error: &ApiError, position: Pos) -> Vec<ServerError> {
    let ApiError::Input(problems) = error else {
        return vec![server_error(error, position)];
    };
    let more = problems.len().saturating_sub(MOST_ERRORS);
    let told = problems.iter().take(MOST_ERRORS).enumerate();
    let told = told.map(|(index, problem)| {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", problem.code);
        extensions.set("field", problem.field.as_str());
        if !problem.allowed.is_empty() {
            extensions.set("allowed", problem.allowed.clone());
        }
        if let Some((_, version)) = problem.current {
            extensions.set("currentVersion", version);
        }
        if more > 0 && index + 1 == MOST_ERRORS {
            extensions.set("more", more);
        }
        let error = Error {
            message: problem.message.clone(),
            source: None,
            extensions: Some(extensions),
        };
        error.into_server_error(position)
    });
    told.collect()
}

/// Adds to the answer what is wrong with the field that is being resolved, which is null then.
pub(super) fn add_errors(ctx: &Context<'_>, error: &ApiError) {
    for error in server_errors(error, ctx.item.pos) {
        ctx.add_error(ctx.set_error_path(error));
    }
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
