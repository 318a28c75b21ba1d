//! How many requests of one caller may run at the same time.

use std::time::{Duration, Instant};

use api::views::Role;
use futures::future::join_all;
use reqwest::StatusCode;
use sea_orm::DbBackend;
use serde_json::json;
use tests::{app::TestApp, database::each_database};

use super::{assert_answered, extensions, time};

/// How long something may take to begin.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is quick.
const LEADS: &str = "{ leads { totalCount } }";

/// Waits until so many connections of the hub are reading. The test and the hub share them.
async fn reading(app: &TestApp, count: usize) {
    let connections = app.database.reads();
    let taken = || {
        let (all, idle) = if app.database.backend() == DbBackend::Postgres {
            let pool = connections.get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        } else {
            let pool = connections.get_sqlite_connection_pool();
            (pool.size(), pool.num_idle())
        };
        usize::try_from(all).unwrap().saturating_sub(idle)
    };
    let waiting = async {
        while taken() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "{} of {count} are reading", taken());
}

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
            reading(&app, 2).await;
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

#[tokio::test]
async fn one_token_does_not_take_all_connections_from_the_others() {
    for database in each_database() {
        let app = TestApp::start_with(database, &[("LIMITS__REQUEST_SECONDS", "3")]).await;
        time::make_slow(&app).await;
        let (one, other) = (
            app.token_for(Role::Admin).await,
            app.token_for(Role::Admin).await,
        );
        let slow = (0..20).map(async |_| app.graphql(&one, time::SLOW, json!({})).await.status);
        let meanwhile = async {
            reading(&app, 6).await;
            assert_answered(&app.graphql(&other, LEADS, json!({})).await);
        };
        let (statuses, ()) = tokio::join!(join_all(slow), meanwhile);
        let refused = statuses.iter();
        let refused = refused.filter(|status| **status == StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.count(), 14);
        app.stop().await;
    }
}

#[tokio::test]
async fn who_gets_no_connection_is_known_and_told_to_come_again() {
    for database in each_database() {
        let settings = [
            ("DATABASE__MAX_CONNECTIONS", "1"),
            ("DATABASE__ACQUIRE_TIMEOUT_SECONDS", "1"),
            ("LIMITS__REQUEST_SECONDS", "5"),
        ];
        let app = TestApp::start_with(database, &settings).await;
        time::make_slow(&app).await;
        let (one, other) = (
            app.token_for(Role::Admin).await,
            app.token_for(Role::Admin).await,
        );
        let slow = async { app.graphql(&one, time::SLOW, json!({})).await };
        let meanwhile = async {
            reading(&app, 1).await;
            // Neither who is calling nor whether the hub is well waits for what others read.
            assert_answered(&app.graphql(&other, "{ viewer { name } }", json!({})).await);
            let ready = app.http.get(format!("{}/health/ready", app.url));
            assert_eq!(ready.send().await.unwrap().status(), StatusCode::OK);
            for document in [LEADS, "{ leads { totalCount } accounts { totalCount } }"] {
                let refused = app.graphql(&other, document, json!({})).await;
                assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
                let codes = refused.codes();
                assert!(codes.iter().all(|code| *code == "SERVICE_UNAVAILABLE"));
                assert_eq!(refused.header("retry-after"), "1");
            }
        };
        let (stopped, ()) = tokio::join!(slow, meanwhile);
        assert_eq!(stopped.codes(), ["TIMEOUT"]);
        assert_answered(&app.graphql(&other, LEADS, json!({})).await);
        app.stop().await;
    }
}

#[tokio::test]
async fn a_request_counts_until_its_statement_ends_though_its_caller_hung_up() {
    for database in each_database() {
        let settings = [
            ("DATABASE__MAX_CONNECTIONS", "1"),
            ("LIMITS__CONCURRENT_OPERATIONS", "1"),
            ("LIMITS__REQUEST_SECONDS", "5"),
        ];
        let app = TestApp::start_with(database, &settings).await;
        time::make_slow(&app).await;
        let token = app.token_for(Role::Admin).await;
        let slow = app.graphql(&token, time::SLOW, json!({}));
        tokio::select! {
            answer = slow => panic!("it was answered: {answer:?}"),
            () = reading(&app, 1) => {}
        }
        let (hung_up, mut refused) = (Instant::now(), 0);
        let answer = loop {
            let answer = app.graphql(&token, LEADS, json!({})).await;
            if answer.status != StatusCode::TOO_MANY_REQUESTS {
                break answer;
            }
            refused += 1;
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        assert_answered(&answer);
        if app.database.backend() == DbBackend::Postgres {
            // It stops when its time is over.
            assert!(refused > 10, "{refused}");
        } else {
            // It stops at once.
            assert!(hung_up.elapsed() < Duration::from_secs(3));
        }
        app.stop().await;
    }
}
