//! `/schema.graphql`: the schema, for generators of code and for people.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{EntityTag, HeaderValue},
    web::{self, Bytes},
};

use super::{State, caller, conditional, outcome, refusal::Refusal};
use crate::{error::ApiError, graphql::sdl};

/// The request's headers that an answer depends on: what a cache has to compare.
const DEPENDS_ON: HeaderValue =
    HeaderValue::from_static("Authorization, Accept, Accept-Encoding, View-As");

/// The schema definition, as it is sent.
pub(super) struct Definition {
    /// Shared by all answers.
    text: Bytes,
    tag: EntityTag,
}

impl Definition {
    fn new() -> Self {
        let text = Bytes::from(sdl());
        let tag = conditional::tag(&text);
        Self { text, tag }
    }
}

/// Answers who has a token with the schema definition. Plain text, which every tool takes and a
/// browser shows.
pub(super) async fn get(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    outcome::deliver(&request, DEPENDS_ON, answer(&request, &state)).await
}

async fn answer(http: &HttpRequest, state: &State) -> Result<HttpResponse, Refusal> {
    let viewer = caller::viewer(http, state).await?;
    // Who may not ask what there is over there is not told it here.
    if state.documents.only_trusted(&viewer) {
        let error = ApiError::DocumentNotTrusted;
        return Err(Refusal::of_caller(&error, true));
    }
    let Definition { text, tag } = state.definition.get_or_init(Definition::new);
    let answer = || {
        HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body(text.clone())
    };
    Ok(conditional::with_tag(http, tag.clone(), answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_shares_the_text() {
        let definition = Definition::new();
        let answered = definition.text.clone();
        assert_eq!(answered.as_ptr(), definition.text.as_ptr());
        assert_eq!(definition.tag, conditional::tag(&definition.text));
    }
}
