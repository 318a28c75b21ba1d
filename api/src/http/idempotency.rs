//! The key that a mutation can be repeated by, from its header.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{HeaderName, HeaderValue},
};

use super::refusal::Refusal;
use crate::{
    error::ApiError,
    services::idempotency::{HEADER, Key},
};

/// The request's header.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header of an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The key that came with a request.
///
/// # Errors
///
/// The refusal of what is no key, or several.
pub(super) fn key(http: &HttpRequest) -> Result<Option<Key>, Refusal> {
    let mut headers = http.headers().get_all(KEY);
    let Some(header) = headers.next() else {
        return Ok(None);
    };
    let key = match headers.next() {
        None => Key::parse(header.as_bytes()),
        Some(_) => Err(ApiError::validation(HEADER, "a request has one key")),
    };
    key.map(Some).map_err(|error| Refusal::of_key(&error))
}

/// Refuses a key that comes with a batch: it would not say which of its requests it is of.
pub(super) fn none_of_batches(http: &HttpRequest) -> Result<(), Refusal> {
    if !http.headers().contains_key(KEY) {
        return Ok(());
    }
    let problem = "a key is one request's: send the mutation by itself, and not in a batch";
    Err(Refusal::of_key(&ApiError::validation(HEADER, problem)))
}

/// Says that an answer was given before.
pub(super) fn say_replayed(answer: &mut HttpResponse) {
    let yes = HeaderValue::from_static("true");
    answer.headers_mut().insert(REPLAYED, yes);
}
