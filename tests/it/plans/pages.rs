//! Page 2,000 costs what page 1 costs: in rows visited and blocks looked at, or steps taken, which no
//! other work on the machine changes.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use api::{database::Database, views::Role};
use chrono::TimeDelta;
use entity::lead::{self, IntentBand, LeadSource, LeadStatus};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, EntityTrait, Iterable, Statement};
use serde_json::{Value as Json, json};
use tests::app::{TestApp, each_app};
use uuid::Uuid;

/// Rows of a page.
const PAGE: usize = 10;
/// The page that is compared with the first.
const LATE: usize = 2000;
/// Rows that are read at once on the way there, at most.
const STRIDE: usize = 500;
/// Rows of one `INSERT`: SQLite takes 32,766 values.
const BATCH: usize = 500;
/// A tree is walked down from its root once more to say whether there are rows before: so many rows, and
/// so many blocks.
const SLACK: f64 = 4.0;

/// The lists that are walked: in their own order, and in those of other indexes.
const LISTS: [&str; 4] = [
    "",
    "orderBy: [{score: DESC}], ",
    "filter: {status: {eq: MQL}}, ",
    "filter: {score: {lt: 100}}, orderBy: [{score: ASC}], ",
];

/// What a statement costs.
#[derive(Clone, Copy, Debug)]
struct Work {
    /// Rows that were visited; none in SQLite, which does not say.
    rows: f64,
    /// Blocks that were looked at, in PostgreSQL; steps of its virtual machine, in SQLite.
    steps: f64,
}

#[tokio::test]
async fn page_2000_costs_what_page_1_costs() {
    each_app(async |app| {
        insert_leads(&app.database).await;
        let token = app.token_for(Role::Admin).await;
        for list in LISTS {
            let first = work(app, &token, list, None).await;
            let cursor = cursor_before(app, &token, list).await;
            let late = work(app, &token, list, Some(&cursor)).await;
            let alike = |one: f64, other: f64| (one - other).abs() <= 0.3 * one.max(other) + SLACK;
            assert!(
                alike(first.rows, late.rows) && alike(first.steps, late.steps),
                "{list:?}: {first:?}, then {late:?}"
            );
        }
    })
    .await;
}

/// Writes as many leads as there are on the pages, of each status, as they come in over a year.
async fn insert_leads(database: &Database) {
    let statuses: Vec<_> = LeadStatus::iter().collect();
    // Most are the ones that are filtered by.
    let status = |number: usize| match number % 8 {
        0 => statuses[number / 8 % statuses.len()],
        _ => LeadStatus::Mql,
    };
    let count = PAGE * LATE * 5 / 4;
    for start in (0..count).step_by(BATCH) {
        let leads = (start..start + BATCH).map(|number| {
            let minutes = i64::try_from(number).unwrap() * 12;
            let at = TestApp::now() - TimeDelta::minutes(minutes);
            lead::ActiveModel {
                id: Set(Uuid::now_v7()),
                status: Set(status(number)),
                source: Set(LeadSource::WebForm),
                score: Set(i32::try_from(number * 7919 % 101).unwrap()),
                fit_score: Set(0),
                engagement_score: Set(0),
                intent_band: Set(IntentBand::Warm),
                cycle: Set(1),
                version: Set(1),
                created_at: Set(at),
                updated_at: Set(at),
                ..Default::default()
            }
        });
        let insert = lead::Entity::insert_many(leads);
        let inserted = insert.exec_without_returning(database.writes()).await;
        inserted.unwrap();
    }
    // The tables are as large as the database believes.
    let known = database.writes().execute_unprepared("ANALYZE").await;
    known.unwrap();
}

/// The cursor of the last row before the late page.
async fn cursor_before(app: &TestApp, token: &str, list: &str) -> String {
    let (mut left, mut cursor) = (PAGE * (LATE - 1), Json::Null);
    while left > 0 {
        let first = left.min(STRIDE);
        let query = format!(
            "query($after: String) {{ leads({list}first: {first}, after: $after) {{ \
             nodes {{ id }} pageInfo {{ endCursor }} }} }}"
        );
        let answer = app.graphql(token, &query, json!({ "after": cursor })).await;
        let leads = &answer.data()["leads"];
        assert_eq!(leads["nodes"].as_array().unwrap().len(), first);
        cursor = leads["pageInfo"]["endCursor"].clone();
        left -= first;
    }
    cursor.as_str().unwrap().to_owned()
}

/// What the database does for the page of `list` behind `after`.
async fn work(app: &TestApp, token: &str, list: &str, after: Option<&str>) -> Work {
    let query = format!(
        "query($after: String) {{ leads({list}first: {PAGE}, after: $after) {{ \
         nodes {{ id score createdAt owner {{ name }} }} \
         pageInfo {{ hasNextPage hasPreviousPage endCursor }} }} }}"
    );
    let _before = app.take_queries();
    let answer = app.graphql(token, &query, json!({ "after": after })).await;
    let leads = &answer.data()["leads"];
    assert_eq!(leads["nodes"].as_array().unwrap().len(), PAGE);
    assert_eq!(leads["pageInfo"]["hasPreviousPage"], after.is_some());
    let statement = app.take_queries().pop().unwrap();
    if app.database.backend() == DbBackend::Postgres {
        work_of_postgres(&app.database, statement).await
    } else {
        work_of_sqlite(&app.database, statement).await
    }
}

async fn work_of_postgres(database: &Database, statement: Statement) -> Work {
    let sql = format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {}", statement.sql);
    let explained = Statement { sql, ..statement };
    let row = database.writes().query_one_raw(explained).await.unwrap();
    let plan: Json = row.unwrap().try_get_by_index(0).unwrap();
    let plan = &plan[0]["Plan"];
    let number = |name: &str| plan[name].as_f64().unwrap();
    Work {
        rows: rows_of(plan),
        steps: number("Shared Hit Blocks") + number("Shared Read Blocks"),
    }
}

/// The rows that a step of a plan and those below it gave or threw away.
fn rows_of(step: &Json) -> f64 {
    let number = |name: &str| step[name].as_f64().unwrap_or(0.0);
    let removed = number("Rows Removed by Filter") + number("Rows Removed by Join Filter");
    let below = step["Plans"].as_array().map_or(&[][..], Vec::as_slice);
    (number("Actual Rows") + removed) * number("Actual Loops")
        + below.iter().map(rows_of).sum::<f64>()
}

async fn work_of_sqlite(database: &Database, statement: Statement) -> Work {
    let steps = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&steps);
    // There is one connection that writes, so that it is the one that is counted on.
    let pool = database.writes().get_sqlite_connection_pool();
    let mut connection = pool.acquire().await.unwrap();
    connection
        .lock_handle()
        .await
        .unwrap()
        .set_progress_handler(1, move || {
            counted.fetch_add(1, Ordering::Relaxed);
            true
        });
    drop(connection);
    let row = database.writes().query_one_raw(statement).await.unwrap();
    assert!(row.is_some());
    let mut connection = pool.acquire().await.unwrap();
    let mut handle = connection.lock_handle().await.unwrap();
    handle.remove_progress_handler();
    let steps = u32::try_from(steps.load(Ordering::Relaxed)).unwrap();
    Work {
        rows: 0.0,
        steps: f64::from(steps),
    }
}
