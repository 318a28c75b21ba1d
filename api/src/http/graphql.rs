//! `/graphql`: GET and HEAD for queries, POST for everything.
//!
//! A form or a picture on a foreign page cannot ask in its visitor's name: nothing that a browser
//! adds by itself opens the door here, only a bearer token in `Authorization`, and a page that
//! wants to send that header has to ask first (`cors.rs`). So GET needs no header beside it.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{StatusCode, header::HeaderValue},
    web,
};
use async_graphql::{Name, Request, Response, parser::types::OperationType};

use super::{
    State, body,
    caller::{self, note},
    conditional, idempotency,
    limit::Slot,
    media::{self, Media},
    outcome,
    refusal::Refusal,
    request::{self, Asked as Body, Most, Unread},
    request_log::Notes,
};
use crate::{
    auth::Viewer,
    graphql::{self, Asked, Hash, ReportCost},
};

/// The methods that are served, for `Allow`.
pub(super) const METHODS: &str = "GET, HEAD, POST";
/// The request's headers that an answer depends on: what a cache has to compare.
const DEPENDS_ON: HeaderValue =
    HeaderValue::from_static("Authorization, Accept, Accept-Encoding, View-As, GraphQL-Cost");
/// The header that asks what a request could cost, and its value.
const COST: (&str, &str) = ("graphql-cost", "report");

/// Answers the request in a body, or the batch of them.
pub(super) async fn post(
    request: HttpRequest,
    payload: web::Payload,
    state: web::Data<State>,
) -> HttpResponse {
    outcome::deliver(&request, DEPENDS_ON, answer_body(&request, payload, &state)).await
}

/// Answers the query in a URL.
pub(super) async fn get(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    outcome::deliver(&request, DEPENDS_ON, answer_url(&request, &state)).await
}

async fn answer_body(
    http: &HttpRequest,
    payload: web::Payload,
    state: &web::Data<State>,
) -> Result<HttpResponse, Refusal> {
    let (viewer, media, slot) = admit(http, state).await?;
    if !media::is_json(http) {
        let message = "send application/json, in UTF-8 and not compressed";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Refusal::new(status, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    let body = body::read(http, payload, state.body_limit, state.body_timeout).await?;
    let most = Most {
        requests: state.batch_limit,
        values: state.documents.most_values(),
    };
    let asked = match request::of_body(&body, most) {
        Ok(asked) => asked,
        Err(unread) => {
            let refused = refuse_unread(http, unread)?;
            return Ok(outcome::answer(&refused, media));
        }
    };
    let (http, own) = (http.clone(), web::Data::clone(state));
    let running = async move {
        Ok(match asked {
            Body::One(request) => {
                let response = run(&http, &own, &viewer, *request).await?;
                outcome::answer(&response, media)
            }
            Body::Batch(requests) => {
                idempotency::none_of_batches(&http)?;
                let responses = run_batch(&http, &own, &viewer, requests).await;
                outcome::answer_batch(&responses, media)
            }
        })
    };
    let running = state.limit.run(slot, running);
    running.await.map_err(|error| Refusal::of_limit(&error))?
}

/// The response to what cannot be read, where it is a request.
fn refuse_unread(http: &HttpRequest, unread: Unread) -> Result<Response, Refusal> {
    match unread {
        Unread::NoRequest(refusal) => Err(refusal),
        Unread::TooLarge(error) => {
            let refused = graphql::refused(&error);
            outcome::note_errors(http, &refused);
            Ok(refused)
        }
    }
}

async fn run_batch(
    http: &HttpRequest,
    state: &State,
    viewer: &Viewer,
    requests: Vec<Result<Request, Unread>>,
) -> Vec<Response> {
    let mut responses = Vec::with_capacity(requests.len());
    for (at, request) in requests.into_iter().enumerate() {
        // The first one was counted at the door.
        let counted = if at == 0 {
            Ok(())
        } else {
            caller::count(state, viewer).map_err(Unread::NoRequest)
        };
        let response = match counted.and(request) {
            Ok(request) => run(http, state, viewer, request).await,
            Err(unread) => refuse_unread(http, unread),
        };
        responses.push(response.unwrap_or_else(|refusal| {
            let refused = outcome::refused(&refusal);
            outcome::note_errors(http, &refused);
            refused
        }));
    }
    responses
}

async fn answer_url(http: &HttpRequest, state: &web::Data<State>) -> Result<HttpResponse, Refusal> {
    let (viewer, media, slot) = admit(http, state).await?;
    let request = match request::of_url(http.query_string(), state.documents.most_values()) {
        Ok(request) => request,
        Err(unread) => {
            let refused = refuse_unread(http, unread)?;
            return Ok(outcome::answer(&refused, media));
        }
    };
    let (asked, own) = (http.clone(), web::Data::clone(state));
    let running = async move {
        let response = run(&asked, &own, &viewer, request).await?;
        Ok(conditional::answer(&asked, &response, &viewer, media))
    };
    let running = state.limit.run(slot, running);
    running.await.map_err(|error| Refusal::of_limit(&error))?
}

/// The caller first: nothing that they sent is read before it is known who they are, and that they do
/// not run too much already.
async fn admit(http: &HttpRequest, state: &State) -> Result<(Viewer, Media, Slot), Refusal> {
    let viewer = caller::viewer(http, state).await?;
    let media = Media::accepted(http).ok_or_else(|| {
        let message = "application/json and application/graphql-response+json are to be had";
        Refusal::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message)
    })?;
    let slot = state.limit.enter(viewer.owner());
    let slot = slot.map_err(|error| Refusal::of_limit(&error))?;
    Ok((viewer, media, slot))
}

/// Answers one request, if it is one that the caller may run.
async fn run(
    http: &HttpRequest,
    state: &State,
    viewer: &Viewer,
    mut request: Request,
) -> Result<Response, Refusal> {
    let response = match state.documents.admit(&mut request, viewer) {
        Ok(document) => execute(http, state, viewer, request, document).await?,
        Err(error) => Response::from_errors(vec![error]),
    };
    outcome::note_errors(http, &response);
    Ok(response)
}

/// Executes one request. By GET nothing but a query runs, whichever of the document's
/// operations is asked for: a GET has no effect, and may be repeated.
async fn execute(
    http: &HttpRequest,
    state: &State,
    viewer: &Viewer,
    mut request: Request,
    document: Hash,
) -> Result<Response, Refusal> {
    let mut key = None;
    let name = request.operation_name.clone();
    let running = request.parsed_query().ok();
    let running = running.and_then(|document| graphql::operation(document, name.as_deref()));
    if let Some((name, operation)) = running {
        if http.method().is_safe() && operation.ty != OperationType::Query {
            return Err(Refusal::method_not_allowed("POST"));
        }
        note(http, |notes| notes.ran(name.map(Name::as_str)));
        if operation.ty == OperationType::Mutation {
            key = idempotency::key(http)?;
        }
    }
    let cost = http
        .headers()
        .get(COST.0)
        .and_then(|value| value.to_str().ok());
    if cost.is_some_and(|value| value.eq_ignore_ascii_case(COST.1)) {
        request = request.data(ReportCost);
    }
    let id = http
        .extensions()
        .get::<Notes>()
        .map(|notes| notes.id.clone());
    let (schema, viewer) = (&state.schema, viewer.clone());
    // Boxed, because it is large, and what waits for it would be as large.
    Ok(match key.map(|key| Asked { key, document }) {
        None => outcome::settle(Box::pin(graphql::execute(schema, request, viewer, id))).await,
        Some(asked) => {
            let once = graphql::execute_once(schema, request, viewer, id, asked);
            outcome::settle(Box::pin(once)).await
        }
    })
}
