//! HTTP: bytes to a GraphQL request and back, and whether the hub is well.
//!
//! Thin handlers of our own, because the usual ones have no limits on bodies, take any content type
//! and answer everything with 200.

mod body;
mod graphql;
mod health;
mod media;
mod outcome;
mod refusal;
mod request_log;

use std::{future::Future, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::Next,
    web,
};

use crate::{auth::Authenticator, config::Server, database::Database, graphql::Schema};
use media::Media;
use refusal::Refusal;

/// What the handlers need; built once.
pub struct State {
    schema: Schema,
    authenticator: Authenticator,
    database: Database,
    body_limit: usize,
    body_timeout: Duration,
    slow_request: Option<Duration>,
}

impl State {
    /// The handlers' state, with limits from `config`.
    #[must_use]
    pub fn new(
        schema: Schema,
        authenticator: Authenticator,
        database: Database,
        config: &Server,
    ) -> Self {
        Self {
            schema,
            authenticator,
            database,
            body_limit: config.body_limit_bytes,
            body_timeout: Duration::from_secs(config.body_timeout_seconds),
            slow_request: config.slow_request_milliseconds.map(Duration::from_millis),
        }
    }
}

/// Says what is served under which path.
pub fn routes(service: &mut web::ServiceConfig) {
    service
        .route("/", web::get().to(root))
        .service(
            web::resource("/graphql")
                .route(web::post().to(graphql::post))
                .default_service(web::to(only_post)),
        )
        .service(
            web::resource("/health/live")
                .route(web::get().to(health::live))
                .route(web::head().to(health::live))
                .default_service(web::to(only_get)),
        )
        .service(
            web::resource("/health/ready")
                .route(web::get().to(health::ready))
                .route(web::head().to(health::ready))
                .default_service(web::to(only_get)),
        )
        .default_service(web::to(not_found));
}

/// Gives a request its id, and writes its line in the log.
///
/// # Errors
///
/// Passes on what the handlers return.
pub fn observe<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> impl Future<Output = Result<ServiceResponse<B>, actix_web::Error>> {
    request_log::observe(request, next)
}

async fn root() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("Revenue Hub. The API is GraphQL: POST /graphql with a bearer token.\n")
}

async fn only_post(request: HttpRequest) -> HttpResponse {
    Refusal::method_not_allowed("POST").response(Media::of_refusal(&request))
}

async fn only_get(request: HttpRequest) -> HttpResponse {
    Refusal::method_not_allowed("GET, HEAD").response(Media::of_refusal(&request))
}

async fn not_found(request: HttpRequest) -> HttpResponse {
    let refusal = Refusal::new(
        StatusCode::NOT_FOUND,
        "NOT_FOUND",
        "there is nothing here; the API is at /graphql",
    );
    refusal.response(Media::of_refusal(&request))
}
