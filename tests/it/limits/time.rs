//! The time that a request has: when it is over, the database stops.

use std::time::{Duration, Instant};

use api::{
    database::{Database, Options},
    error::ApiError,
    views::Role,
};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement};
use serde_json::json;
use tests::{app::TestApp, database::each_database};

use super::assert_answered;

/// What takes minutes after [`make_slow`].
pub(super) const SLOW: &str = "{ reasonCodes { totalCount } }";

/// Steps of SQLite that take minutes.
const COUNT: &str = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 9000000000) \
     SELECT count(*) FROM c";

/// Puts a view in the place of a table, which takes minutes to be read.
pub(super) async fn make_slow(app: &TestApp) {
    let condition = match app.database.backend() {
        DbBackend::Postgres => "pg_sleep(300) IS NOT NULL".to_owned(),
        _ => format!("({COUNT}) > 0"),
    };
    for sql in [
        "ALTER TABLE reason_code RENAME TO reason_code_kept",
        &format!("CREATE VIEW reason_code AS SELECT * FROM reason_code_kept WHERE {condition}"),
    ] {
        app.database.writes().execute_unprepared(sql).await.unwrap();
    }
}

async fn query(database: &Database, sql: &str) -> Result<Option<QueryResult>, DbErr> {
    let statement = Statement::from_string(database.backend(), sql);
    database.reads().query_one_raw(statement).await
}

fn slow(database: &Database) -> &'static str {
    match database.backend() {
        DbBackend::Postgres => "SELECT pg_sleep(300)",
        _ => COUNT,
    }
}

/// Nothing but the question itself is running.
async fn assert_idle(database: &Database) {
    let idle = "SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() \
                AND state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%pg_sleep%')";
    let sql = match database.backend() {
        DbBackend::Postgres => idle,
        // The only connection answers at once.
        _ => "SELECT 1",
    };
    assert!(query(database, sql).await.unwrap().is_some());
}

#[tokio::test]
async fn a_statement_is_stopped_and_its_connection_is_as_good_as_before() {
    for file in each_database() {
        let mut options = Options::new(file.url());
        options.max_connections = 1;
        options.read_timeout = Some(Duration::from_millis(300));
        let database = Database::connect(&options).await.unwrap();
        for _ in 0..3 {
            let started = Instant::now();
            let error = query(&database, slow(&database)).await.unwrap_err();
            assert!(matches!(error.into(), ApiError::Timeout));
            let took = started.elapsed();
            assert!(took >= Duration::from_millis(250), "{took:?}");
            assert!(took < Duration::from_secs(3), "{took:?}");
            query(&database, "SELECT 1").await.unwrap();
            assert_idle(&database).await;
        }
        // The time begins anew with each statement.
        tokio::time::sleep(Duration::from_millis(400)).await;
        query(&database, "SELECT 1").await.unwrap();
        database.close().await;
    }
}

#[tokio::test]
async fn what_reads_cannot_write_and_what_writes_is_not_stopped() {
    for file in each_database() {
        let mut options = Options::new(file.url());
        options.read_timeout = Some(Duration::from_millis(100));
        let database = Database::connect(&options).await.unwrap();
        let delete = Statement::from_string(database.backend(), "DELETE FROM reason_code");
        database
            .reads()
            .execute_raw(delete.clone())
            .await
            .unwrap_err();
        let half_a_second = match database.backend() {
            DbBackend::Postgres => "SELECT pg_sleep(0.5)".to_owned(),
            _ => COUNT.replace("9000000000", "3000000"),
        };
        let tx = database.begin().await.unwrap();
        let statement = Statement::from_string(database.backend(), half_a_second);
        tx.query_one_raw(statement).await.unwrap();
        tx.execute_raw(delete).await.unwrap();
        tx.commit().await.unwrap();
        database.close().await;
    }
}

#[tokio::test]
async fn a_request_whose_time_is_over_says_so_and_leaves_nothing_running() {
    for database in each_database() {
        let settings = [
            ("LIMITS__REQUEST_SECONDS", "1"),
            ("DATABASE__MAX_CONNECTIONS", "1"),
        ];
        let app = TestApp::start_with(database, &settings).await;
        make_slow(&app).await;
        let token = app.token_for(Role::Admin).await;
        let started = Instant::now();
        let answer = app.graphql(&token, SLOW, json!({})).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.codes(), ["TIMEOUT"]);
        assert_eq!(answer.body["errors"][0]["path"], json!(["reasonCodes"]));
        assert_eq!(answer.body["data"], json!(null));
        assert!(started.elapsed() < Duration::from_secs(3));
        let others = "{ leads { totalCount } }";
        assert_answered(&app.graphql(&token, others, json!({})).await);
        assert_idle(&app.database).await;

        // One after the other on the only connection, they are over before any is through.
        let started = Instant::now();
        let both = "{ a: reasonCodes { totalCount } b: reasonCodes { totalCount } }";
        let answer = app.graphql(&token, both, json!({})).await;
        let codes = answer.codes();
        assert!(
            !codes.is_empty() && codes.iter().all(|code| *code == "TIMEOUT"),
            "{}",
            answer.text
        );
        assert!(started.elapsed() < Duration::from_secs(3));
        assert_answered(&app.graphql(&token, others, json!({})).await);
        app.stop().await;
    }
}

#[tokio::test]
async fn without_a_limit_nothing_is_stopped() {
    for database in each_database() {
        let app = TestApp::start_with(database, &[("LIMITS__REQUEST_SECONDS", "0")]).await;
        let token = app.token_for(Role::Admin).await;
        let answer = app
            .graphql(&token, "{ leads { totalCount } }", json!({}))
            .await;
        assert_answered(&answer);
        app.stop().await;
    }
}
