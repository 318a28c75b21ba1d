//! From a request's headers to who is calling.

use actix_web::{HttpMessage, HttpRequest, http::header::AUTHORIZATION};
use tokio::sync::Semaphore;
use tracing::Instrument;

use super::{State, address, parameters::decoded, refusal::Refusal, request_log::Notes};
use crate::{
    auth::{Credentials, TurnedAway, Viewer},
    error::ApiError,
    services::attempt,
};

/// How many are put on record at the same time who are turned away.
static RECORDING: Semaphore = Semaphore::const_new(4);

/// The header with the role to look at the hub with the eyes of.
const VIEW_AS: &str = "view-as";

/// Who sent this request. The log learns it too.
pub(super) async fn viewer(http: &HttpRequest, state: &State) -> Result<Viewer, Refusal> {
    if names_a_token(http.query_string()) {
        return Err(Refusal::token_in_url());
    }
    let mut headers = http.headers().get_all(AUTHORIZATION);
    let header = headers.next();
    let sent = header.is_some();
    // Two tokens are none: who would say which one counts?
    let header = header.filter(|_| headers.next().is_none());
    let header = header.and_then(|header| header.to_str().ok());
    // What is no text is no role either, and is told so.
    let view_as = http.headers().get(VIEW_AS);
    let view_as = view_as.map(|role| role.to_str().unwrap_or_default());
    let credentials = Credentials {
        authorization: header,
        view_as,
        address: address::of(http, &state.proxies),
    };
    let viewer = identify(http, state, &credentials).await;
    let mut viewer = viewer.map_err(|error| match error {
        ApiError::TooManyAttempts { .. } => Refusal::of_limit(&error),
        error => Refusal::of_caller(&error, sent),
    })?;
    note(http, |notes| notes.viewer = Some(viewer.clone()));
    count(state, &viewer)?;
    let Some(role) = view_as else {
        return Ok(viewer);
    };
    let seen = state.authenticator.view_as(&mut viewer, role);
    seen.map_err(|error| Refusal::of_caller(&error, sent))?;
    note(http, |notes| notes.viewer = Some(viewer.clone()));
    Ok(viewer)
}

/// Counts one more request of `viewer`, whatever becomes of it, if they have one left.
pub(super) fn count(state: &State, viewer: &Viewer) -> Result<(), Refusal> {
    let counted = state.budgets.enter(viewer);
    counted.map_err(|error| Refusal::of_limit(&error))
}

/// Who has these credentials. Where too many attempts have failed from their address, nothing that they send is
/// looked at.
async fn identify(
    http: &HttpRequest,
    state: &State,
    credentials: &Credentials<'_>,
) -> Result<Viewer, ApiError> {
    let address = credentials.address;
    if let Some(Err(too_often)) = address.map(|address| state.attempts.may_try(address)) {
        // Who has a good token goes on to be let in, whoever else fails from the same address.
        let authenticator = &state.authenticator;
        if !authenticator.knows(credentials) && !authenticator.signed(credentials).await {
            return Err(too_often);
        }
    }
    let viewer = state.authenticator.viewer(credentials).await;
    if let (Some(address), Err(ApiError::Unauthenticated)) = (address, &viewer)
        && let Some(turned_away) = state.attempts.failed(address)
    {
        record(http, state, turned_away);
    }
    viewer
}

/// Puts it on record that somebody is turned away. The answer does not wait for it; and where many are at the
/// same time, the log has to do.
fn record(http: &HttpRequest, state: &State, turned_away: TurnedAway) {
    let Ok(permit) = RECORDING.try_acquire() else {
        tracing::warn!("somebody is turned away who is not on record: there are too many");
        return;
    };
    let mut request_id = None;
    note(http, |notes| request_id = Some(notes.id.clone()));
    let database = state.database.clone();
    let recording = async move {
        let recorded = attempt::record(&database, &turned_away, request_id).await;
        if let Err(error) = recorded {
            tracing::error!(?error, "who was turned away is not on record");
        }
        drop(permit);
    };
    tokio::spawn(recording.in_current_span());
}

/// The parameters in which people send tokens, in small letters.
const TOKENS: [&str; 4] = ["access_token", "authorization", "id_token", "token"];

/// Whether a URL has a parameter for a token, as OAuth once let them be sent. Whoever it worked for would go on
/// to write tokens into logs.
fn names_a_token(query: &str) -> bool {
    let mut names = query.split('&').filter_map(|pair| pair.split('=').next());
    names.any(|name| {
        let name = decoded(name).unwrap_or_default();
        TOKENS.contains(&name.to_ascii_lowercase().as_str())
    })
}

/// Tells the log.
pub(super) fn note(http: &HttpRequest, take: impl FnOnce(&mut Notes)) {
    if let Some(notes) = http.extensions_mut().get_mut::<Notes>() {
        take(notes);
    }
}
