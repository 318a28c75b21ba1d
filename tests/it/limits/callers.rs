//! How many requests of one caller may run at the same time.

use std::time::{Duration, Instant};

use api::views::Role;
use reqwest::StatusCode;
use serde_json::json;
use tests::{app::TestApp, database::each_database};

use super::{assert_answered, extensions, time};

#[tokio::test]
async fn a_caller_has_so_many_requests_running_and_no_more() {
    for database in each_database() {
        let settings = [
            ("LIMITS__CONCURRENT_OPERATIONS", "2"),
            ("LIMITS__REQUEST_SECONDS", "2"),
        ];
        let app = TestApp::start_with(database, &settings).await;
        time::make_slow(&app).await;
        let (one, other) = (
            app.token_for(Role::Admin).await,
            app.token_for(Role::Admin).await,
        );
        let slow = async || app.graphql(&one, time::SLOW, json!({})).await;
        let meanwhile = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let started = Instant::now();
            let refused = app.graphql(&one, "{ __typename }", json!({})).await;
            assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(extensions(&refused)["code"], "TOO_MANY_REQUESTS");
            assert_eq!(refused.header("retry-after"), "1");
            // Others are not in the way.
            assert_answered(&app.graphql(&other, "{ __typename }", json!({})).await);
            assert!(started.elapsed() < Duration::from_secs(1));
        };
        let (first, second, ()) = tokio::join!(slow(), slow(), meanwhile);
        assert_eq!(
            (first.codes(), second.codes()),
            (vec!["TIMEOUT"], vec!["TIMEOUT"])
        );
        assert_answered(&app.graphql(&one, "{ __typename }", json!({})).await);
        app.stop().await;
    }
}
