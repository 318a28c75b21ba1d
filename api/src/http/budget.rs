//! What a caller may still ask, in the headers of every answer: the fields of
//! draft-ietf-httpapi-ratelimit-headers-11.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::header::{HeaderName, HeaderValue},
    web::Data,
};

use super::{State, request_log::Notes};
use crate::auth::{Budget, Quota, WINDOW_SECONDS};

/// What there is for a minute.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of it.
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// Tells a known caller, in the headers of their `answer`, what they may still ask.
pub(super) fn tell(http: &HttpRequest, answer: &mut HttpResponse) {
    let Some(budget) = budget(http) else {
        return;
    };
    for (name, text) in [(POLICY, policy(&budget)), (LEFT, left(&budget))] {
        // Letters, digits and signs.
        if let Ok(value) = HeaderValue::from_str(&text) {
            answer.headers_mut().insert(name, value);
        }
    }
}

/// The budget of whoever sent `http`, once it is known who that is.
fn budget(http: &HttpRequest) -> Option<Budget> {
    let extensions = http.extensions();
    let viewer = extensions.get::<Notes>()?.viewer.as_ref()?;
    http.app_data::<Data<State>>()?.budgets.of(viewer)
}

/// `"requests";q=1200;w=60, "points";q=600000;w=60`.
fn policy(budget: &Budget) -> String {
    list(budget, |name, quota| {
        format!("\"{name}\";q={};w={WINDOW_SECONDS}", quota.limit)
    })
}

/// `"requests";r=1199;t=42, "points";r=598950;t=42`.
fn left(budget: &Budget) -> String {
    list(budget, |name, quota| {
        format!("\"{name}\";r={};t={}", quota.remaining, budget.resets_in)
    })
}

fn list(budget: &Budget, item: impl Fn(&str, Quota) -> String) -> String {
    let quotas = [("requests", budget.requests), ("points", budget.points)];
    let items = quotas.into_iter();
    let items = items.filter_map(|(name, quota)| Some(item(name, quota?)));
    items.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_limited_is_told() {
        let quota = |limit, remaining| Some(Quota { limit, remaining });
        let mut budget = Budget {
            requests: quota(1200, 1199),
            points: quota(600_000, 0),
            resets_in: 42,
        };
        assert_eq!(
            (policy(&budget).as_str(), left(&budget).as_str()),
            (
                r#""requests";q=1200;w=60, "points";q=600000;w=60"#,
                r#""requests";r=1199;t=42, "points";r=0;t=42"#
            )
        );
        budget.requests = None;
        assert_eq!(left(&budget), r#""points";r=0;t=42"#);
    }
}
