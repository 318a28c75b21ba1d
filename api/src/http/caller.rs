//! From a request's headers to who is calling.

use actix_web::{HttpMessage, HttpRequest, http::header::AUTHORIZATION};

use super::{State, refusal::Refusal, request_log::Notes};
use crate::auth::Viewer;

/// The header with the role to look at the hub with the eyes of.
const VIEW_AS: &str = "view-as";

/// Who sent this request. The log learns it too.
pub(super) async fn viewer(http: &HttpRequest, state: &State) -> Result<Viewer, Refusal> {
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
    let viewer = viewer.map_err(|error| {
        // Only who may look with other eyes gets as far as to be told that there is no such role.
        let told = error.allowing(&state.roles);
        Refusal::of_caller(&told, sent)
    })?;
    note(http, |notes| notes.viewer = Some(viewer.clone()));
    Ok(viewer)
}

/// Tells the log.
pub(super) fn note(http: &HttpRequest, take: impl FnOnce(&mut Notes)) {
    if let Some(notes) = http.extensions_mut().get_mut::<Notes>() {
        take(notes);
    }
}
