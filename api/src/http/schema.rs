//! `/schema.graphql`: the schema, for generators of code and for people.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{State, caller, conditional, outcome, refusal::Refusal};

/// Answers who has a token with the schema definition. Plain text, which every tool takes and a
/// browser shows.
pub(super) async fn get(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    outcome::deliver(&request, answer(&request, &state)).await
}

async fn answer(http: &HttpRequest, state: &State) -> Result<HttpResponse, Refusal> {
    let _anybody = caller::viewer(http, state).await?;
    let sdl = state.sdl();
    let answer = || {
        HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body(sdl.clone())
    };
    Ok(conditional::with_tag(http, sdl.as_bytes(), answer))
}
