//! From a request's headers to who is calling.

use std::net::IpAddr;

use actix_web::{HttpMessage, HttpRequest, http::header::AUTHORIZATION};
use ipnet::IpNet;
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
    let sent = http.headers().contains_key(AUTHORIZATION);
    let refuse = |error: ApiError| match error {
        ApiError::TooManyAttempts { .. } | ApiError::BudgetExceeded { .. } => {
            Refusal::of_limit(&error)
        }
        error => Refusal::of_caller(&error, sent),
    };
    let credentials = credentials(http, &state.proxies);
    let viewer = identify(state, &credentials, request_id(http)).await;
    let mut viewer = viewer.map_err(refuse)?;
    note(http, |notes| notes.viewer = Some(viewer.clone()));
    see(state, &credentials, &mut viewer).map_err(refuse)?;
    note(http, |notes| notes.viewer = Some(viewer.clone()));
    Ok(viewer)
}

/// What the headers of `http` say of who sends it.
pub(super) fn credentials<'r>(http: &'r HttpRequest, proxies: &[IpNet]) -> Credentials<'r> {
    let mut headers = http.headers().get_all(AUTHORIZATION);
    // Two tokens are none: who would say which one counts?
    let header = headers.next().filter(|_| headers.next().is_none());
    // What is no text is no role either, and is told so.
    let view_as = http.headers().get(VIEW_AS);
    Credentials {
        authorization: header.and_then(|header| header.to_str().ok()),
        view_as: view_as.map(|role| role.to_str().unwrap_or_default()),
        address: address::of(http, proxies),
    }
}

/// Whether a request may come whose sender says later who they are.
pub(super) fn may_come(
    http: &HttpRequest,
    state: &State,
    address: Option<IpAddr>,
) -> Result<(), Refusal> {
    if names_a_token(http.query_string()) {
        return Err(Refusal::token_in_url());
    }
    let may = address.map_or(Ok(()), |address| state.attempts.may_try(address));
    may.map_err(|error| Refusal::of_limit(&error))
}

/// Who has these credentials, as [`viewer`]; `request_id` is what the log calls the request.
///
/// # Errors
///
/// As [`Authenticator::viewer`](crate::auth::Authenticator::viewer), and where they may not try or ask any more.
pub(super) async fn let_in(
    state: &State,
    credentials: &Credentials<'_>,
    request_id: &str,
) -> Result<Viewer, ApiError> {
    let mut viewer = identify(state, credentials, Some(request_id.to_owned())).await?;
    see(state, credentials, &mut viewer)?;
    Ok(viewer)
}

/// Counts a request of `viewer`, and gives them the eyes that they ask for.
fn see(state: &State, credentials: &Credentials<'_>, viewer: &mut Viewer) -> Result<(), ApiError> {
    state.budgets.enter(viewer)?;
    match credentials.view_as {
        Some(role) => state.authenticator.view_as(viewer, role),
        None => Ok(()),
    }
}

/// Counts one more request of `viewer`, whatever becomes of it, if they have one left.
pub(super) fn count(state: &State, viewer: &Viewer) -> Result<(), Refusal> {
    let counted = state.budgets.enter(viewer);
    counted.map_err(|error| Refusal::of_limit(&error))
}

/// Who has these credentials. Where too many attempts have failed from their address, nothing that they send is
/// looked at.
async fn identify(
    state: &State,
    credentials: &Credentials<'_>,
    request_id: Option<String>,
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
        record(state, turned_away, request_id);
    }
    viewer
}

/// Puts it on record that somebody is turned away. The answer does not wait for it; and where many are at the
/// same time, the log has to do.
fn record(state: &State, turned_away: TurnedAway, request_id: Option<String>) {
    let Ok(permit) = RECORDING.try_acquire() else {
        tracing::warn!("somebody is turned away who is not on record: there are too many");
        return;
    };
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

/// What the log calls the request.
pub(super) fn request_id(http: &HttpRequest) -> Option<String> {
    let extensions = http.extensions();
    extensions.get::<Notes>().map(|notes| notes.id.clone())
}

/// Tells the log.
pub(super) fn note(http: &HttpRequest, take: impl FnOnce(&mut Notes)) {
    if let Some(notes) = http.extensions_mut().get_mut::<Notes>() {
        take(notes);
    }
}
