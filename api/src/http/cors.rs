//! Which pages of other origins may ask, and what they may read of the answer.

use actix_cors::{Cors, CorsError};
use actix_web::{
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{HeaderValue, VARY},
    },
    middleware::Next,
};

use super::{caller::note, graphql::METHODS, media::Media, refusal::Refusal};

/// How long a browser may remember what it was allowed, in seconds: as long as Chromium does at most.
const MAX_AGE: usize = 7200;

/// The headers of an answer that a page may read beside those that every page may.
const EXPOSED: [&str; 7] = [
    "ETag",
    "Idempotency-Replayed",
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

/// The request's headers that the answer to a preflight depends on.
const DEPENDS_ON: HeaderValue = HeaderValue::from_static(
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Accept",
);

/// Refuses in our words the preflights that are refused by what [`allowing`] makes: its own are plain text.
pub(super) async fn refuse<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let answered = next.call(request).await?;
    let error = answered.response().error();
    let Some(refusal) = error.and_then(|error| error.as_error()).map(refusal) else {
        return Ok(answered.map_into_boxed_body());
    };
    let (request, _in_plain_text) = answered.into_parts();
    note(&request, |notes| notes.failed(refusal.code()));
    let mut response = refusal.response(Media::of_refusal(&request));
    response.headers_mut().insert(VARY, DEPENDS_ON);
    Ok(ServiceResponse::new(request, response))
}

fn refusal(error: &CorsError) -> Refusal {
    let refused = |message| Refusal::new(StatusCode::BAD_REQUEST, "CORS_REFUSED", message);
    match error {
        CorsError::OriginNotAllowed => {
            refused("pages of this origin may not ask (`server.cors_origins`)".to_owned())
        }
        CorsError::MethodNotAllowed => refused(format!("pages may use {METHODS}")),
        CorsError::MissingOrigin => Refusal::bad_request("a preflight has the header `Origin`"),
        _ => Refusal::bad_request("this is not a preflight as browsers send it"),
    }
}
