//! Pages of other origins: none, unless the settings name them.

use api::views::Role;
use reqwest::{Method, RequestBuilder, StatusCode};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    database::each_database,
};

use super::{PLAIN, VARY, answer, get};

const OURS: &str = "https://app.example.com";
const ALLOW_ORIGIN: &str = "access-control-allow-origin";

/// What a browser asks before it lets a page of `origin` send `method`.
async fn preflight(app: &TestApp, origin: &str, method: &str) -> Response {
    let request = app
        .http
        .request(Method::OPTIONS, format!("{}/graphql", app.url));
    let asked = "authorization,content-type,view-as,x-apollo-operation-name";
    let request = request
        .header("access-control-request-method", method)
        .header("access-control-request-headers", asked);
    answer(request.header("origin", origin)).await
}

async fn query(app: &TestApp) -> RequestBuilder {
    let token = app.token_for(Role::Admin).await;
    get(app, &token, &[("query", "{ __typename }")])
}

#[tokio::test]
async fn a_page_of_another_origin_may_not_ask_by_default() {
    each_app(async |app| {
        let refused = preflight(app, OURS, "POST").await;
        assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED);
        let answered = answer(query(app).await.header("origin", OURS)).await;
        for response in [refused, answered] {
            let names = response.headers.keys();
            assert!(
                !names
                    .into_iter()
                    .any(|name| name.as_str().starts_with("access-control"))
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_settings_say_which_pages_may_ask() {
    for database in each_database() {
        let origins = format!("{OURS}, http://localhost:3000");
        let app = TestApp::start_with(database, &[("SERVER__CORS_ORIGINS", &origins)]).await;
        for origin in [OURS, "http://localhost:3000"] {
            for method in ["GET", "POST"] {
                let allowed = preflight(&app, origin, method).await;
                assert_eq!(allowed.status, StatusCode::OK);
                assert_eq!(allowed.header(ALLOW_ORIGIN), origin);
                assert!(
                    allowed
                        .header("access-control-allow-methods")
                        .contains(method)
                );
                let headers = allowed.header("access-control-allow-headers");
                assert!(headers.contains("authorization") && headers.contains("view-as"));
                assert_eq!(allowed.header("access-control-max-age"), "7200");
                assert_eq!(allowed.header("access-control-allow-credentials"), "");
                assert!(allowed.header("vary").contains("Origin"));
            }
            let answered = answer(query(&app).await.header("origin", origin)).await;
            assert_eq!(answered.header(ALLOW_ORIGIN), origin);
            let vary = answered.header("vary");
            assert!(vary.starts_with(VARY) && vary.contains("Origin"), "{vary}");
            let exposed = answered
                .header("access-control-expose-headers")
                .to_lowercase();
            for name in [
                "idempotency-replayed",
                "x-request-id",
                "etag",
                "retry-after",
                "ratelimit",
                "ratelimit-policy",
                "www-authenticate",
            ] {
                assert!(
                    exposed.split(", ").any(|exposed| exposed == name),
                    "{exposed}"
                );
            }
        }
        // The page is to read why it is refused.
        let url = format!("{}/graphql", app.url);
        let refused = answer(app.http.post(&url).header("origin", OURS)).await;
        assert_eq!(refused.codes(), ["UNAUTHENTICATED"]);
        assert_eq!(refused.header(ALLOW_ORIGIN), OURS);
        for stranger in [
            "https://app.example.com.evil.example",
            "http://app.example.com",
            "null",
        ] {
            let refused = preflight(&app, stranger, "POST").await;
            assert_preflight_refused(&refused, "CORS_REFUSED");
            let answered = answer(query(&app).await.header("origin", stranger)).await;
            assert_eq!(answered.header(ALLOW_ORIGIN), "");
        }
        let deleting = preflight(&app, OURS, "DELETE").await;
        assert_preflight_refused(&deleting, "CORS_REFUSED");
        assert!(
            deleting.text.contains("GET, HEAD, POST"),
            "{}",
            deleting.text
        );
        let url = format!("{}/graphql", app.url);
        let from_nowhere = app.http.request(Method::OPTIONS, url);
        let from_nowhere = from_nowhere.header("access-control-request-method", "POST");
        assert_preflight_refused(&answer(from_nowhere).await, "BAD_REQUEST");
        app.stop().await;
    }
}

/// A preflight that is refused looks like any other refusal, and says what it depends on.
fn assert_preflight_refused(refused: &Response, code: &str) {
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.header("content-type"), PLAIN);
    assert_eq!(refused.codes(), [code], "{}", refused.text);
    assert!(refused.body["errors"][0]["message"].is_string());
    assert_eq!(refused.header(ALLOW_ORIGIN), "");
    assert_eq!(refused.header("cache-control"), "no-store");
    assert!(!refused.header("x-request-id").is_empty());
    let vary = refused.header("vary");
    let depends_on: Vec<_> = vary.split(", ").collect();
    for name in [
        "Origin",
        "Access-Control-Request-Method",
        "Access-Control-Request-Headers",
        "Accept",
    ] {
        assert!(depends_on.contains(&name), "{vary}");
    }
}

#[tokio::test]
async fn every_page_may_ask_where_the_settings_say_so() {
    for database in each_database() {
        let app = TestApp::start_with(database, &[("SERVER__CORS_ORIGINS", "*")]).await;
        for origin in [OURS, "null"] {
            assert_eq!(
                preflight(&app, origin, "POST").await.header(ALLOW_ORIGIN),
                "*"
            );
            let answered = answer(query(&app).await.header("origin", origin)).await;
            assert_eq!(answered.header(ALLOW_ORIGIN), "*");
        }
        app.stop().await;
    }
}
