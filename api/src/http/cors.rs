//! Which pages of other origins may ask, and what they may read of the answer.

use actix_cors::Cors;

use super::graphql::METHODS;

/// How long a browser may remember what it was allowed, in seconds: as long as Chromium does at most.
const MAX_AGE: usize = 7200;

/// The headers of an answer that a page may read beside those that every page may.
const EXPOSED: [&str; 6] = [
    "ETag",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-Id",
];

/// Lets pages of `origins` in; `*` is every origin. Whoever may send a token may send any header with
/// it. There are no cookies, so no answer allows credentials.
pub(super) fn allowing(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(METHODS.split(", "))
        .allow_any_header()
        .expose_headers(EXPOSED)
        .max_age(MAX_AGE);
    origins
        .iter()
        .fold(cors, |cors, origin| match origin.as_str() {
            "*" => cors.allow_any_origin().send_wildcard(),
            origin => cors.allowed_origin(origin),
        })
}
