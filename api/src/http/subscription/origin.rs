//! From which pages a socket may be opened. Browsers ask no permission for one beforehand, as they do for
//! requests; so the hub looks at where the page is from.
//!
//! A socket without a token does nothing, and no browser adds a token by itself: this is a second wall.

use actix_web::{
    HttpRequest,
    http::{StatusCode, header::ORIGIN},
};

use super::super::refusal::Refusal;

/// Refuses pages of other origins than the hub's own and `allowed`. Programs that are no browsers say no origin.
pub(super) fn check(http: &HttpRequest, allowed: &[String]) -> Result<(), Refusal> {
    let Some(origin) = http.headers().get(ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or_default();
    let listed = allowed.iter().any(|one| one == "*" || one == origin);
    if listed || is_own(origin, http.connection_info().host()) {
        return Ok(());
    }
    let message = "pages of this origin may not open a socket (`server.cors_origins`)";
    Err(Refusal::new(StatusCode::FORBIDDEN, "CORS_REFUSED", message))
}

/// Whether a page of `origin` is one of the `host` that was asked.
fn is_own(origin: &str, host: &str) -> bool {
    let of_page = origin.split_once("://").map(|(_scheme, host)| host);
    of_page.is_some_and(|page| page.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn may(origin: Option<&str>, allowed: &[&str]) -> bool {
        let mut request = TestRequest::default().insert_header(("host", "hub.example.com:8080"));
        if let Some(origin) = origin {
            request = request.insert_header((ORIGIN, origin));
        }
        let allowed: Vec<_> = allowed.iter().map(|one| (*one).to_owned()).collect();
        check(&request.to_http_request(), &allowed).is_ok()
    }

    #[test]
    fn pages_of_the_hub_and_of_the_setting_may() {
        assert!(may(None, &[]));
        assert!(may(Some("https://hub.example.com:8080"), &[]));
        assert!(may(
            Some("https://app.example.com"),
            &["https://app.example.com"]
        ));
        assert!(may(Some("https://evil.example"), &["*"]));
        for origin in [
            "https://evil.example",
            "null",
            "",
            "https://hub.example.com:8081",
        ] {
            assert!(!may(Some(origin), &["https://app.example.com"]), "{origin}");
        }
    }
}
