//! Server-sent events, as `graphql-sse` has them with a connection for each operation.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, rt,
    web::{Bytes, Data},
};
use async_graphql::{Request, Response};
use futures::{StreamExt, stream};
use tokio::{
    sync::mpsc::{Sender, channel},
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};
use tracing::Instrument;

use super::{
    super::{State, caller, limit::Slot, media::EVENT_STREAM, outcome, refusal::Refusal},
    guard::{Bearer, Guard},
    line::Line,
    operation::{self, Begun},
};
use crate::{
    auth::Viewer,
    error::ApiError,
    graphql::{Live, refused},
};

/// How many pieces wait to be sent. Whoever has more to tell waits.
const WAITING: usize = 4;
/// What shows that the hub is there, and is no event.
const HEARTBEAT: &[u8] = b":\n\n";
/// There is no more to come.
const COMPLETE: &str = "event: complete\ndata:\n\n";

/// Answers `request` with a stream of events; where it was not admitted, with the response that says so.
pub(in crate::http) async fn answer(
    http: &HttpRequest,
    state: &Data<State>,
    viewer: Viewer,
    request: Result<Request, Response>,
    slot: Slot,
) -> Result<HttpResponse, Refusal> {
    let mut request = match request {
        Ok(request) => request,
        Err(response) => {
            outcome::note_errors(http, &response);
            return Ok(refuse(&response));
        }
    };
    let place = if operation::subscribes(&mut request) {
        let place = state.streams.enter(viewer.owner());
        Some(place.map_err(|error| Refusal::of_limit(&error))?)
    } else {
        None
    };
    let bearer = Bearer::of(http, &state.proxies);
    let id = caller::request_id(http).unwrap_or_default();
    let forgotten = state.authenticator.forgotten();
    let mut record = Line::begin(id.clone(), "events", viewer.clone());
    let begun = operation::begin(state, slot, &viewer, request, id, &mut record).await;
    let live = match begun.map_err(|error| Refusal::of_limit(&error))? {
        Begun::Answered(response) => {
            outcome::note_errors(http, &response);
            return Ok(one(&response));
        }
        Begun::Refused(response) => {
            outcome::note_errors(http, &response);
            return Ok(refuse(&response));
        }
        Begun::Goes(live) => live,
    };
    let (pieces, mut waiting) = channel(WAITING);
    let teller = Teller {
        state: Data::clone(state),
        guard: Guard::over(state, bearer, viewer, forgotten),
        pieces,
        record,
    };
    let telling = async move {
        teller.run(*live).await;
        drop(place);
    };
    rt::spawn(telling.in_current_span());
    let body = stream::poll_fn(move |context| waiting.poll_recv(context));
    Ok(headers().streaming(body.map(Ok::<_, actix_web::Error>)))
}

/// The stream that is one response.
pub(in crate::http) fn one(response: &Response) -> HttpResponse {
    headers().body(format!("{}{COMPLETE}", next(&outcome::text(response))))
}

/// The stream that says why there is none.
fn refuse(response: &Response) -> HttpResponse {
    headers().body(format!(
        "{}{COMPLETE}",
        next(&outcome::refused_text(response))
    ))
}

fn headers() -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(EVENT_STREAM)
        // nginx passes on what it gets when it gets it.
        .insert_header(("X-Accel-Buffering", "no"));
    answer
}

/// JSON has no record breaks, so that one line holds it.
fn next(payload: &str) -> String {
    format!("event: next\ndata: {payload}\n\n")
}

/// Tells what happens.
struct Teller {
    state: Data<State>,
    guard: Guard,
    pieces: Sender<Bytes>,
    record: Line,
}

/// Why there is nothing more to tell.
enum End {
    /// The other side is gone, or does not read.
    Gone,
    /// The hub stops.
    Stopping,
    /// It failed; the response says why.
    Failed(Box<Response>),
}

impl Teller {
    async fn run(mut self, live: Live) {
        let last = match self.tell(live).await {
            End::Gone => return,
            End::Stopping => COMPLETE.to_owned(),
            End::Failed(response) => {
                self.record.failed(&response);
                format!("{}{COMPLETE}", next(&outcome::refused_text(&response)))
            }
        };
        let _gone = self.send(last.into()).await;
    }

    async fn tell(&mut self, mut live: Live) -> End {
        let mut closing = self.state.streams.closing.subscribe();
        let every = self.state.streams.heartbeat;
        let mut heartbeat = interval_at(Instant::now(), every);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut whose = self.guard.viewer();
        loop {
            let viewer = whose.borrow_and_update().clone();
            let told = tokio::select! {
                biased;
                _ = closing.wait_for(|closing| *closing) => return End::Stopping,
                () = self.pieces.closed() => return End::Gone,
                changed = whose.changed() => match changed {
                    Ok(()) => continue,
                    Err(_refused) => return End::Failed(Box::new(refused(&ApiError::Unauthenticated))),
                },
                _ = heartbeat.tick() => match self.send(Bytes::from_static(HEARTBEAT)).await {
                    Ok(()) => continue,
                    Err(end) => return end,
                },
                told = live.next(&viewer) => told,
            };
            let event = match told {
                Ok(event) => event,
                Err(response) => return End::Failed(Box::new(response)),
            };
            if let Err(end) = self.send(next(&event).into()).await {
                return end;
            }
            self.record.told();
        }
    }

    /// Sends `piece`, as soon as there is room; who makes none for too long is gone.
    async fn send(&self, piece: Bytes) -> Result<(), End> {
        let patience = self.state.streams.patience;
        let sent = timeout(patience, self.pieces.send(piece)).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            _ => Err(End::Gone),
        }
    }
}
