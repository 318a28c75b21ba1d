//! Which media type a caller sends, and which one they want back.

use actix_web::{
    HttpRequest,
    http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE},
};

/// The media type of a stream of events.
pub(super) const EVENT_STREAM: &str = "text/event-stream";

/// The media types that an answer can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`: a request that cannot be executed is answered with 200 all the same.
    Json,
    /// `application/graphql-response+json`: the status says how it went.
    GraphqlResponse,
}

impl Media {
    /// The one first that is taken when a caller likes both alike and names neither.
    const ALL: [Self; 2] = [Self::Json, Self::GraphqlResponse];

    fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::GraphqlResponse => "application/graphql-response+json",
        }
    }

    /// The value of `Content-Type`.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }

    /// What the caller accepts and likes best; `None` when they accept neither. Who says nothing
    /// gets JSON.
    pub(super) fn accepted(request: &HttpRequest) -> Option<Self> {
        let values = request.headers().get_all(ACCEPT);
        let values = values.map(|value| value.to_str().unwrap_or("unreadable"));
        let ranges = values.flat_map(|value| value.split(',')).map(str::trim);
        let ranges: Vec<_> = ranges.filter(|range| !range.is_empty()).collect();
        if ranges.is_empty() {
            return Some(Self::Json);
        }
        preferred(&ranges)
    }

    /// Whether the caller takes a stream of events, and says so by its name.
    pub(super) fn streams(request: &HttpRequest) -> bool {
        let values = request.headers().get_all(ACCEPT);
        let ranges = values.flat_map(|value| value.to_str().unwrap_or_default().split(','));
        let mut liked = ranges.filter_map(|range| liking_of(range, &[(EVENT_STREAM, 3)]));
        liked.any(|liking| liking.quality > 0.0)
    }

    /// The media type of an answer that refuses.
    pub(super) fn of_refusal(request: &HttpRequest) -> Self {
        Self::accepted(request).unwrap_or(Self::Json)
    }
}

/// How much a caller likes a media type.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Liking {
    /// From 0, not at all, to 1.
    quality: f32,
    /// How closely they named it: 3 by its name, 2 by `application/*`, 1 by `*/*`.
    closeness: u8,
}

/// The best of what `ranges` of an `Accept` header ask for: the highest quality, then the one that
/// is named more closely, then the one that is named first.
fn preferred(ranges: &[&str]) -> Option<Media> {
    let mut best: Option<(Media, Liking, usize)> = None;
    for media in Media::ALL {
        let fitting = ranges.iter().enumerate();
        let fitting = fitting.filter_map(|(at, range)| Some((liking(range, media)?, at)));
        // What is said of a type by its name counts, whatever is said of all types.
        let said = fitting.reduce(|said, other| {
            let key = |liking: Liking| (liking.closeness, liking.quality);
            if key(other.0) > key(said.0) {
                other
            } else {
                said
            }
        });
        let Some((liking, at)) = said.filter(|(liking, _)| liking.quality > 0.0) else {
            continue;
        };
        let better = best.is_none_or(|(_, highest, first)| {
            liking > highest || (liking == highest && at < first)
        });
        if better {
            best = Some((media, liking, at));
        }
    }
    best.map(|(media, ..)| media)
}

/// What `range` says of `media`; `None` when it is not about it, or makes no sense.
fn liking(range: &str, media: Media) -> Option<Liking> {
    liking_of(
        range,
        &[(media.name(), 3), ("application/*", 2), ("*/*", 1)],
    )
}

/// What `range` says of a media type that has these `names`, each with how close it is.
fn liking_of(range: &str, names: &[(&str, u8)]) -> Option<Liking> {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let closeness = names
        .iter()
        .find_map(|(known, closeness)| name.eq_ignore_ascii_case(known).then_some(*closeness))?;
    let mut quality = 1.0;
    for (parameter, value) in parts.filter_map(|part| part.split_once('=')) {
        let (parameter, value) = (parameter.trim(), value.trim());
        if parameter.eq_ignore_ascii_case("q") {
            let said = value.parse().ok();
            quality = said.filter(|quality| (0.0..=1.0).contains(quality))?;
        } else if parameter.eq_ignore_ascii_case("charset") && !is_utf8(value) {
            return None;
        }
    }
    Some(Liking { quality, closeness })
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
    plain && json && charset.is_none_or(|(_, charset)| is_utf8(charset))
}

fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim().trim_matches('"');
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
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
        for accept in [
            "",
            "*/*",
            "application/*",
            "application/json",
            "application/json, application/graphql-response+json",
            "application/graphql-response+json;q=0.1,*/*",
            "application/graphql-response+json;q=0, */*",
            "application/graphql-response+json;charset=latin1, */*;q=0.1",
            "text/html, application/json;charset=utf-8;q=0.2",
        ] {
            assert_eq!(accepted(accept), Some(Media::Json), "{accept}");
        }
        for accept in [
            "application/graphql-response+json",
            "Application/GraphQL-Response+JSON ; Charset=\"UTF-8\"",
            "application/graphql-response+json, application/json",
            "application/graphql-response+json, application/json;q=0.9",
            "application/json;q=0.5, application/graphql-response+json;q=0.9",
            "*/*, application/graphql-response+json",
            "application/json;q=0, */*",
            "application/json;q=0.2, application/*;q=0.3",
        ] {
            assert_eq!(accepted(accept), Some(Media::GraphqlResponse), "{accept}");
        }
        let silent = TestRequest::default().to_http_request();
        assert_eq!(Media::accepted(&silent), Some(Media::Json));
    }

    #[test]
    fn who_accepts_neither_gets_neither() {
        for accept in [
            "text/html",
            "application/json;q=0",
            "application/json;q=2",
            "application/json;q=often",
            "application/json;charset=utf-16",
            "application/graphql+json",
            "*/*;q=0",
        ] {
            assert_eq!(accepted(accept), None, "{accept}");
        }
    }

    #[test]
    fn who_takes_a_stream_names_it() {
        let streams = |accept: &str| {
            let request = TestRequest::default().insert_header((ACCEPT, accept));
            Media::streams(&request.to_http_request())
        };
        assert!(streams("text/event-stream"));
        assert!(streams("application/json, Text/Event-Stream;q=0.5"));
        for other in ["*/*", "text/*", "application/json", "text/event-stream;q=0"] {
            assert!(!streams(other), "{other}");
        }
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
