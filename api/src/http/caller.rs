//! From a request's headers to who is calling.

use actix_web::{HttpMessage, HttpRequest, http::header::AUTHORIZATION};

use super::{State, address, refusal::Refusal, request_log::Notes};
use crate::auth::{Credentials, Viewer};

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
    let viewer = state.authenticator.viewer(&credentials).await;
    let viewer = viewer.map_err(|error| Refusal::of_caller(&error, sent))?;
    note(http, |notes| notes.viewer = Some(viewer.clone()));
    Ok(viewer)
}

/// Whether a URL has the parameter in which OAuth once let tokens be sent. Whoever it worked for would go
/// on to write tokens into logs.
fn names_a_token(query: &str) -> bool {
    let mut names = query.split('&').filter_map(|pair| pair.split('=').next());
    names.any(|name| name.eq_ignore_ascii_case("access_token"))
}

/// Tells the log.
pub(super) fn note(http: &HttpRequest, take: impl FnOnce(&mut Notes)) {
    if let Some(notes) = http.extensions_mut().get_mut::<Notes>() {
        take(notes);
    }
}
