//! A name for each request, and one line about it in the log.
//!
//! The line has what an operator needs and nothing that a caller would mind: no token, no e-mail
//! address, no name, no variable and no query string.

use std::time::Instant;

use actix_web::{
    HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{CACHE_CONTROL, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS},
    middleware::Next,
    web::Data,
};
use tracing::Instrument;
use uuid::Uuid;

use super::State;
use crate::auth::Viewer;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// So many characters of the operations' names are logged.
const LONGEST_OPERATION: usize = 64;

/// What the handler found out about a request.
#[derive(Default)]
pub(super) struct Notes {
    /// The request's id.
    pub(super) id: String,
    pub(super) viewer: Option<Viewer>,
    /// The names of the operations that ran, with commas between those of a batch.
    operation: Option<String>,
    /// How many errors the answer has; in a batch, all responses.
    errors: usize,
    /// Whether it was given before, to the same request.
    pub(super) replayed: bool,
    /// The code of the first one.
    code: Option<String>,
}

impl Notes {
    /// The answer has an error with this code.
    pub(super) fn failed(&mut self, code: &str) {
        self.errors += 1;
        self.code.get_or_insert_with(|| code.to_owned());
    }

    /// An operation runs; so it is called, if it is called anything.
    pub(super) fn ran(&mut self, operation: Option<&str>) {
        let Some(name) = operation else {
            return;
        };
        let before = self.operation.take();
        let names = before.map(|before| format!("{before},{name}"));
        let names = names.unwrap_or_else(|| name.to_owned());
        self.operation = Some(names.chars().take(LONGEST_OPERATION).collect());
    }
}

/// Runs `next` in a span that carries the request's id, then writes the line.
pub(super) async fn observe<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let started = Instant::now();
    let id = request_id(&request);
    let span = tracing::info_span!("request", request_id = id);
    request.extensions_mut().insert(Notes {
        id: id.clone(),
        ..Notes::default()
    });
    let mut response = next.call(request).instrument(span.clone()).await?;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    span.in_scope(|| write_line(&response, started));
    Ok(response)
}

fn write_line<B>(response: &ServiceResponse<B>, started: Instant) {
    let elapsed = started.elapsed();
    let request = response.request();
    let extensions = request.extensions();
    let notes = extensions.get::<Notes>();
    let viewer = notes.and_then(|notes| notes.viewer.as_ref());
    let method = request.method().as_str();
    let path: String = request.path().chars().take(128).collect();
    let status = response.status().as_u16();
    let operation = notes.and_then(|notes| notes.operation.as_deref());
    let errors = notes.map_or(0, |notes| notes.errors);
    let code = notes.and_then(|notes| notes.code.as_deref());
    let replayed = notes.is_some_and(|notes| notes.replayed).then_some(true);
    let user = viewer.and_then(|viewer| viewer.user_id);
    let user = user.map(tracing::field::display);
    let token = viewer.map(|viewer| tracing::field::display(viewer.token_id));
    let roles = viewer.map(|viewer| viewer.roles.join(","));
    let viewed_as = viewer.and_then(|viewer| viewer.viewed_as.as_deref());
    let duration_ms = (elapsed.as_secs_f64() * 1e6).round() / 1e3;
    let slow = request.app_data::<Data<State>>();
    let slow = slow.and_then(|state| state.slow_request);
    if slow.is_some_and(|slow| elapsed >= slow) {
        tracing::warn!(
            method,
            path,
            status,
            duration_ms,
            operation,
            errors,
            code,
            replayed,
            user,
            token,
            roles,
            viewed_as,
            "slow request"
        );
    } else {
        tracing::info!(
            method,
            path,
            status,
            duration_ms,
            operation,
            errors,
            code,
            replayed,
            user,
            token,
            roles,
            viewed_as,
            "request"
        );
    }
}

/// The caller's own id for the request, if it is short and plain; else a new one.
fn request_id(request: &ServiceRequest) -> String {
    let sent = request.headers().get(REQUEST_ID);
    let sent = sent.and_then(|id| id.to_str().ok());
    let plain = |id: &&str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=64).contains(&id.len()) && id.bytes().all(plain)
    };
    let id = sent.filter(plain).map(str::to_owned);
    id.unwrap_or_else(|| Uuid::now_v7().to_string())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn id(sent: &str) -> String {
        let request = TestRequest::default().insert_header((REQUEST_ID, sent));
        request_id(&request.to_srv_request())
    }

    #[test]
    fn the_operations_of_a_batch_are_one_word_in_the_log() {
        let mut notes = Notes::default();
        for name in [Some("A"), None, Some("B")] {
            notes.ran(name);
        }
        assert_eq!(notes.operation.as_deref(), Some("A,B"));
        notes.ran(Some(&"x".repeat(100)));
        assert_eq!(notes.operation.map(|names| names.len()), Some(64));
    }

    #[test]
    fn a_plain_id_is_kept_and_any_other_replaced() {
        assert_eq!(id("order-42_a.b"), "order-42_a.b");
        for other in ["", "a b", "<script>", &"a".repeat(65)] {
            assert!(Uuid::parse_str(&id(other)).is_ok(), "{other}");
        }
    }
}
