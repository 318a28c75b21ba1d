//! HTTP: bytes to a GraphQL request and back, and whether the hub is well.
//!
//! Thin handlers of our own, because the usual ones have no limits on bodies, take any content type
//! and answer everything with 200.

mod address;
mod body;
mod budget;
mod caller;
mod compression;
mod conditional;
mod cors;
mod graphql;
mod health;
mod idempotency;
mod json;
mod jwks;
mod limit;
mod media;
mod outcome;
mod parameters;
mod refusal;
mod request;
mod request_log;
mod schema;
mod silence;
mod slots;
mod subscription;

use std::{any::Any, future::Future, sync::OnceLock, time::Duration};

use actix_cors::Cors;
use actix_web::{
    HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    guard::fn_guard,
    http::StatusCode,
    middleware::Next,
    web,
};
use ipnet::IpNet;

use crate::{
    auth::{Attempts, Authenticator, Budgets, Tokens},
    config::Config,
    database::Database,
    graphql::{Documents, Schema},
};
use limit::Limit;
use media::Media;
use refusal::Refusal;
use subscription::Streams;

/// What the handlers need; built once.
pub struct State {
    schema: Schema,
    documents: Documents,
    limit: Limit,
    authenticator: Authenticator,
    tokens: Tokens,
    attempts: Attempts,
    budgets: Budgets,
    database: Database,
    /// The schema definition, once somebody has asked for it.
    definition: OnceLock<schema::Definition>,
    body_limit: usize,
    body_timeout: Duration,
    /// How many requests a batch may hold; 0 is no batches.
    batch_limit: usize,
    compression: bool,
    /// The networks of proxies that are believed when they say for whom they ask.
    proxies: Vec<IpNet>,
    /// The origins whose pages may ask.
    origins: Vec<String>,
    streams: Streams,
    slow_request: Option<Duration>,
}

impl State {
    /// The handlers' state, with limits from `config`.
    #[must_use]
    pub fn new(
        schema: Schema,
        documents: Documents,
        authenticator: Authenticator,
        tokens: Tokens,
        attempts: Attempts,
        database: Database,
        config: &Config,
    ) -> Self {
        let proxies = config.trusted_proxies();
        let Config {
            server: config,
            limits,
            ..
        } = config;
        Self {
            budgets: schema.budgets().clone(),
            schema,
            documents,
            limit: Limit::new(limits.concurrent_operations, limits.request_seconds),
            authenticator,
            tokens,
            attempts,
            database,
            definition: OnceLock::new(),
            batch_limit: config.batch_limit,
            compression: config.compression,
            proxies,
            origins: config.cors_origins.clone(),
            streams: Streams::new(limits),
            body_limit: config.body_limit_bytes,
            body_timeout: Duration::from_secs(config.body_timeout_seconds),
            slow_request: config.slow_request_milliseconds.map(Duration::from_millis),
        }
    }

    /// Ends what stays open by itself, and tells those at its other end that the hub stops.
    pub fn close_streams(&self) {
        self.streams.close();
    }
}

/// Says what is served under which path.
pub fn routes(service: &mut web::ServiceConfig) {
    service
        .service(
            web::resource("/")
                .route(web::get().to(root))
                .route(web::head().to(root))
                .default_service(web::to(only_get)),
        )
        .service(
            web::resource("/graphql")
                .route(web::post().to(graphql::post))
                .route(
                    web::get()
                        .guard(fn_guard(subscription::is_handshake))
                        .to(subscription::open),
                )
                .route(web::get().to(graphql::get))
                .route(web::head().to(graphql::get))
                .default_service(web::to(only_graphql)),
        )
        .service(
            web::resource("/schema.graphql")
                .route(web::get().to(schema::get))
                .route(web::head().to(schema::get))
                .default_service(web::to(only_get)),
        )
        .service(
            web::resource("/.well-known/jwks.json")
                .route(web::get().to(jwks::get))
                .route(web::head().to(jwks::get))
                .default_service(web::to(only_get)),
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

/// Has the system drop a `connection` whose other side takes nothing of what is sent, twice as long as the
/// `patience` that one has with who reads a stream.
pub fn mind_silence(connection: &dyn Any, patience: Duration) {
    silence::mind(connection, patience);
}

/// Compresses answers, where a caller accepts that and the settings do.
///
/// # Errors
///
/// Passes on what the handlers return.
pub fn compress<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> impl Future<Output = Result<ServiceResponse<BoxBody>, actix_web::Error>> {
    compression::compress(request, next)
}

/// Lets pages of these origins ask. With none it refuses every preflight: leave it out then.
pub fn cors(origins: &[String]) -> Cors {
    cors::allowing(origins)
}

/// Says in our words what [`cors()`] refuses.
///
/// # Errors
///
/// Passes on what the handlers return.
pub fn refuse_preflights<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> impl Future<Output = Result<ServiceResponse<BoxBody>, actix_web::Error>> {
    cors::refuse(request, next)
}

async fn root() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("Revenue Hub. The API is GraphQL at /graphql, its schema at /schema.graphql; both want a bearer token.\n")
}

async fn only_graphql(request: HttpRequest) -> HttpResponse {
    Refusal::method_not_allowed(graphql::METHODS).response(Media::of_refusal(&request))
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
