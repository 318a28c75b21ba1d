//! A hub that is killed in a burst of writes: what it acknowledged is there, and what is repeated is done once.

#![cfg(test)]

use std::{
    collections::BTreeMap,
    env,
    process::{Child, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures::future::join_all;
use reqwest::{Client, StatusCode};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    client::{self, Response},
    database::{TestDatabase, each_database},
};
use tokio::time::sleep;
use uuid::Uuid;

use crate::{
    program::{revhub, run},
    serve::listening,
};

/// How many connections write at the same time.
const CONNECTIONS: usize = 16;

/// What one write is called: it is its key as well.
fn name(write: usize) -> String {
    format!("burst-{write:04}")
}

/// Each write that was done, by its name: how many rows it left, and how many entries in the change log.
const DONE: &str = "SELECT a.name AS name, count(DISTINCT a.id) AS made, count(c.seq) AS changes \
     FROM account AS a LEFT JOIN change AS c ON c.entity_id = a.id WHERE a.name LIKE 'burst-%' GROUP BY a.name";

/// What is sent for one write.
fn body(write: usize) -> Value {
    let query = "mutation($name: String!) { createAccount(input: { name: $name }) { id } }";
    json!({ "query": query, "variables": { "name": name(write) } })
}

/// A database, and the hubs that run on it, one after the other.
struct Bench {
    database: TestDatabase,
    folder: TempDir,
    token: String,
}

/// What came of sending every write that was not acknowledged.
#[derive(Debug, Default)]
struct Sent {
    /// The writes that were answered.
    acknowledged: Vec<usize>,
    /// How many of them had been done before.
    replayed: usize,
}

impl Bench {
    fn new(database: TestDatabase) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let issue = "token issue --role ADMIN --name test --scope *:read --scope *:write";
        let issue: Vec<_> = issue.split(' ').collect();
        let issued = run(revhub(&database, &folder, &issue));
        let token = String::from_utf8(issued.stdout).unwrap();
        let token = token.trim().to_owned();
        Self {
            database,
            folder,
            token,
        }
    }

    fn start(&self) -> (Child, String) {
        let mut hub = revhub(&self.database, &self.folder, &["serve"]);
        hub.env("REVHUB__LIMITS__CONCURRENT_OPERATIONS", "100")
            .stderr(Stdio::null());
        listening(hub)
    }

    /// Sends `left` to the hub at `address` over several connections, and kills it when `most` were answered.
    async fn send(&self, (hub, address): (Child, String), left: &[usize], most: usize) -> Sent {
        let hub = Mutex::new(hub);
        let (next, sent) = (AtomicUsize::new(0), Mutex::new(Sent::default()));
        let connections = (0..CONNECTIONS).map(async |_| {
            let http = client::http();
            while let Some(write) = left.get(next.fetch_add(1, Ordering::Relaxed)) {
                let Some(answer) = self.write(&http, &address, *write).await else {
                    return;
                };
                assert!(answer.body.get("errors").is_none(), "{}", answer.text);
                let mut sent = sent.lock().unwrap();
                sent.acknowledged.push(*write);
                sent.replayed += usize::from(answer.header("idempotency-replayed") == "true");
                if sent.acknowledged.len() >= most {
                    hub.lock().unwrap().kill().unwrap();
                }
            }
        });
        join_all(connections).await;
        let mut hub = hub.into_inner().unwrap();
        hub.kill().unwrap();
        hub.wait().unwrap();
        sent.into_inner().unwrap()
    }

    /// Sends one write until it is answered; `None` when there is no hub any more.
    async fn write(&self, http: &Client, address: &str, write: usize) -> Option<Response> {
        loop {
            let request = http
                .post(format!("http://{address}/graphql"))
                .bearer_auth(&self.token)
                .header("content-type", "application/json")
                .header("idempotency-key", name(write))
                .body(body(write).to_string());
            let answer = Response::try_read(request.send().await.ok()?).await?;
            // Of the hub that was killed, PostgreSQL may not have heard yet.
            if answer.status != StatusCode::CONFLICT {
                return Some(answer);
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// By the name of each write that was done, how many rows it left and how many changes.
    async fn done(&self) -> BTreeMap<String, (i64, i64)> {
        let db = self.database.connect().await;
        let statement = Statement::from_string(db.get_database_backend(), DONE);
        let rows = db.query_all_raw(statement).await.unwrap();
        let done = rows.iter().map(|row| {
            let column = |name| row.try_get("", name).unwrap();
            (
                row.try_get("", "name").unwrap(),
                (column("made"), column("changes")),
            )
        });
        let done = done.collect();
        db.close().await.unwrap();
        done
    }

    /// A burst of `writes`, and a kill at some moment in it; then all that was not acknowledged again. Says at
    /// which answer the kill came, and how many writes were done and not acknowledged.
    async fn round(&self, writes: usize) -> (usize, usize) {
        let (_, chance) = Uuid::now_v7().as_u64_pair();
        let at = 1 + usize::try_from(chance >> 8).unwrap() % (writes - 1);
        let all: Vec<_> = (0..writes).collect();
        let first = self.send(self.start(), &all, at).await;
        let hub = self.start();
        let done = self.done().await;
        for write in &first.acknowledged {
            assert_eq!(
                done.get(&name(*write)),
                Some(&(1, 1)),
                "killed at {at}: {write}"
            );
        }
        assert!(
            done.values().all(|counts| *counts == (1, 1)),
            "killed at {at}: {done:?}"
        );
        let left: Vec<_> = all
            .into_iter()
            .filter(|write| !first.acknowledged.contains(write))
            .collect();
        let second = self.send(hub, &left, usize::MAX).await;
        assert_eq!(second.acknowledged.len(), left.len());
        let done = self.done().await;
        let once = (0..writes).map(|write| (name(write), (1, 1)));
        assert!(done == once.collect(), "killed at {at}: {done:?}");
        (at, second.replayed)
    }
}

/// Bursts of `writes`, each on a database of its own, on both engines. Prints what came of them.
#[expect(clippy::print_stdout, reason = "the figures are what it is run for")]
async fn bursts(rounds: usize, writes: usize) {
    for _ in 0..rounds {
        for database in each_database() {
            let began = Instant::now();
            let engine = database.url().split(':').next().unwrap().to_owned();
            let bench = Bench::new(database);
            let (at, unheard) = bench.round(writes).await;
            println!(
                "{engine}: {writes} writes, killed at answer {at}, {unheard} done and not acknowledged, {:?}",
                began.elapsed()
            );
        }
    }
}

/// How many bursts, and how many writes each has: `KILL_ROUNDS=20 KILL_WRITES=2000` takes minutes.
fn size() -> (usize, usize) {
    let given = |name: &str, usual: usize| match env::var(name) {
        Ok(count) => count.parse().unwrap(),
        Err(_) => usual,
    };
    (given("KILL_ROUNDS", 2), given("KILL_WRITES", 300))
}

#[tokio::test]
async fn what_was_acknowledged_is_there_and_what_is_repeated_is_done_once() {
    let (rounds, writes) = size();
    bursts(rounds, writes).await;
}
