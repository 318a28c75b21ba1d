//! Two servers over one PostgreSQL: what is written through one is told by the other.

use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{
    client,
    database::{TestDatabase, each_database},
    socket::Socket,
};

use super::event;
use crate::{
    program::{revhub, run},
    serve::{listening, terminate},
};

/// A database that two processes can serve at the same time as two machines would.
fn postgres() -> Option<TestDatabase> {
    each_database().find(|database| database.url().starts_with("postgres"))
}

const TOKENS: &str = "subscription($after: String) { changed(entities: [API_TOKEN], after: $after) { cursor node { ... on ApiToken { name } } } }";

#[tokio::test]
async fn what_is_written_through_one_replica_is_told_by_another_within_a_second() {
    let Some(database) = postgres() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let issue = [
        "token", "issue", "--role", "ADMIN", "--name", "test", "--scope", "*:read", "--scope",
        "*:write",
    ];
    let issued = run(revhub(&database, &folder, &issue));
    let token = String::from_utf8(issued.stdout).unwrap();
    let token = token.trim();
    let (one, here) = listening(revhub(&database, &folder, &["serve"]));
    let (other, there) = listening(revhub(&database, &folder, &["serve"]));
    let (here, there) = (format!("http://{here}"), format!("http://{there}"));
    let http = client::http();
    let cursor = client::graphql(&http, &there, token, "{ changeCursor }", json!({})).await;
    let cursor = cursor.data()["changeCursor"].clone();
    let mut socket = Socket::of(&there, token).await;
    socket
        .subscribe("a", TOKENS, json!({ "after": cursor }))
        .await;
    let mutation = "mutation($name: String!) { createServiceToken(input: {name: $name, role: \"ANALYST\", \
                    scopes: [\"*:read\"]}) { apiToken { name } } }";
    let mut slowest = Duration::ZERO;
    for number in 0..10 {
        let name = format!("number {number}");
        let made = client::graphql(&http, &here, token, mutation, json!({ "name": name })).await;
        let written = Instant::now();
        assert_eq!(
            made.data()["createServiceToken"]["apiToken"]["name"],
            json!(name)
        );
        let told = event(&mut socket, "a").await;
        assert_eq!(told["node"]["name"], json!(name));
        slowest = slowest.max(written.elapsed());
    }
    println!("told after {slowest:?} at the latest");
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    // A stop tells who listens, and waits for nobody.
    let since = Instant::now();
    terminate(&other);
    assert_eq!(socket.closed().await, 1001);
    let stopped = other.wait_with_output().unwrap();
    assert!(stopped.status.success());
    assert!(
        since.elapsed() < Duration::from_secs(5),
        "{:?}",
        since.elapsed()
    );
    let log = String::from_utf8(stopped.stderr).unwrap();
    assert!(
        log.contains(r#""message":"operation ended""#) && log.contains(r#""events":10"#),
        "{log}"
    );
    assert!(log.contains(r#""message":"socket closed""#), "{log}");
    assert!(!log.contains(token), "{log}");
    terminate(&one);
    assert!(one.wait_with_output().unwrap().status.success());
}

#[tokio::test]
async fn a_replica_that_hears_no_other_looks_by_itself() {
    let Some(database) = postgres() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let issue = ["token", "issue", "--role", "ADMIN", "--name", "test"];
    let token = String::from_utf8(run(revhub(&database, &folder, &issue)).stdout).unwrap();
    let (child, address) = listening(revhub(&database, &folder, &["serve"]));
    let url = format!("http://{address}");
    let mut socket = Socket::of(&url, token.trim()).await;
    let cursor = client::graphql(
        &client::http(),
        &url,
        token.trim(),
        "{ changeCursor }",
        json!({}),
    )
    .await;
    let cursor = cursor.data()["changeCursor"].clone();
    socket
        .subscribe("a", TOKENS, json!({ "after": cursor }))
        .await;
    // As a pooling proxy does that knows of no notices, and a network that fails.
    let connection = database.connect().await;
    let listeners = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                     WHERE query LIKE 'LISTEN%' AND datname = current_database()";
    connection.execute_unprepared(listeners).await.unwrap();
    let issued = run(revhub(
        &database,
        &folder,
        &["token", "issue", "--role", "ANALYST", "--name", "late"],
    ));
    assert!(issued.status.success());
    let written = Instant::now();
    assert_eq!(event(&mut socket, "a").await["node"]["name"], "late");
    assert!(
        written.elapsed() < Duration::from_secs(1),
        "{:?}",
        written.elapsed()
    );
    terminate(&child);
    assert!(child.wait_with_output().unwrap().status.success());
}
