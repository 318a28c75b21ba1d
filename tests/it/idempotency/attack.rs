//! The same key at the same time, from many connections and to several hubs.

use std::{future::pending, pin::pin};

use futures::future::{join_all, select};
use sea_orm::DbBackend;
use tests::database::each_database;

use super::*;

/// What came of sending the same several times: how many ran it, were given the answer again, and were told that
/// it is running.
fn tally(answers: &[Response]) -> (usize, usize, usize) {
    let (mut ran, mut again, mut running) = (0, 0, 0);
    for answer in answers {
        match answer.status {
            StatusCode::CONFLICT => {
                assert_eq!(answer.codes(), ["IDEMPOTENCY_IN_PROGRESS"]);
                assert_eq!(answer.header("retry-after"), "1");
                running += 1;
            }
            StatusCode::OK if replayed(answer) => again += 1,
            StatusCode::OK => ran += 1,
            other => panic!("{other}: {}", answer.text),
        }
    }
    (ran, again, running)
}

#[tokio::test]
async fn of_fifty_at_the_same_time_one_runs() {
    for database in each_database() {
        let settings = [
            ("LIMITS__CONCURRENT_OPERATIONS", "100"),
            ("SERVER__WORKERS", "2"),
        ];
        let app = TestApp::start_with(database, &settings).await;
        let replica = app.replica().await;
        let admin = app.token_for(Role::Admin).await;
        for round in 0..5 {
            let id = some_token(&app, "one").await;
            let (key, body) = (format!("key-{round}"), revoke(&id));
            let urls = [&app.url, &replica.url].into_iter().cycle().take(50);
            let sent = urls.map(|url| send(url, &admin, &key, &body));
            let answers = join_all(sent).await;
            let (ran, again, running) = tally(&answers);
            assert_eq!(
                (ran, again + running),
                (1, 49),
                "{again} again, {running} running"
            );
            assert_eq!(changes(&app, &id).await, 1);
            assert!(replayed(&send(&app.url, &admin, &key, &body).await));
        }
        replica.stop(pending()).await.unwrap();
        app.stop().await;
    }
}

#[tokio::test]
async fn while_one_is_running_others_are_told_so_at_once() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let replica = app.replica().await;
        let id = some_token(app, "one").await;
        let busy = time::hold(app, &id).await;
        // On SQLite another process waits for its turn to write.
        let other = match app.database.backend() {
            DbBackend::Postgres => replica.url.clone(),
            _ => app.url.clone(),
        };
        let body = revoke(&id);
        let (one, two) = (
            pin!(send(&app.url, &admin, "key", &body)),
            pin!(send(&other, &admin, "key", &body)),
        );
        let (told, running) = select(one, two).await.factor_first();
        assert_eq!(tally(&[told]), (0, 0, 1));
        let another = json!({ "query": REVOKE, "variables": { "id": "x" } });
        for url in [&app.url, &other] {
            let told = send(url, &admin, "key", &another).await;
            assert_eq!(tally(&[told]), (0, 0, 1));
        }
        busy.rollback().await.unwrap();
        assert_done(&running.await);
        assert!(replayed(&send(&replica.url, &admin, "key", &body).await));
        replica.stop(pending()).await.unwrap();
    })
    .await;
}
