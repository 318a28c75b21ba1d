//! `/graphql`: GET and HEAD for queries, POST for everything. What subscribes is answered by `subscription/`.
//!
//! A form or a picture on a foreign page cannot ask in its visitor's name: nothing that a browser
//! adds by itself opens the door here, only a bearer token in `Authorization`, and a page that
//! wants to send that header has to ask first (`cors.rs`). So GET needs no header beside it.

use actix_web::{
    HttpRequest, HttpResponse,
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
    subscription::{self, subscribes},
};
use crate::{
    auth::Viewer,
    graphql::{self, Asked, Hash, ReportCost},
    services::idempotency::Key,
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
    let caller = admit(http, state).await?;
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
    let requests = match request::of_body(&body, most) {
        Ok(Body::One(request)) => {
            let answer = |_: &HttpRequest, response: &Response, _: &Viewer, media| {
                outcome::answer(response, media)
            };
            return answer_one(http, state, caller, *request, answer).await;
        }
        Ok(Body::Batch(requests)) => requests,
        Err(unread) => {
            let refused = refuse_unread(http, unread)?;
            return Ok(caller.takes.answer(&refused));
        }
    };
    let media = caller.takes.media.ok_or_else(not_acceptable)?;
    let Caller { viewer, slot, .. } = caller;
    let (http, own) = (http.clone(), web::Data::clone(state));
    let running = async move {
        idempotency::none_of_batches(&http)?;
        let responses = run_batch(&http, &own, &viewer, requests).await;
        Ok(outcome::answer_batch(&responses, media))
    };
    let running = state.limit.run(slot, running);
    running.await.map_err(|error| Refusal::of_limit(&error))?
}

/// Answers one request with what `answer` makes of the response to it, or with a stream of events: where that is all
/// that the caller takes, and where the request subscribes.
async fn answer_one(
    http: &HttpRequest,
    state: &web::Data<State>,
    caller: Caller,
    mut request: Request,
    answer: impl FnOnce(&HttpRequest, &Response, &Viewer, Media) -> HttpResponse + 'static,
) -> Result<HttpResponse, Refusal> {
    let Caller {
        viewer,
        takes,
        slot,
    } = caller;
    let mut admitted = match state.documents.admit(&mut request, &viewer) {
        Ok(document) => Ok((request, document)),
        Err(error) => Err(Response::from_errors(vec![error])),
    };
    let (http, own) = (http.clone(), web::Data::clone(state));
    let streams = takes.events && admitted.as_mut().is_ok_and(|(it, _)| subscribes(it));
    let Some(media) = takes.media.filter(|_| !streams) else {
        if let Ok((request, _)) = &mut admitted
            && begins(&http, request, true)?.is_some()
        {
            let message = "what has an `Idempotency-Key` is answered as JSON";
            return Err(Refusal::bad_request(message));
        }
        let admitted = admitted.map(|(request, _)| request);
        return subscription::answer(&http, &own, viewer, admitted, slot).await;
    };
    let running = async move {
        let response = run_admitted(&http, &own, &viewer, admitted).await?;
        Ok(answer(&http, &response, &viewer, media))
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
    let caller = admit(http, state).await?;
    match request::of_url(http.query_string(), state.documents.most_values()) {
        Ok(request) => answer_one(http, state, caller, request, conditional::answer).await,
        Err(unread) => {
            let refused = refuse_unread(http, unread)?;
            Ok(caller.takes.answer(&refused))
        }
    }
}

/// Who asks, and how they take an answer.
struct Caller {
    viewer: Viewer,
    takes: Takes,
    slot: Slot,
}

/// How a caller takes an answer; in one way at the least.
#[derive(Clone, Copy)]
struct Takes {
    /// As JSON.
    media: Option<Media>,
    /// As a stream of events.
    events: bool,
}

impl Takes {
    /// The answer that consists of `response`.
    fn answer(self, response: &Response) -> HttpResponse {
        match self.media {
            Some(media) => outcome::answer(response, media),
            None => subscription::one(response),
        }
    }
}

/// The caller first: nothing that they sent is read before it is known who they are, and that they do
/// not run too much already.
async fn admit(http: &HttpRequest, state: &State) -> Result<Caller, Refusal> {
    let viewer = caller::viewer(http, state).await?;
    let takes = Takes {
        media: Media::accepted(http),
        events: Media::streams(http),
    };
    if takes.media.is_none() && !takes.events {
        return Err(not_acceptable());
    }
    let slot = state.limit.enter(viewer.owner());
    let slot = slot.map_err(|error| Refusal::of_limit(&error))?;
    Ok(Caller {
        viewer,
        takes,
        slot,
    })
}

fn not_acceptable() -> Refusal {
    let message = "application/json, application/graphql-response+json and, for one request, \
                   text/event-stream are to be had";
    Refusal::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message)
}

/// Answers one request, if it is one that the caller may run.
async fn run(
    http: &HttpRequest,
    state: &State,
    viewer: &Viewer,
    mut request: Request,
) -> Result<Response, Refusal> {
    let admitted = match state.documents.admit(&mut request, viewer) {
        Ok(document) => Ok((request, document)),
        Err(error) => Err(Response::from_errors(vec![error])),
    };
    run_admitted(http, state, viewer, admitted).await
}

async fn run_admitted(
    http: &HttpRequest,
    state: &State,
    viewer: &Viewer,
    admitted: Result<(Request, Hash), Response>,
) -> Result<Response, Refusal> {
    let response = match admitted {
        Ok((request, document)) => execute(http, state, viewer, request, document).await?,
        Err(refused) => refused,
    };
    outcome::note_errors(http, &response);
    Ok(response)
}

/// Whether that operation may run by this method, and be answered in this way; the log learns its name. By GET
/// nothing runs that has an effect, whichever of the document's operations is asked for: it may be repeated. The key is
/// that by which a mutation is repeated safely.
fn begins(
    http: &HttpRequest,
    request: &mut Request,
    as_stream: bool,
) -> Result<Option<Key>, Refusal> {
    let Some((name, operation)) = graphql::running(request) else {
        return Ok(None);
    };
    match operation.ty {
        OperationType::Mutation if http.method().is_safe() => {
            return Err(Refusal::method_not_allowed("POST"));
        }
        OperationType::Subscription if !as_stream => {
            let message = "a subscription is answered with text/event-stream, or over a WebSocket";
            return Err(Refusal::new(
                StatusCode::NOT_ACCEPTABLE,
                "NOT_ACCEPTABLE",
                message,
            ));
        }
        _ => {}
    }
    note(http, |notes| notes.ran(name.map(Name::as_str)));
    match operation.ty {
        OperationType::Mutation => idempotency::key(http),
        OperationType::Query | OperationType::Subscription => Ok(None),
    }
}

async fn execute(
    http: &HttpRequest,
    state: &State,
    viewer: &Viewer,
    mut request: Request,
    document: Hash,
) -> Result<Response, Refusal> {
    let key = begins(http, &mut request, false)?;
    let cost = http
        .headers()
        .get(COST.0)
        .and_then(|value| value.to_str().ok());
    if cost.is_some_and(|value| value.eq_ignore_ascii_case(COST.1)) {
        request = request.data(ReportCost);
    }
    let id = caller::request_id(http);
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
