//! Answers to requests that never become GraphQL.

use std::borrow::Cow;

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use serde_json::{Map, Value, json};

use super::media::Media;
use crate::error::{ApiError, Exceeded};

/// Why a request is not answered.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    header: Option<Box<Header>>,
    challenge: Option<&'static str>,
    allow: Option<&'static str>,
    /// The limit that the request is beyond.
    exceeded: Option<Box<Exceeded>>,
    /// In how many seconds it is worth asking again.
    retry_after: Option<u32>,
    /// Whether the rest of the request is not read, so that the connection cannot be used again.
    close: bool,
}

/// The header at fault.
#[derive(Debug)]
struct Header {
    name: String,
    /// What it could say, where that can be counted.
    allowed: Vec<String>,
}

impl Refusal {
    pub(super) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            header: None,
            challenge: None,
            allow: None,
            exceeded: None,
            retry_after: None,
            close: false,
        }
    }

    /// The body is not a GraphQL request.
    pub(super) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// There is a token where everybody logs it.
    pub(super) fn token_in_url() -> Self {
        let message = "a token belongs into the header `Authorization`, and never into a URL: take this one back";
        Self::bad_request(message)
    }

    /// The method is not served here; `allow` is.
    pub(super) fn method_not_allowed(allow: &'static str) -> Self {
        let message = format!("use {allow}");
        let status = StatusCode::METHOD_NOT_ALLOWED;
        Self {
            allow: Some(allow),
            ..Self::new(status, "METHOD_NOT_ALLOWED", message)
        }
    }

    /// No caller, one who may not call like this, or our fault. `sent` says whether there was a token
    /// at all.
    pub(super) fn of_caller(error: &ApiError, sent: bool) -> Self {
        let status = match error {
            ApiError::Unauthenticated => StatusCode::UNAUTHORIZED,
            ApiError::Forbidden { .. } | ApiError::DocumentNotTrusted => StatusCode::FORBIDDEN,
            ApiError::Validation { .. } => StatusCode::BAD_REQUEST,
            ApiError::Unavailable | ApiError::GaveWay => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let challenge = match (error, sent) {
            (ApiError::Unauthenticated, true) => {
                Some(r#"Bearer realm="revhub", error="invalid_token""#)
            }
            (ApiError::Unauthenticated, false) => Some(r#"Bearer realm="revhub""#),
            _ => None,
        };
        if let ApiError::Internal(cause) = error {
            tracing::error!(%cause, "the caller cannot be looked up");
        }
        let header = error.field().map(|name| Header {
            name: name.to_owned(),
            allowed: error.allowed().to_vec(),
        });
        Self {
            header: header.map(Box::new),
            challenge,
            retry_after: error.retry_after(),
            ..Self::new(status, error.code(), error.message())
        }
    }

    /// The key that a request came with cannot be used.
    pub(super) fn of_key(error: &ApiError) -> Self {
        let header = error.field().map(|name| Header {
            name: name.to_owned(),
            allowed: Vec::new(),
        });
        Self {
            header: header.map(Box::new),
            ..Self::new(StatusCode::BAD_REQUEST, error.code(), error.message())
        }
    }

    /// The caller has too much running or asks too often, or what they asked took too long: that would take as
    /// long again, so that only the others are told when to come again.
    pub(super) fn of_limit(error: &ApiError) -> Self {
        let status = match error {
            ApiError::TooManyRequests { .. }
            | ApiError::TooManyStreams { .. }
            | ApiError::BudgetExceeded { .. }
            | ApiError::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
            ApiError::Timeout => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self {
            exceeded: error.exceeded().map(Box::new),
            retry_after: error.retry_after(),
            ..Self::new(status, error.code(), error.message())
        }
    }

    /// Our fault.
    pub(super) fn internal() -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, "INTERNAL", "internal error")
    }

    /// The value of `extensions.code`.
    pub(super) fn code(&self) -> &'static str {
        self.code
    }

    /// The sentence for the caller.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// The limit that the request is beyond, where it is that.
    pub(super) fn exceeded(&self) -> Option<Exceeded> {
        self.exceeded.as_deref().copied()
    }

    /// Closes the connection after the answer.
    pub(super) fn closing(self) -> Self {
        Self {
            close: true,
            ..self
        }
    }

    /// The answer, in the shape of a GraphQL response.
    pub(super) fn response(self, media: Media) -> HttpResponse {
        let mut extensions = Map::new();
        let mut set = |name: &str, value: Value| extensions.insert(name.to_owned(), value);
        set("code", self.code.into());
        if let Some(header) = self.header {
            set("field", header.name.into());
            if !header.allowed.is_empty() {
                set("allowed", header.allowed.into());
            }
        }
        if let Some(exceeded) = self.exceeded {
            set("which", exceeded.which.into());
            set("limit", exceeded.limit.into());
            set("actual", exceeded.actual.into());
        }
        let error = json!({ "message": self.message, "extensions": extensions });
        let mut response = HttpResponseBuilder::new(self.status);
        response.content_type(media.content_type());
        if let Some(challenge) = self.challenge {
            response.insert_header((WWW_AUTHENTICATE, challenge));
        }
        if let Some(allow) = self.allow {
            response.insert_header((ALLOW, allow));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds));
        }
        if self.close {
            response.force_close();
        }
        response.body(json!({ "errors": [error] }).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_will_be_over_is_worth_asking_again() {
        let attempts = ApiError::TooManyAttempts {
            limit: 60,
            seconds: 42,
        };
        let budget = ApiError::BudgetExceeded {
            exceeded: Exceeded {
                which: "points_per_minute",
                limit: 100,
                actual: 101,
            },
            seconds: 7,
        };
        let running = ApiError::TooManyRequests { limit: 1 };
        for (refusal, after) in [
            (Refusal::of_limit(&running), Some("1")),
            (Refusal::of_limit(&budget), Some("7")),
            (Refusal::of_limit(&attempts), Some("42")),
            (Refusal::of_limit(&ApiError::Timeout), None),
            (Refusal::of_caller(&ApiError::Unavailable, true), Some("1")),
            (Refusal::of_caller(&ApiError::Unauthenticated, true), None),
            (Refusal::internal(), None),
        ] {
            let code = refusal.code();
            let response = refusal.response(Media::Json);
            let told = response.headers().get(RETRY_AFTER);
            assert_eq!(told.map(|told| told.to_str().unwrap()), after, "{code}");
        }
    }
}
