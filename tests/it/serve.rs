//! The program as an operator meets it: it starts, says whether it is well, and stops.

#![cfg(test)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command},
    thread,
    time::Duration,
};

use api::database::{Database, Options, migrations};
use futures::future::join_all;
use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    app::{TestApp, each_app},
    client::Response,
    database::{TestDatabase, each_database, each_empty_database},
    sqlite::SqliteDatabase,
};

use crate::program::{revhub, run};

/// Starts the program and returns the address that it prints.
fn serve(database: &TestDatabase, folder: &TempDir) -> (Child, String) {
    listening(revhub(database, folder, &["serve"]))
}

/// Starts `hub` and returns the address that it prints.
pub(crate) fn listening(mut hub: Command) -> (Child, String) {
    let mut child = hub.spawn().unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let url = line
        .split_whitespace()
        .find(|word| word.starts_with("http://"));
    let Some(url) = url else {
        panic!("{line}{:?}", child.wait_with_output())
    };
    let address = url.strip_prefix("http://").unwrap();
    let address = address.strip_suffix("/graphql").unwrap().to_owned();
    (child, address)
}

/// Asks a process to stop, as a service manager does.
pub(crate) fn terminate(child: &Child) {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn a_request_that_is_being_answered_finishes_after_sigterm() {
    for database in each_database() {
        let folder = tempfile::tempdir().unwrap();
        let issue = ["token", "issue", "--role", "ADMIN", "--name", "test"];
        let issued = run(revhub(&database, &folder, &issue));
        assert!(issued.status.success(), "{issued:?}");
        let token = String::from_utf8(issued.stdout).unwrap();
        let (child, address) = serve(&database, &folder);
        let body = json!({ "query": "{ __typename }" }).to_string();
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(
            stream,
            "POST /graphql HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{}",
            token.trim(),
            body.len(),
            &body[..5],
        )
        .unwrap();
        // The request has begun once the hub answers another one that came later.
        assert!(get(&address, "/health/ready").starts_with("HTTP/1.1 200 "));
        terminate(&child);
        while TcpStream::connect(&address).is_ok() {
            thread::sleep(Duration::from_millis(10));
        }
        stream.write_all(&body.as_bytes()[5..]).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(
            answer.contains(r#"{"data":{"__typename":"Query"},"#),
            "{answer}"
        );
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(log.contains(r#""path":"/graphql""#), "{log}");
        assert!(!log.contains(token.trim()), "{log}");
    }
}

#[test]
fn the_log_says_how_many_errors_an_answer_has_and_the_code_of_the_first() {
    let database = each_database().next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let issue = ["token", "issue", "--role", "ADMIN", "--name", "test"];
    let issued = run(revhub(&database, &folder, &issue));
    let token = String::from_utf8(issued.stdout).unwrap();
    let mut hub = revhub(&database, &folder, &["serve"]);
    hub.env("REVHUB__SERVER__BATCH_LIMIT", "3");
    let (child, address) = listening(hub);
    let cases = [
        (
            token.trim(),
            r#"{"query":"{ __typename }"}"#,
            json!([0, null]),
        ),
        (
            token.trim(),
            r#"{"query":"{ a b }"}"#,
            json!([2, "GRAPHQL_VALIDATION_FAILED"]),
        ),
        // Refused before it is executed, or read.
        (
            token.trim(),
            r#"{"query":"{"}"#,
            json!([1, "GRAPHQL_PARSE_FAILED"]),
        ),
        (token.trim(), "no JSON", json!([1, "BAD_REQUEST"])),
        (
            "no-token",
            r#"{"query":"{ __typename }"}"#,
            json!([1, "UNAUTHENTICATED"]),
        ),
        (
            token.trim(),
            r#"[{"query":"{"},{}]"#,
            json!([2, "GRAPHQL_PARSE_FAILED"]),
        ),
    ];
    for (token, body, _) in &cases {
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(
            stream,
            "POST /graphql HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len(),
        )
        .unwrap();
        stream.read_to_string(&mut String::new()).unwrap();
    }
    let (log, told) = requests_told(child, ["errors", "code"]);
    assert_eq!(told, cases.map(|(.., told)| told), "{log}");
}

/// Stops the hub: its log, and what that says of each request in those two fields.
fn requests_told(child: Child, [one, other]: [&str; 2]) -> (String, Vec<Value>) {
    terminate(&child);
    let log = String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap();
    let lines = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let requests = lines.filter(|line| line["message"] == "request");
    let told = requests.map(|line| json!([line[one], line[other]]));
    let told = told.collect();
    (log, told)
}

#[test]
fn the_log_says_what_was_answered_before() {
    for database in each_database() {
        let folder = tempfile::tempdir().unwrap();
        let issue = "token issue --role ADMIN --name test --scope *:read --scope *:write";
        let issue: Vec<_> = issue.split(' ').collect();
        let issued = run(revhub(&database, &folder, &issue));
        let token = String::from_utf8(issued.stdout).unwrap();
        let (child, address) = serve(&database, &folder);
        let query = "mutation { revokeToken(input: { id: \"tok_0\" }) { count } }";
        let body = json!({ "query": query }).to_string();
        let mut answers = Vec::new();
        for _ in 0..2 {
            let mut stream = TcpStream::connect(&address).unwrap();
            write!(
                stream,
                "POST /graphql HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {}\r\n\
                 content-type: application/json\r\nIDEMPOTENCY-KEY: a-key\r\nconnection: close\r\n\
                 content-length: {}\r\n\r\n{body}",
                token.trim(),
                body.len(),
            )
            .unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answers.push(answer);
        }
        let said = answers
            .iter()
            .map(|it| it.contains("idempotency-replayed: true"));
        assert_eq!(said.collect::<Vec<_>>(), [false, true], "{answers:?}");
        let (log, told) = requests_told(child, ["code", "replayed"]);
        assert_eq!(
            told,
            [json!(["NOT_FOUND", null]), json!(["NOT_FOUND", true])],
            "{log}"
        );
        assert!(!log.contains("a-key"), "{log}");
    }
}

/// One request on a connection of its own.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn an_idle_connection_does_not_keep_the_program_from_stopping() {
    for database in each_database() {
        let folder = tempfile::tempdir().unwrap();
        let (mut child, address) = serve(&database, &folder);
        let mut idle = TcpStream::connect(&address).unwrap();
        write!(idle, "GET /health/live HTTP/1.1\r\nhost: hub\r\n\r\n").unwrap();
        let mut first = [0; 12];
        idle.read_exact(&mut first).unwrap();
        terminate(&child);
        assert!(child.wait().unwrap().success());
    }
}

#[tokio::test]
async fn replicas_that_start_at_once_migrate_once() {
    for database in each_empty_database() {
        let replica = || async {
            let mut options = Options::new(database.url());
            options.max_connections = 2;
            let database = Database::connect(&options).await.unwrap();
            let applied = migrations::apply(&database).await.unwrap();
            assert_eq!(migrations::pending(&database).await.unwrap(), [""; 0]);
            database.close().await;
            applied
        };
        let (a, b, c) = tokio::join!(replica(), replica(), replica());
        let mut applied = [a, b, c];
        applied.sort_unstable();
        assert_eq!(applied, [0, 0, migrations::known().len()]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn replicas_make_a_new_file_at_once() {
    for _round in 0..100 {
        let file = TestDatabase::Sqlite(SqliteDatabase::empty());
        let connect = async |url: String| Database::connect(&Options::new(url)).await;
        let replicas = (0..4).map(|_replica| tokio::spawn(connect(file.url().to_owned())));
        for database in join_all(replicas).await {
            database.unwrap().unwrap().close().await;
        }
    }
}

#[tokio::test]
async fn health_says_what_is_missing() {
    each_app(async |app| {
        let ok = json!({ "status": "ok" });
        assert_eq!(health(app, "live").await, (StatusCode::OK, ok.clone()));
        assert_eq!(health(app, "ready").await, (StatusCode::OK, ok.clone()));
        let newest = migrations::known().pop().unwrap();
        let forget = format!("DELETE FROM seaql_migrations WHERE version = '{newest}'");
        let writes = app.database.writes();
        writes.execute_unprepared(&forget).await.unwrap();
        let unready = |problem: &str| {
            let body = json!({ "status": "unavailable", "problem": problem });
            (StatusCode::SERVICE_UNAVAILABLE, body)
        };
        assert_eq!(
            health(app, "ready").await,
            unready("migrations are pending")
        );
        app.database.close().await;
        assert_eq!(
            health(app, "ready").await,
            unready("the database cannot be reached")
        );
        assert_eq!(health(app, "live").await, (StatusCode::OK, ok));
    })
    .await;
}

async fn health(app: &TestApp, which: &str) -> (StatusCode, Value) {
    let response = app.http.get(format!("{}/health/{which}", app.url));
    let response = Response::read(response.send().await.unwrap()).await;
    (response.status, response.body)
}
