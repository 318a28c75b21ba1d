//! Answers that a caller may keep, and ask about: `ETag` and `If-None-Match`.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, ETAG, EntityTag, HeaderValue, IfNoneMatch, TryIntoHeaderValue},
    },
};
use async_graphql::{Response, ServerError, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{media::Media, outcome};
use crate::auth::Viewer;

/// The caller may keep the answer, nobody else may, and they ask before they use it again.
const ASK_FIRST: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Everybody may keep the answer, in between too, for five minutes.
const FOR_EVERYBODY: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// So many bytes of a digest tell one answer from any other.
const TAG_BYTES: usize = 16;

/// What a tag stands for. `extensions` are not part of it: they say when the answer was read, which is never
/// the same twice. Whether they say at what cost is one, because that is asked for.
#[derive(Serialize)]
struct Tagged<'a> {
    token: String,
    viewed_as: Option<&'a str>,
    media: &'static str,
    with_cost: bool,
    data: &'a Value,
    errors: &'a [ServerError],
}

/// The answer to a query by GET: with a tag if it was executed, or 304 when the caller has it.
pub(super) fn answer(
    http: &HttpRequest,
    response: &Response,
    viewer: &Viewer,
    media: Media,
) -> HttpResponse {
    let failed = outcome::status(response, media).is_server_error();
    if failed || outcome::is_request_error(response) {
        return outcome::answer(response, media);
    }
    let tagged = Tagged {
        token: viewer.token_id.to_string(),
        viewed_as: viewer.viewed_as.as_deref(),
        media: media.content_type(),
        with_cost: response.extensions.contains_key("cost"),
        data: &response.data,
        errors: &response.errors,
    };
    match serde_json::to_vec(&tagged) {
        Ok(said) => with_tag(http, tag(&said), || outcome::answer(response, media)),
        Err(_unwritable) => outcome::answer(response, media),
    }
}

/// The `answer` with its `tag`, or 304 in its place when the caller has it already.
pub(super) fn with_tag(
    http: &HttpRequest,
    tag: EntityTag,
    answer: impl FnOnce() -> HttpResponse,
) -> HttpResponse {
    kept(http, tag, ASK_FIRST, answer)
}

/// As [`with_tag`], for what everybody may know, and keep for five minutes.
pub(super) fn public(
    http: &HttpRequest,
    tag: EntityTag,
    answer: impl FnOnce() -> HttpResponse,
) -> HttpResponse {
    kept(http, tag, FOR_EVERYBODY, answer)
}

fn kept(
    http: &HttpRequest,
    tag: EntityTag,
    cache_control: HeaderValue,
    answer: impl FnOnce() -> HttpResponse,
) -> HttpResponse {
    let known = match http.get_header::<IfNoneMatch>() {
        Some(IfNoneMatch::Any) => true,
        Some(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        None => false,
    };
    let mut answer = if known {
        HttpResponse::new(StatusCode::NOT_MODIFIED)
    } else {
        answer()
    };
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, cache_control);
    if let Ok(tag) = tag.try_into_value() {
        headers.insert(ETAG, tag);
    }
    answer
}

/// The tag of an answer that says `said`. Weak, because a compressed one has the same.
pub(super) fn tag(said: &[u8]) -> EntityTag {
    let digest = Sha256::digest(said);
    let bytes = digest.iter().take(TAG_BYTES);
    let number = bytes.fold(0, |number: u128, byte| (number << 8) | u128::from(*byte));
    EntityTag::new_weak(format!("{number:032x}"))
}
