//! `/.well-known/jwks.json`: the public keys that tokens of the hub can be checked with, for everybody.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::{State, conditional};

/// Answers with the keys that have not retired. Whoever asks often costs one statement a second at the
/// most.
pub(super) async fn get(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let keys = json!({ "keys": state.tokens.published().await }).to_string();
    let tag = conditional::tag(keys.as_bytes());
    conditional::public(&request, tag, || {
        HttpResponse::Ok()
            .content_type("application/json")
            .body(keys)
    })
}
