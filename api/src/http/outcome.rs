//! From a GraphQL response to bytes, and making sure that it keeps the promises: every error has a
//! code, and none tells a caller what only the log may know.

use std::{collections::BTreeMap, panic::AssertUnwindSafe};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{HeaderValue, RETRY_AFTER, VARY},
    },
};
use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use futures::FutureExt;
use serde::Serialize;

use crate::{
    error::SOON,
    graphql::{MOST_ERRORS, was_replayed},
};

use super::{budget, caller::note, idempotency, media::Media, refusal::Refusal};

/// What a response looks like in JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum Written<'a> {
    Executed(&'a Response),
    /// Without `data`, as the specification says.
    NotExecuted {
        errors: &'a [ServerError],
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        extensions: &'a BTreeMap<String, Value>,
    },
}

impl<'a> From<&'a Response> for Written<'a> {
    fn from(response: &'a Response) -> Self {
        if is_request_error(response) {
            let Response {
                errors, extensions, ..
            } = response;
            Self::NotExecuted { errors, extensions }
        } else {
            Self::Executed(response)
        }
    }
}

/// Waits for the answer to `http`, whatever becomes of it; it depends on the headers that `depends_on` names.
pub(super) async fn deliver(
    http: &HttpRequest,
    depends_on: HeaderValue,
    answering: impl Future<Output = Result<HttpResponse, Refusal>>,
) -> HttpResponse {
    let answered = AssertUnwindSafe(answering).catch_unwind().await;
    let answered = answered.unwrap_or_else(|_panic| {
        tracing::error!("a handler panicked");
        Err(Refusal::internal())
    });
    let refuse = |refusal: Refusal| {
        note(http, |notes| notes.failed(refusal.code()));
        refusal.response(Media::of_refusal(http))
    };
    let mut answer = answered.unwrap_or_else(refuse);
    answer.headers_mut().insert(VARY, depends_on);
    budget::tell(http, &mut answer);
    answer
}

/// Waits for `executing` to respond. A panic is an error like any other.
pub(super) async fn settle(executing: impl Future<Output = Response>) -> Response {
    let executing = AssertUnwindSafe(executing).catch_unwind();
    let mut response = executing.await.unwrap_or_else(|_panic| panicked());
    response.errors.truncate(MOST_ERRORS);
    let errors = std::mem::take(&mut response.errors);
    response.errors = errors.into_iter().map(with_code).collect();
    response
}

/// The response where nothing can be said but that it is our fault.
pub(super) fn panicked() -> Response {
    tracing::error!("a resolver panicked");
    fault()
}

fn fault() -> Response {
    Response::from_errors(vec![internal(ServerError::new("", None))])
}

/// `response` as JSON, as it would be the body of an answer.
pub(super) fn text(response: &Response) -> String {
    let written = serde_json::to_string(&Written::from(response));
    written.unwrap_or_else(|_unwritable| unwritable())
}

/// The errors of `response` as JSON, as a response without data.
pub(super) fn refused_text(response: &Response) -> String {
    format!(r#"{{"errors":{}}}"#, errors(response))
}

/// The errors of `response` as JSON.
pub(super) fn errors(response: &Response) -> String {
    // They are texts and numbers, which can be written.
    serde_json::to_string(&response.errors).unwrap_or_else(|_unwritable| "[]".to_owned())
}

fn unwritable() -> String {
    tracing::error!("the response cannot be written as JSON");
    refused_text(&fault())
}

/// Tells the log what failed in `response`.
pub(super) fn note_errors(http: &HttpRequest, response: &Response) {
    note(http, |notes| {
        notes.replayed = was_replayed(response);
        for error in &response.errors {
            notes.failed(code(error).unwrap_or("INTERNAL"));
        }
    });
}

/// The response to a request in a batch that never became GraphQL.
pub(super) fn refused(refusal: &Refusal) -> Response {
    let mut error = ServerError::new(refusal.message(), None);
    set_code(&mut error, refusal.code());
    if let (Some(extensions), Some(exceeded)) = (&mut error.extensions, refusal.exceeded()) {
        extensions.set("which", exceeded.which);
        extensions.set("limit", exceeded.limit);
        extensions.set("actual", exceeded.actual);
    }
    Response::from_errors(vec![error])
}

/// The answer that consists of `response`.
pub(super) fn answer(response: &Response, media: Media) -> HttpResponse {
    let mut answer = written(&Written::from(response), status(response, media), media);
    if was_replayed(response) {
        idempotency::say_replayed(&mut answer);
    }
    answer
}

/// The answer to a batch. Its status says nothing of the requests in it: each response does.
pub(super) fn answer_batch(responses: &[Response], media: Media) -> HttpResponse {
    let responses: Vec<_> = responses.iter().map(Written::from).collect();
    written(&responses, StatusCode::OK, media)
}

/// Straight to text, so that the fields keep their order.
fn written(body: &impl Serialize, status: StatusCode, media: Media) -> HttpResponse {
    let Ok(body) = serde_json::to_vec(body) else {
        tracing::error!("the response cannot be written as JSON");
        return Refusal::internal().response(media);
    };
    let mut answer = HttpResponseBuilder::new(status);
    if [StatusCode::SERVICE_UNAVAILABLE, StatusCode::CONFLICT].contains(&status) {
        answer.insert_header((RETRY_AFTER, SOON));
    }
    answer.content_type(media.content_type()).body(body)
}

/// The status of an answer. It is one of 500 and above when nothing could be answered, and that was not
/// the caller's fault. A partial one is 200: the field that failed says so in `errors`.
pub(super) fn status(response: &Response, media: Media) -> StatusCode {
    let ours = |error: &ServerError| error.path.is_empty() && code(error) == Some("INTERNAL");
    if response.errors.iter().any(ours) {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    let busy = |error: &ServerError| code(error) == Some("SERVICE_UNAVAILABLE");
    if response.data == Value::Null && response.errors.iter().any(busy) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    for (refused, status) in [
        ("IDEMPOTENCY_IN_PROGRESS", StatusCode::CONFLICT),
        ("IDEMPOTENCY_CONFLICT", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        if is_request_error(response)
            && response
                .errors
                .iter()
                .any(|error| code(error) == Some(refused))
        {
            return status;
        }
    }
    match media {
        Media::GraphqlResponse if is_request_error(response) => StatusCode::BAD_REQUEST,
        Media::Json | Media::GraphqlResponse => StatusCode::OK,
    }
}

/// Whether it failed before it was executed. What fails later has a path.
pub(super) fn is_request_error(response: &Response) -> bool {
    let errors = &response.errors;
    response.data == Value::Null
        && !errors.is_empty()
        && errors.iter().all(|error| error.path.is_empty())
}

/// Gives an error of the library a code. Before execution it is the caller's: their document or
/// their variables. Later it is one of ours that nobody mapped, and does not pass.
fn with_code(mut error: ServerError) -> ServerError {
    if code(&error).is_some() {
        return error;
    }
    if error.path.is_empty() {
        set_code(&mut error, "GRAPHQL_VALIDATION_FAILED");
        return error;
    }
    tracing::error!(path = ?error.path, "an error without a code");
    internal(error)
}

/// An error of ours: where it happened, and nothing else.
fn internal(error: ServerError) -> ServerError {
    let mut masked = ServerError::new("internal error", None);
    masked.locations = error.locations;
    masked.path = error.path;
    set_code(&mut masked, "INTERNAL");
    masked
}

/// The `extensions.code` of an error.
pub(super) fn code(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

fn set_code(error: &mut ServerError, code: &str) {
    let extensions = error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default);
    extensions.set("code", code);
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};

    use super::*;

    struct Query;

    #[Object]
    impl Query {
        async fn fine(&self) -> i32 {
            1
        }

        async fn leaky(&self) -> async_graphql::Result<i32> {
            std::future::ready(Err("table user, column email".into())).await
        }

        async fn panics(&self) -> i32 {
            std::hint::black_box(None).expect("secret")
        }
    }

    async fn executed(query: &str, media: Media) -> (StatusCode, String) {
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        let response = answer(&settle(schema.execute(query)).await, media);
        let status = response.status();
        let body = actix_web::body::to_bytes(response.into_body()).await;
        let body = String::from_utf8(body.unwrap().to_vec()).unwrap();
        (status, body)
    }

    #[tokio::test]
    async fn fields_keep_their_order() {
        let (status, body) = executed("{ z: fine a: fine }", Media::Json).await;
        assert_eq!(
            (status.as_u16(), body.as_str()),
            (200, r#"{"data":{"z":1,"a":1}}"#)
        );
    }

    #[tokio::test]
    async fn a_request_error_has_a_code_and_no_data() {
        for (media, expected) in [(Media::Json, 200), (Media::GraphqlResponse, 400)] {
            let (status, body) = executed("{ nothing }", media).await;
            assert_eq!(status.as_u16(), expected);
            assert!(body.contains("GRAPHQL_VALIDATION_FAILED"), "{body}");
            assert!(!body.contains("\"data\""), "{body}");
        }
    }

    #[tokio::test]
    async fn an_error_that_nobody_mapped_does_not_pass() {
        let (status, body) = executed("{ leaky }", Media::GraphqlResponse).await;
        assert_eq!(status.as_u16(), 200);
        assert!(body.contains(r#""code":"INTERNAL""#), "{body}");
        assert!(body.contains(r#""path":["leaky"]"#), "{body}");
        assert!(!body.contains("email"), "{body}");
    }

    #[tokio::test]
    async fn a_panic_is_an_answer() {
        let (status, body) = executed("{ panics }", Media::Json).await;
        assert_eq!(status.as_u16(), 500);
        assert!(body.contains(r#""code":"INTERNAL""#), "{body}");
        assert!(!body.contains("secret"), "{body}");
    }

    #[tokio::test]
    async fn a_thousand_errors_are_told_as_twenty() {
        let query = format!("{{ {} }}", "x y ".repeat(500));
        let (_, body) = executed(&query, Media::Json).await;
        assert_eq!(body.matches("\"message\"").count(), MOST_ERRORS);
    }
}
