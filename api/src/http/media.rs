//! Which media type a caller sends, and which one they want back.

use actix_web::{
    HttpRequest,
    http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE},
};

/// The media types that an answer can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`: a request that cannot be executed is answered with 200 all the same.
    Json,
    /// `application/graphql-response+json`: the status says how it went.
    GraphqlResponse,
}

impl Media {
    /// The value of `Content-Type`.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }

    /// What the caller accepts and likes best; `None` when they accept neither.
    pub(super) fn accepted(request: &HttpRequest) -> Option<Self> {
        let mut values = request.headers().get_all(ACCEPT).peekable();
        if values.peek().is_none() {
            return Some(Self::Json);
        }
        let values = values.filter_map(|value| value.to_str().ok());
        preferred(values.flat_map(|value| value.split(',')))
    }

    /// The media type of an answer that refuses.
    pub(super) fn of_refusal(request: &HttpRequest) -> Self {
        Self::accepted(request).unwrap_or(Self::Json)
    }
}

/// The best of what `ranges` of an `Accept` header ask for: the highest quality, then the first.
fn preferred<'a>(ranges: impl Iterator<Item = &'a str>) -> Option<Media> {
    let mut best = None;
    for range in ranges {
        let mut parts = range.split(';').map(str::trim);
        let media = match parts.next().unwrap_or("").to_ascii_lowercase().as_str() {
            "application/graphql-response+json" => Media::GraphqlResponse,
            "application/json" | "application/*" | "*/*" => Media::Json,
            _ => continue,
        };
        let mut parameters = parts.filter_map(|part| part.split_once('='));
        let quality = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
        let quality = quality.map_or(Some(1.0), |(_, q)| q.trim().parse::<f32>().ok());
        let Some(quality) = quality.filter(|quality| *quality > 0.0) else {
            continue;
        };
        if best.is_none_or(|(_, highest)| quality > highest) {
            best = Some((media, quality));
        }
    }
    best.map(|(media, _)| media)
}

/// Whether the body says that it is JSON, in UTF-8 and not compressed. Browsers send nothing else
/// to another site without asking that site first, so a form on a foreign page cannot write.
pub(super) fn is_json(request: &HttpRequest) -> bool {
    let header = |name| request.headers().get(name).map(|value| value.to_str());
    let plain = match header(CONTENT_ENCODING) {
        None => true,
        Some(encoding) => encoding.is_ok_and(|text| text.eq_ignore_ascii_case("identity")),
    };
    let Some(Ok(content_type)) = header(CONTENT_TYPE) else {
        return false;
    };
    let mut parts = content_type.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    let mut parameters = parts.filter_map(|part| part.split_once('='));
    let charset = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    let utf8 = charset.is_none_or(|(_, charset)| {
        let charset = charset.trim().trim_matches('"');
        charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
    });
    plain && json && utf8
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn accepted(accept: &str) -> Option<Media> {
        let request = TestRequest::default().insert_header((ACCEPT, accept));
        Media::accepted(&request.to_http_request())
    }

    #[test]
    fn the_first_of_the_best_is_taken() {
        for (accept, expected) in [
            ("application/json", Some(Media::Json)),
            (
                "application/graphql-response+json",
                Some(Media::GraphqlResponse),
            ),
            (
                "application/graphql-response+json, application/json",
                Some(Media::GraphqlResponse),
            ),
            (
                "application/json;q=0.5, application/graphql-response+json;q=0.9",
                Some(Media::GraphqlResponse),
            ),
            (
                "application/graphql-response+json;q=0.1,*/*",
                Some(Media::Json),
            ),
            (
                "text/html, application/json;charset=utf-8;q=0.2",
                Some(Media::Json),
            ),
            ("*/*", Some(Media::Json)),
            ("text/html", None),
            ("application/json;q=0", None),
        ] {
            assert_eq!(accepted(accept), expected, "{accept}");
        }
        let silent = TestRequest::default().to_http_request();
        assert_eq!(Media::accepted(&silent), Some(Media::Json));
    }

    #[test]
    fn only_json_is_read() {
        let json = |content_type: &str| {
            let request = TestRequest::default().insert_header((CONTENT_TYPE, content_type));
            is_json(&request.to_http_request())
        };
        assert!(json("application/json"));
        assert!(json("Application/JSON; charset=\"UTF-8\""));
        assert!(!json("application/json; charset=latin1"));
        assert!(!json("text/plain"));
        assert!(!json("application/json+evil"));
        assert!(!is_json(&TestRequest::default().to_http_request()));
    }
}
