//! `POST /graphql`.

use std::panic::AssertUnwindSafe;

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{StatusCode, header::AUTHORIZATION},
    web,
};
use async_graphql::{
    Request,
    parser::{parse_query, types::ExecutableDocument},
};
use futures::FutureExt;

use super::{
    State, body,
    media::{self, Media},
    outcome,
    refusal::Refusal,
    request_log::Notes,
};
use crate::{auth::Viewer, graphql};

/// The header with the role to look at the hub with the eyes of.
const VIEW_AS: &str = "view-as";

/// Answers one GraphQL request.
pub(super) async fn post(
    request: HttpRequest,
    payload: web::Payload,
    state: web::Data<State>,
) -> HttpResponse {
    let answering = AssertUnwindSafe(answer(&request, payload, &state)).catch_unwind();
    let answered = answering.await.unwrap_or_else(|_panic| {
        tracing::error!("a handler panicked");
        Err(Refusal::internal())
    });
    answered.unwrap_or_else(|refusal| refusal.response(Media::of_refusal(&request)))
}

/// The caller first: nothing that they sent is read before it is known who they are.
async fn answer(
    http: &HttpRequest,
    payload: web::Payload,
    state: &State,
) -> Result<HttpResponse, Refusal> {
    let viewer = viewer(http, state).await?;
    note(http, |notes| notes.viewer = Some(viewer.clone()));
    let media = Media::accepted(http).ok_or_else(|| {
        let message = "application/json and application/graphql-response+json are to be had";
        Refusal::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message)
    })?;
    if !media::is_json(http) {
        let message = "send application/json, in UTF-8 and not compressed";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Refusal::new(status, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    let body = body::read(http, payload, state.body_limit, state.body_timeout).await?;
    let mut request = body::parse(&body)?;
    let document = match parse_query(&request.query) {
        Ok(document) => document,
        Err(error) => return Ok(outcome::answer(&outcome::syntax_error(&error), media)),
    };
    let name = operation(&request, &document);
    note(http, |notes| notes.operation = name);
    request.set_parsed_query(document);
    let id = http
        .extensions()
        .get::<Notes>()
        .map(|notes| notes.id.clone());
    let executing = graphql::execute(&state.schema, request, viewer, id);
    let response = outcome::settle(executing).await;
    note(http, |notes| notes.errors = response.errors.len());
    Ok(outcome::answer(&response, media))
}

async fn viewer(http: &HttpRequest, state: &State) -> Result<Viewer, Refusal> {
    let mut headers = http.headers().get_all(AUTHORIZATION);
    let header = headers.next();
    let sent = header.is_some();
    // Two tokens are none: who would say which one counts?
    let header = header.filter(|_| headers.next().is_none());
    let header = header.and_then(|header| header.to_str().ok());
    // What is no text is no role either, and is told so.
    let view_as = http.headers().get(VIEW_AS);
    let view_as = view_as.map(|role| role.to_str().unwrap_or_default());
    let viewer = state.authenticator.viewer(header, view_as).await;
    viewer.map_err(|error| Refusal::of_caller(&error, sent))
}

/// The name of the operation that is executed, where it has one.
fn operation(request: &Request, document: &ExecutableDocument) -> Option<String> {
    let (name, _) = graphql::operation(document, request.operation_name.as_deref())?;
    Some(name?.as_str().chars().take(64).collect())
}

fn note(http: &HttpRequest, take: impl FnOnce(&mut Notes)) {
    if let Some(notes) = http.extensions_mut().get_mut::<Notes>() {
        take(notes);
    }
}
