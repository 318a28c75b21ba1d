//! How often somebody may try who has no good token, by the address that they come from.

use std::time::{Duration, Instant};

use api::views::Role;
use chrono::TimeDelta;
use entity::change::{self, ActorKind, ChangeKind};
use reqwest::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use tests::{app::TestApp, client::Response, database::each_database};
use uuid::Uuid;

use super::{assert_answered, extensions};

/// How long a record may take that nobody waits for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A hub behind a proxy, where three attempts may fail.
const SETTINGS: [(&str, &str); 2] = [
    ("LIMITS__FAILED_ATTEMPTS_PER_MINUTE", "3"),
    ("SERVER__TRUSTED_PROXIES", "127.0.0.1/32"),
];

/// Asks from `address` with `token`, or with none.
async fn ask(app: &TestApp, address: &str, token: Option<&str>) -> Response {
    let mut request = app
        .http
        .post(format!("{}/graphql", app.url))
        .header("content-type", "application/json")
        .header("x-forwarded-for", address)
        .body(json!({ "query": "{ __typename }" }).to_string());
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    Response::read(request.send().await.unwrap()).await
}

/// Who was refused too often, once there are `count` entries of it.
async fn on_record(app: &TestApp, count: usize) -> Vec<change::Model> {
    let started = Instant::now();
    loop {
        let refused = change::Entity::find()
            .filter(change::Column::Kind.eq(ChangeKind::Refused))
            .order_by_asc(change::Column::Seq)
            .all(app.database.reads());
        let refused = refused.await.unwrap();
        if refused.len() >= count {
            return refused;
        }
        assert!(started.elapsed() < PATIENCE, "{refused:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn assert_turned_away(answer: &Response, seconds: &str) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.header("retry-after"), seconds);
    assert_eq!(answer.header("www-authenticate"), "");
    assert_eq!(
        extensions(answer),
        &json!({
            "code": "TOO_MANY_REQUESTS", "which": "failed_attempts_per_minute", "limit": 3, "actual": 4
        })
    );
}

#[tokio::test]
async fn who_tries_too_often_is_turned_away_and_that_is_on_record() {
    for database in each_database() {
        let app = TestApp::start_with(database, &SETTINGS).await;
        let token = app.token_for(Role::Admin).await;
        let (one, other) = ("192.0.2.1", "192.0.2.2");
        for bad in [None, Some("garbage"), Some("a.b.c")] {
            let answer = ask(&app, one, bad).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
        app.clock.set(TestApp::now() + TimeDelta::seconds(20));
        // One that the hub signed goes on to be let in, also by who has not been before.
        assert_answered(&ask(&app, one, Some(&token)).await);
        app.forget_callers();
        assert_answered(&ask(&app, one, Some(&token)).await);
        for tried in [None, Some("garbage"), Some("a.b.c")] {
            let _before = app.take_statements();
            assert_turned_away(&ask(&app, one, tried).await, "40");
            let statements = app.take_statements();
            let asked = statements.iter().any(|sql| sql.contains("api_token"));
            assert!(!asked, "{statements:?}");
        }
        // Others come in, and one more that fails is no more than that.
        assert_answered(&ask(&app, other, Some(&token)).await);
        assert_eq!(
            ask(&app, other, None).await.status,
            StatusCode::UNAUTHORIZED
        );
        let refused = on_record(&app, 1).await;
        let address: Uuid = "00000000-0000-0000-0000-ffffc0000201".parse().unwrap();
        assert_eq!(refused.len(), 1);
        let entry = &refused[0];
        assert_eq!(entry.actor_kind, ActorKind::System);
        assert_eq!(
            (entry.entity.as_str(), entry.entity_id),
            ("address", address)
        );
        assert_eq!(entry.actor_address.as_deref(), Some(one));
        assert_eq!(entry.at, TestApp::now());
        assert!(entry.request_id.is_some());
        // The next minute is a new one.
        app.clock.set(TestApp::now() + TimeDelta::seconds(60));
        assert_answered(&ask(&app, one, Some(&token)).await);
        for _ in 0..3 {
            let answer = ask(&app, one, None).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
        assert_turned_away(&ask(&app, one, None).await, "60");
        assert_eq!(on_record(&app, 2).await.len(), 2);
        app.stop().await;
    }
}

#[tokio::test]
async fn who_has_a_network_has_the_attempts_of_one() {
    for database in each_database() {
        let app = TestApp::start_with(database, &SETTINGS).await;
        for address in ["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff::3"] {
            let answer = ask(&app, address, None).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
        assert_turned_away(&ask(&app, "2001:db8:1:2:aaaa::4", None).await, "60");
        let neighbour = ask(&app, "2001:db8:1:3::1", None).await;
        assert_eq!(neighbour.status, StatusCode::UNAUTHORIZED);
        let refused = on_record(&app, 1).await;
        let network: Uuid = "20010db8-0001-0002-0000-000000000000".parse().unwrap();
        assert_eq!(refused[0].entity_id, network);
        let last = Some("2001:db8:1:2:ffff::3");
        assert_eq!(refused[0].actor_address.as_deref(), last);
        app.stop().await;
    }
}

#[tokio::test]
async fn good_requests_are_no_attempts() {
    let database = each_database().next().unwrap();
    let app = TestApp::start_with(database, &SETTINGS).await;
    let token = app.token_for(Role::Admin).await;
    for _ in 0..10 {
        assert_answered(&ask(&app, "192.0.2.1", Some(&token)).await);
    }
    app.stop().await;
}
