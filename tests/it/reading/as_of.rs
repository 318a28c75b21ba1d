//! `extensions.asOf`: everything that was committed before is in the answer.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use api::{clock::Clock, database::Database};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Statement};
use tests::{database::each_database, oracle::global_id};
use uuid::Uuid;

use super::hub::{Answer, Hub, lead_ids, noun, oracle, text};

/// How many different versions are seen before it is enough.
const VERSIONS: usize = 20;
/// How often is asked at most.
const TIMES: usize = 2000;

fn as_of(answer: &Answer) -> DateTime<Utc> {
    let as_of = text(&answer.body["extensions"]["asOf"]);
    as_of.parse().unwrap()
}

/// Asks for one lead, in one statement and in several.
fn questions(id: Uuid) -> [String; 2] {
    let lead = format!(
        "lead(id: \"{}\") {{ version }}",
        global_id(noun("Lead"), id)
    );
    [
        format!("{{ {lead} }}"),
        format!("{{ leads(first: 1) {{ nodes {{ id }} }} {lead} }}"),
    ]
}

async fn set_version(database: &Database, id: Uuid, version: i32) {
    let sql = "UPDATE lead SET version = $1, deleted_at = NULL WHERE id = $2";
    let values = [version.into(), id.into()];
    let statement = Statement::from_sql_and_values(database.backend(), sql, values);
    let transaction = database.begin().await.unwrap();
    transaction.execute_raw(statement).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn what_was_committed_before_is_read() {
    let oracle = oracle(17, 5);
    for database in each_database() {
        let mut hub = Hub::open(database, &oracle.rows, &oracle.caller).await;
        hub.let_time_pass();
        let id = lead_ids(&oracle)[0];
        for version in 1..20 {
            set_version(&hub.database, id, version).await;
            let written = Clock::system().now();
            for question in questions(id) {
                let answer = hub.ask(&question).await;
                assert!(as_of(&answer) >= written, "{}", answer.text);
                assert_eq!(answer.data()["lead"]["version"], version);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_commit_meanwhile_is_read_when_it_was_before() {
    let oracle = oracle(17, 5);
    for database in each_database() {
        let mut hub = Hub::open(database, &oracle.rows, &oracle.caller).await;
        hub.let_time_pass();
        let id = lead_ids(&oracle)[0];
        set_version(&hub.database, id, 1).await;
        let ended = Arc::new(AtomicBool::new(false));
        let writer = tokio::spawn(write(hub.database.clone(), id, ended.clone()));
        let (mut read, mut seen) = (Vec::new(), BTreeSet::new());
        while seen.len() < VERSIONS && read.len() < TIMES {
            for question in questions(id) {
                let answer = hub.ask(&question).await;
                let version = answer.data()["lead"]["version"].as_i64().unwrap();
                read.push((as_of(&answer), version));
                seen.insert(version);
            }
        }
        ended.store(true, Ordering::Relaxed);
        let committed = writer.await.unwrap();
        assert!(
            seen.len() >= VERSIONS,
            "hardly anything was written: {seen:?}"
        );
        for (as_of, version) in read {
            let before = committed.iter().filter(|(at, _)| *at < as_of);
            let least = before.map(|(_, version)| i64::from(*version)).max();
            assert!(Some(version) >= least, "{version} of {least:?} at {as_of}");
        }
    }
}

/// Counts the lead's version up until it is ended; says when each was committed at the latest.
async fn write(database: Database, id: Uuid, ended: Arc<AtomicBool>) -> Vec<(DateTime<Utc>, i32)> {
    let mut committed = Vec::new();
    for version in 2.. {
        if ended.load(Ordering::Relaxed) {
            break;
        }
        set_version(&database, id, version).await;
        committed.push((Clock::system().now(), version));
    }
    committed
}
