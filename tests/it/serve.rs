//! The program as an operator meets it: it starts, says whether it is well, and stops.

#![cfg(test)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

use api::database::{Database, Options, migrations};
use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::json;
use tempfile::TempDir;
use tests::{
    app::{TestApp, each_app},
    client::Response,
    database::{TestDatabase, each_database, each_empty_database},
};

/// The program with `arguments`, on `database`, with `folder` for its own things.
fn revhub(database: &TestDatabase, folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_revhub-under-test"));
    command
        .args(arguments)
        .current_dir(folder.path())
        .env("REVHUB__SERVER__PORT", "0")
        .env("REVHUB__SERVER__WORKERS", "1")
        .env("REVHUB__DATABASE__URL", database.url())
        .env("REVHUB__LOG__FORMAT", "json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(mut command: Command) -> Output {
    command.output().unwrap()
}

/// Starts the program and returns the address that it prints.
fn serve(database: &TestDatabase, folder: &TempDir) -> (Child, String) {
    let mut child = revhub(database, folder, &["serve"]).spawn().unwrap();
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
fn terminate(child: &Child) {
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
            answer.ends_with(r#"{"data":{"__typename":"Query"}}"#),
            "{answer}"
        );
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(log.contains(r#""path":"/graphql""#), "{log}");
        assert!(!log.contains(token.trim()), "{log}");
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

async fn health(app: &TestApp, which: &str) -> (StatusCode, serde_json::Value) {
    let response = app.http.get(format!("{}/health/{which}", app.url));
    let response = Response::read(response.send().await.unwrap()).await;
    (response.status, response.body)
}

#[test]
fn what_is_asked_wrongly_is_told_in_a_line() {
    let database = each_empty_database().next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut wrong_port = revhub(&database, &folder, &["serve"]);
    wrong_port.env("REVHUB__SERVER__PORT", "many");
    for (command, code, told) in [
        (revhub(&database, &folder, &[]), 2, "Usage"),
        (revhub(&database, &folder, &["dance"]), 2, "dance"),
        (
            revhub(&database, &folder, &["token", "issue"]),
            2,
            "--user <EMAIL>",
        ),
        (
            revhub(
                &database,
                &folder,
                &["token", "issue", "--role", "BOSS", "--name", "x"],
            ),
            2,
            "SALES_REP, SALES_MANAGER",
        ),
        (
            revhub(
                &database,
                &folder,
                &["token", "issue", "--user", "nobody@example.com"],
            ),
            1,
            "no such active user with the e-mail address nobody@example.com",
        ),
        (
            revhub(&database, &folder, &["--config", "missing.toml", "serve"]),
            2,
            "missing.toml",
        ),
        (wrong_port, 2, "server.port (from REVHUB__SERVER__PORT)"),
    ] {
        let output = run(command);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{error}");
        assert!(error.contains(told), "{error}");
        assert_eq!(output.stdout, b"", "{told}");
    }
}

#[test]
fn a_key_that_others_can_read_stops_the_start() {
    let database = each_empty_database().next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join(".revhub/token-key.pem");
    let list = run(revhub(
        &database,
        &folder,
        &["token", "issue", "--role", "ADMIN", "--name", "x"],
    ));
    assert!(list.status.success(), "{list:?}");
    set_mode(&key, "644");
    let serve = run(revhub(&database, &folder, &["serve"]));
    let error = String::from_utf8(serve.stderr).unwrap();
    assert_eq!(serve.status.code(), Some(1), "{error}");
    assert!(error.contains("chmod 600"), "{error}");
    let doctor = run(revhub(&database, &folder, &["doctor"]));
    assert_eq!(doctor.status.code(), Some(1));
    set_mode(&key, "600");
    let doctor = run(revhub(&database, &folder, &["doctor"]));
    assert!(doctor.status.success(), "{doctor:?}");
}

fn set_mode(path: &Path, mode: &str) {
    let changed = Command::new("chmod").arg(mode).arg(path).status();
    assert!(changed.unwrap().success());
}

#[test]
fn migrate_and_token_list_tell_what_there_is() {
    for database in each_empty_database() {
        let folder = tempfile::tempdir().unwrap();
        let out = |arguments: &[&str]| {
            let output = run(revhub(&database, &folder, arguments));
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        let count = migrations::known().len();
        let status = out(&["migrate", "--status"]);
        assert_eq!(status.matches("pending  m2026").count(), count);
        assert_eq!(out(&["migrate"]), format!("Applied {count} migrations.\n"));
        assert_eq!(out(&["migrate"]), "The database is up to date.\n");
        let status = out(&["migrate", "--status"]);
        assert_eq!(status.matches("applied  m2026").count(), count);
        out(&[
            "token",
            "issue",
            "--role",
            "ANALYST",
            "--name",
            "nightly report",
        ]);
        let list = out(&["token", "list"]);
        assert!(list.contains("valid"), "{list}");
        assert!(list.ends_with("[\"ANALYST\"]  nightly report\n"), "{list}");
        let id = list.split(' ').next().unwrap();
        out(&["token", "revoke", id]);
        assert!(out(&["token", "list"]).contains("revoked"));
    }
}

#[test]
fn config_prints_where_each_setting_comes_from_and_no_password() {
    let folder = tempfile::tempdir().unwrap();
    let database = each_empty_database().next().unwrap();
    let mut command = revhub(&database, &folder, &["config"]);
    command.env("REVHUB__DATABASE__URL", "postgres://hub:secret@db/hub");
    let output = run(command);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("port = 0  # REVHUB__SERVER__PORT"), "{text}");
    assert!(
        text.contains("host = \"127.0.0.1\"  # the default"),
        "{text}"
    );
    assert!(text.contains("postgres://hub:***@db/hub"), "{text}");
    assert!(!text.contains("secret"), "{text}");
}
