//! A key is replaced while everybody goes on asking.

use std::{
    collections::BTreeSet,
    process::Child,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use api::services::signing_key::{Registration, register, retire};
use entity::{
    change::{self, ActorKind, ChangeKind},
    signing_key::{self, SigningAlgorithm},
};
use futures::future::join_all;
use jsonwebtoken::Algorithm;
use reqwest::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use tempfile::TempDir;
use tests::{
    app::each_app,
    client,
    database::{TestDatabase, each_database},
};
use tokio::task::{JoinSet, block_in_place};

use super::{claims, forged, key};
use crate::{
    program::{revhub, run},
    serve::{listening, terminate},
};

/// How many clients ask at the same time; a token may have six requests running.
const CLIENTS: usize = 5;

/// A hub that is asked by many, each a task of its own.
struct Load {
    url: String,
    /// Whoever asks takes one after the other.
    tokens: Mutex<Vec<String>>,
    asked: AtomicUsize,
    stop: AtomicBool,
}

impl Load {
    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn add(&self, token: String) {
        self.tokens.lock().unwrap().push(token);
    }

    fn token(&self, turn: usize) -> String {
        let tokens = self.tokens.lock().unwrap();
        tokens[turn % tokens.len()].clone()
    }

    async fn keep_asking(&self) {
        let http = client::http();
        let mut turn = 0;
        while self.goes_on() {
            turn += 1;
            let token = self.token(turn);
            let answer =
                client::graphql(&http, &self.url, &token, "{ __typename }", json!({})).await;
            assert_eq!(answer.data(), &json!({ "__typename": "Query" }));
            self.asked.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Names keys that nobody has, so that the hub has always just looked for one.
    async fn keep_guessing(&self) {
        let http = client::http();
        let (_, private) = key(SigningAlgorithm::EdDsa);
        let claims = claims(&self.token(0));
        let mut turn = 0;
        while self.goes_on() {
            turn += 1;
            let kid = format!("{turn:043}");
            let token = forged(Algorithm::EdDSA, Some(&kid), &claims, &private);
            let answer =
                client::graphql(&http, &self.url, &token, "{ __typename }", json!({})).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// A hub as a process. It ends with this value, also where a test fails.
struct Hub(Child);

impl Drop for Hub {
    fn drop(&mut self) {
        terminate(&self.0);
        let _ended = self.0.wait();
    }
}

/// What a command prints on standard output.
fn out(database: &TestDatabase, folder: &TempDir, arguments: &[&str]) -> String {
    let output = block_in_place(|| run(revhub(database, folder, arguments)));
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn issue(database: &TestDatabase, folder: &TempDir) -> String {
    let issue = ["token", "issue", "--role", "ADMIN", "--name", "test"];
    out(database, folder, &issue)
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_request_fails_while_the_key_is_replaced() {
    for database in each_database() {
        replace_under_load(database).await;
    }
}

async fn replace_under_load(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let first = issue(&database, &folder);
    let old = kid(&first);
    let mut hub = revhub(&database, &folder, &["serve"]);
    // Nobody reads its log, which would have a line for each request.
    hub.env("REVHUB__LOG__FILTER", "warn");
    let (hub, address) = block_in_place(|| listening(hub));
    let _hub = Hub(hub);
    let load = Arc::new(Load {
        url: format!("http://{address}"),
        tokens: Mutex::new(vec![first]),
        asked: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
    });
    let mut tasks = JoinSet::new();
    for _ in 0..CLIENTS {
        let load = Arc::clone(&load);
        tasks.spawn(async move { load.keep_asking().await });
    }
    let guessing = Arc::clone(&load);
    tasks.spawn(async move { guessing.keep_guessing().await });

    let new = rotate_and_issue(&database, &folder, &load).await;

    load.stop.store(true, Ordering::Relaxed);
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    let used = load.tokens.lock().unwrap().clone();
    let kids: BTreeSet<_> = used.iter().map(|token| kid(token)).collect();
    assert_eq!(kids, BTreeSet::from([old, new.clone()]));
    assert_eq!(kid(used.last().unwrap()), new);
    let asked = load.asked.load(Ordering::Relaxed);
    assert!(asked > 100, "{asked} requests");
}

/// Replaces the key. Before the file is replaced and after, tokens are issued and used at once.
async fn rotate_and_issue(database: &TestDatabase, folder: &TempDir, load: &Load) -> String {
    let rotate = ["key", "rotate", "--algorithm", "ES256"];
    let mut rotating = revhub(database, folder, &rotate).spawn().unwrap();
    while rotating.try_wait().unwrap().is_none() {
        load.add(issue(database, folder));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let output = rotating.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    load.add(issue(database, folder));
    tokio::time::sleep(Duration::from_millis(300)).await;
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn every_write_to_a_key_is_recorded() {
    each_app(async |app| {
        let db = app.database.reads();
        let own = signing_key::Entity::find().one(db).await.unwrap().unwrap();
        let at = app.clock.now() + chrono::TimeDelta::seconds(5);
        let retired = retire(&app.database, at, &own.kid).await;
        assert_eq!(retired.unwrap().at, at);
        let again = retire(&app.database, at, &own.kid).await;
        assert_eq!(again.unwrap_err().code(), "NOT_FOUND");
        let changes = change::Entity::find()
            .filter(change::Column::Entity.eq("signing_key"))
            .order_by_asc(change::Column::Seq)
            .all(db)
            .await
            .unwrap();
        let told: Vec<_> = changes
            .iter()
            .map(|change| (change.kind, change.fields.clone(), change.at))
            .collect();
        let fields = json!({ "retires_at": [null, "2026-11-22T12:00:05.000000Z"] });
        let expected = [
            (ChangeKind::Created, None, app.clock.now()),
            (ChangeKind::Updated, Some(fields), at),
        ];
        assert_eq!(told, expected);
        for change in changes {
            assert_eq!(
                (change.actor_kind, change.actor_id),
                (ActorKind::System, None)
            );
            assert_eq!(change.entity_id, own.id);
        }
    })
    .await;
}

#[tokio::test]
async fn of_replicas_that_start_at_once_one_registers_the_key() {
    each_app(async |app| {
        let (public, _) = key(SigningAlgorithm::Es256);
        let start = || {
            let now = app.clock.now();
            register(&app.database, now, public.clone())
        };
        let starts = join_all((0..4).map(|_| start())).await;
        let registered = starts.into_iter().map(Result::unwrap);
        let new = registered.filter(|registered| *registered == Registration::New);
        assert_eq!(new.count(), 1);
        let db = app.database.reads();
        assert_eq!(signing_key::Entity::find().all(db).await.unwrap().len(), 2);
        let changes = change::Entity::find().filter(change::Column::Entity.eq("signing_key"));
        assert_eq!(changes.all(db).await.unwrap().len(), 2);
    })
    .await;
}
