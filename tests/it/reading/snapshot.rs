//! All rows and numbers of one answer are of one moment, whoever writes meanwhile.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use api::database::Database;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value as Json;
use uuid::Uuid;

use super::hub::{Hub, each_hub, lead_ids, oracle, text};

/// One moment, seen in four ways.
const QUESTION: &str = "{
    leads(first: 500) { totalCount nodes { score status } }
    backward: leads(last: 500, orderBy: [{score: ASC}]) { edges { node { score } } }
    leadAggregate { count sum { score } countDistinct { status } }
    leadGroups(by: [{status: VALUE}], first: 12) { key { status } count sum { score } leads(first: 500) { nodes { score } } }
}";
/// How many different moments are seen before it is enough.
const MOMENTS: usize = 10;
/// How often is asked at most.
const TIMES: usize = 2000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_agrees_with_itself_while_others_write() {
    let oracle = oracle(11, 60);
    each_hub(&oracle, async |hub| {
        let ids = lead_ids(&oracle);
        let ended = Arc::new(AtomicBool::new(false));
        // Each has rows of their own, so that they do not wait for one another.
        let writers: Vec<_> = ids
            .chunks(30)
            .map(|ids| tokio::spawn(write(hub.database.clone(), ids.to_vec(), ended.clone())))
            .collect();
        let mut seen = BTreeSet::new();
        let mut times = 0;
        while seen.len() < MOMENTS && times < TIMES {
            seen.insert(agreed(hub).await);
            times += 1;
        }
        ended.store(true, Ordering::Relaxed);
        for writer in writers {
            writer.await.unwrap();
        }
        assert!(
            seen.len() >= MOMENTS,
            "hardly anything was written: {seen:?}"
        );
    })
    .await;
}

/// Takes leads away, brings them back and moves their scores, until it is ended.
async fn write(database: Database, ids: Vec<Uuid>, ended: Arc<AtomicBool>) {
    let backend = database.backend();
    let mut turn = 0;
    while !ended.load(Ordering::Relaxed) {
        let transaction = database.begin().await.unwrap();
        for place in 0..5 {
            let id = ids[(turn + place * 5) % ids.len()];
            let sql = "UPDATE lead SET score = (score % 101 + 7) % 101, \
                       deleted_at = CASE WHEN deleted_at IS NULL THEN created_at END WHERE id = $1";
            let statement = Statement::from_sql_and_values(backend, sql, [id.into()]);
            transaction.execute_raw(statement).await.unwrap();
        }
        transaction.commit().await.unwrap();
        turn += 1;
    }
}

/// Asks, and compares what is the same; says how many leads there are, and what their scores add up to.
async fn agreed(hub: &Hub) -> (i64, i64) {
    let answer = hub.ask(QUESTION).await;
    let data = answer.data();
    let as_of = text(&answer.body["extensions"]["asOf"]);
    assert!(as_of.ends_with('Z'), "{as_of}");
    let scores = |rows: &Json, at: &str| {
        let rows = rows.as_array().unwrap().iter();
        let scores = rows.map(|row| row.pointer(at).unwrap().as_i64().unwrap());
        scores.collect::<Vec<_>>()
    };
    let listed = scores(&data["leads"]["nodes"], "/score");
    let number = |rows: &[i64]| i64::try_from(rows.len()).unwrap();
    let (count, sum) = (number(&listed), listed.iter().sum::<i64>());
    assert_eq!(data["leads"]["totalCount"], count);
    let backward = scores(&data["backward"]["edges"], "/node/score");
    assert_eq!((number(&backward), backward.iter().sum()), (count, sum));
    let total = |json: &Json| json.as_i64().unwrap_or(0);
    let aggregate = &data["leadAggregate"];
    assert_eq!(
        (
            total(&aggregate["count"]),
            total(&aggregate["sum"]["score"])
        ),
        (count, sum)
    );
    let groups = data["leadGroups"].as_array().unwrap();
    assert_eq!(aggregate["countDistinct"]["status"], groups.len());
    assert_eq!(
        groups
            .iter()
            .map(|group| total(&group["count"]))
            .sum::<i64>(),
        count
    );
    assert_eq!(
        groups
            .iter()
            .map(|group| total(&group["sum"]["score"]))
            .sum::<i64>(),
        sum
    );
    for group in groups {
        let rows = scores(&group["leads"]["nodes"], "/score");
        assert_eq!(group["count"], rows.len());
        assert_eq!(total(&group["sum"]["score"]), rows.iter().sum::<i64>());
    }
    (count, sum)
}
