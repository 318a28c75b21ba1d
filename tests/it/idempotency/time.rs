//! A day, and the time of a request: what is told to be over was not done, and what was done is told.

use std::{
    future::pending,
    time::{Duration, Instant},
};

use api::services::idempotency::forget;
use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};
use tests::database::each_database;
use tokio::{io::AsyncWriteExt, net::TcpStream, time::sleep};

use super::*;

/// Keeps the token with this global id from being changed, until the transaction ends.
pub(super) async fn hold(app: &TestApp, id: &str) -> DatabaseTransaction {
    // On SQLite nobody else writes any more.
    let tx = app.database.begin().await.unwrap();
    if app.database.backend() == DbBackend::Postgres {
        let row = format!(
            "SELECT 1 FROM api_token WHERE id = '{}' FOR UPDATE",
            uuid(id)
        );
        tx.execute_unprepared(&row).await.unwrap();
    }
    tx
}

#[tokio::test]
async fn an_answer_is_given_again_for_a_day() {
    each_app(async |app| {
        let admin = lasting_token(app).await;
        let id = some_token(app, "one").await;
        let first = send(&app.url, &admin, "key", &revoke(&id)).await;
        assert_done(&first);
        let day = TimeDelta::hours(24);
        app.clock
            .set(TestApp::now() + day - TimeDelta::microseconds(1));
        let again = send(&app.url, &admin, "key", &revoke(&id)).await;
        assert!(replayed(&again) && again.text == first.text);
        app.clock.set(TestApp::now() + day);
        let anew = send(&app.url, &admin, "key", &revoke(&id)).await;
        assert_eq!((anew.codes(), replayed(&anew)), (vec!["NOT_FOUND"], false));
        // That is the answer now, for another day.
        app.clock
            .set(TestApp::now() + day * 2 - TimeDelta::microseconds(1));
        let again = send(&app.url, &admin, "key", &revoke(&id)).await;
        assert!(replayed(&again) && again.text == anew.text);
        assert_eq!(rows(app).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_a_day_old_is_forgotten() {
    each_app(async |app| {
        let admin = lasting_token(app).await;
        let missing = revoke("tok_0");
        for key in 0..3 {
            send(&app.url, &admin, &format!("old-{key}"), &missing).await;
        }
        app.clock.set(TestApp::now() + TimeDelta::hours(12));
        send(&app.url, &admin, "new", &missing).await;
        let day_later = TestApp::now() + TimeDelta::hours(24);
        let almost = day_later - TimeDelta::microseconds(1);
        assert_eq!(forget(&app.database, almost).await.unwrap(), 0);
        assert_eq!(forget(&app.database, day_later).await.unwrap(), 3);
        assert!(replayed(&send(&app.url, &admin, "new", &missing).await));
        // A hub does it by itself.
        app.clock.set(day_later + TimeDelta::hours(12));
        let replica = app.replica().await;
        while rows(app).await > 0 {
            sleep(Duration::from_millis(10)).await;
        }
        replica.stop(pending()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_told_to_be_over_was_not_done() {
    for database in each_database() {
        let app = TestApp::start_with(database, &[("LIMITS__REQUEST_SECONDS", "1")]).await;
        let admin = app.token_for(Role::Admin).await;
        let id = some_token(&app, "one").await;
        let busy = hold(&app, &id).await;
        let late = send(&app.url, &admin, "key", &revoke(&id)).await;
        assert_eq!(late.codes(), ["TIMEOUT"], "{}", late.text);
        busy.rollback().await.unwrap();
        // It goes on where it waited, and ends without having done anything.
        let mut done = send(&app.url, &admin, "key", &revoke(&id)).await;
        while done.status == StatusCode::CONFLICT {
            assert!(!is_revoked(&app, &id).await);
            done = send(&app.url, &admin, "key", &revoke(&id)).await;
        }
        assert_done(&done);
        assert!(!replayed(&done));
        assert_eq!(changes(&app, &id).await, 1);
        app.stop().await;
    }
}

#[tokio::test]
async fn what_is_committed_when_the_time_is_over_is_told() {
    for database in each_database() {
        let app = TestApp::start_with(database, &[("LIMITS__REQUEST_SECONDS", "1")]).await;
        // SQLite commits at once.
        if app.database.backend() == DbBackend::Postgres {
            for statement in [
                "CREATE FUNCTION dawdle() RETURNS trigger AS $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$ \
                 LANGUAGE plpgsql",
                "CREATE CONSTRAINT TRIGGER dawdle AFTER UPDATE OF revoked_at ON api_token \
                 DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()",
            ] {
                app.database
                    .writes()
                    .execute_unprepared(statement)
                    .await
                    .unwrap();
            }
            let admin = app.token_for(Role::Admin).await;
            let id = some_token(&app, "one").await;
            let began = Instant::now();
            let done = app.graphql(&admin, REVOKE, json!({ "id": id })).await;
            assert_eq!(done.data()["revokeToken"]["count"], 1);
            assert!(began.elapsed() >= Duration::from_secs(2));
            assert!(is_revoked(&app, &id).await);
        }
        app.stop().await;
    }
}

#[tokio::test]
async fn who_hangs_up_has_it_done_wholly_or_not_at_all() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let query = "mutation($a: ID!, $b: ID!) { a: revokeToken(input: { id: $a }) { count } \
                     b: revokeToken(input: { id: $b }) { count } }";
        let address = app.url.strip_prefix("http://").unwrap();
        for round in 0..30_u32 {
            let (a, b) = (some_token(app, "a").await, some_token(app, "b").await);
            let body = json!({ "query": query, "variables": { "a": a, "b": b } }).to_string();
            let mut stream = TcpStream::connect(address).await.unwrap();
            let request = format!(
                "POST /graphql HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {admin}\r\n\
                 content-type: application/json\r\nIDEMPOTENCY-key: {round}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(request.as_bytes()).await.unwrap();
            sleep(Duration::from_micros(u64::from(round) * 200)).await;
            drop(stream);
            let body = serde_json::from_str(&body).unwrap();
            let mut told = send(&app.url, &admin, &round.to_string(), &body).await;
            while told.status == StatusCode::CONFLICT {
                told = send(&app.url, &admin, &round.to_string(), &body).await;
            }
            assert_done(&told);
            assert_eq!((changes(app, &a).await, changes(app, &b).await), (1, 1));
        }
    })
    .await;
}
