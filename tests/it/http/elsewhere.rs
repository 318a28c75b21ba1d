//! Other paths, and what every answer has.

use reqwest::StatusCode;
use tests::app::each_app;

use super::answer;

#[tokio::test]
async fn elsewhere_is_nothing_and_the_root_points_the_way() {
    each_app(async |app| {
        let get = |path: &str| app.http.get(format!("{}{path}", app.url));
        let response = answer(get("/nowhere")).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND);
        assert_eq!(response.codes(), ["NOT_FOUND"]);
        let live = format!("{}/health/live", app.url);
        let response = answer(app.http.post(&live)).await;
        assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.header("allow"), "GET, HEAD");
        let probe = answer(app.http.head(&live)).await;
        assert_eq!(probe.status, StatusCode::OK);
        let root = answer(get("/")).await;
        assert_eq!(root.status, StatusCode::OK);
        assert!(root.text.contains("/graphql"));
        let url = format!("{}/", app.url);
        let head = answer(app.http.head(&url)).await;
        assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
        for name in ["content-type", "content-length"] {
            assert_eq!(head.header(name), root.header(name), "{name}");
        }
        let posted = answer(app.http.post(&url)).await;
        assert_eq!(posted.codes(), ["METHOD_NOT_ALLOWED"]);
        assert_eq!(posted.header("allow"), "GET, HEAD");
    })
    .await;
}

#[tokio::test]
async fn every_answer_has_the_request_s_id() {
    each_app(async |app| {
        let get = || app.http.get(format!("{}/nowhere", app.url));
        let response = answer(get().header("x-request-id", "order-42")).await;
        assert_eq!(response.header("x-request-id"), "order-42");
        assert_eq!(response.header("x-content-type-options"), "nosniff");
        assert_eq!(response.header("cache-control"), "no-store");
        let response = answer(get().header("x-request-id", "not a plain id")).await;
        assert_eq!(response.header("x-request-id").len(), 36);
    })
    .await;
}
