//! `graphql-transport-ws`: how a socket is opened.

use actix_web::{
    HttpRequest, HttpResponse,
    guard::GuardContext,
    http::header::{AUTHORIZATION, HeaderValue, SEC_WEBSOCKET_PROTOCOL, UPGRADE},
    rt,
    web::{Data, Payload},
};
use tracing::Instrument;

use super::{
    super::{State, caller, outcome, refusal::Refusal},
    connection::{Connection, Place},
    frames,
    guard::{Bearer, Guard},
    message::PROTOCOL,
    origin,
    writer::Pen,
};

/// What the answer to a handshake depends on, of its headers.
const DEPENDS_ON: HeaderValue =
    HeaderValue::from_static("Authorization, Origin, Sec-WebSocket-Protocol, View-As");
/// The longest message, in bytes; what is longer is asked by POST.
const LONGEST: usize = 262_144;

/// Whether a request wants to become a socket.
pub(in crate::http) fn is_handshake(request: &GuardContext<'_>) -> bool {
    let upgrade = request.head().headers().get(UPGRADE);
    let upgrade = upgrade.and_then(|to| to.to_str().ok()).unwrap_or_default();
    let mut offered = upgrade.split(',').map(str::trim);
    offered.any(|to| to.eq_ignore_ascii_case("websocket"))
}

/// Opens a socket.
pub(in crate::http) async fn open(
    http: HttpRequest,
    payload: Payload,
    state: Data<State>,
) -> HttpResponse {
    outcome::deliver(&http, DEPENDS_ON, upgrade(&http, payload, &state)).await
}

/// Answers the handshake, and leaves the socket to a task of its own.
async fn upgrade(
    http: &HttpRequest,
    payload: Payload,
    state: &Data<State>,
) -> Result<HttpResponse, Refusal> {
    let place = place(http, state).await?;
    origin::check(http, &state.origins)?;
    if !offers_protocol(http) {
        let message =
            "a socket speaks graphql-transport-ws: ask for it in `Sec-WebSocket-Protocol`";
        return Err(Refusal::bad_request(message));
    }
    let none =
        |_error| Refusal::bad_request("this is not a handshake as RFC 6455 has it, in version 13");
    let longest = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    let payload = frames::no_longer_than(longest, http, payload)
        .await
        .map_err(none)?;
    let opened = actix_ws::handle_with_protocols(http, payload, &[PROTOCOL]);
    let (answer, session, messages) = opened.map_err(none)?;
    let messages = messages
        .max_frame_size(LONGEST)
        .aggregate_continuations()
        .max_continuation_size(LONGEST);
    let id = caller::request_id(http).unwrap_or_default();
    let (pen, writing) = Pen::new(session, state.streams.patience);
    let connection = Connection::new(state, id, place, pen);
    rt::spawn(connection.run(messages, writing).in_current_span());
    Ok(answer)
}

/// Who says in the headers who they are is known from then on. Others have some seconds to say it, because a page
/// cannot send headers with a handshake.
async fn place(http: &HttpRequest, state: &Data<State>) -> Result<Place, Refusal> {
    let forgotten = state.authenticator.forgotten();
    let bearer = Bearer::of(http, &state.proxies);
    if http.headers().contains_key(AUTHORIZATION) {
        let viewer = caller::viewer(http, state).await?;
        let slot = state.streams.enter(viewer.owner());
        let slot = slot.map_err(|error| Refusal::of_limit(&error))?;
        let guard = Guard::over(state, bearer, viewer, forgotten);
        return Ok(Place::Known { guard, _slot: slot });
    }
    caller::may_come(http, state, bearer.address)?;
    let slot = state.streams.enter_unknown(bearer.address);
    let slot = slot.map_err(|error| Refusal::of_limit(&error))?;
    Ok(Place::Unknown {
        bearer,
        _slot: slot,
    })
}

fn offers_protocol(http: &HttpRequest) -> bool {
    let offers = http.headers().get_all(SEC_WEBSOCKET_PROTOCOL);
    let mut offered = offers.flat_map(|list| list.to_str().unwrap_or_default().split(','));
    offered.any(|protocol| protocol.trim() == PROTOCOL)
}
