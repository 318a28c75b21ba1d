//! `/schema.graphql`: the schema, for generators of code and for people.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{State, caller, conditional, outcome, refusal::Refusal};
use crate::error::ApiError;

/// Answers who has a token with the schema definition. Plain text, which every tool takes and a
/// browser shows.
pub(super) async fn get(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    outcome::deliver(&request, answer(&request, &state)).await
}

async fn answer(http: &HttpRequest, state: &State) -> Result<HttpResponse, Refusal> {
    let viewer = caller::viewer(http, state).await?;
    // Who may not ask what there is over there is not told it here.
    if state.documents.only_trusted(&viewer) {
        let error = ApiError::DocumentNotTrusted;
        return Err(Refusal::of_caller(&error, true));
    }
    let sdl = state.sdl();
    let answer = || {
        HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body(sdl.clone())
    };
    Ok(conditional::with_tag(http, sdl.as_bytes(), answer))
}
