//! Commands as an operator meets them: what they print, and what they say when something is wrong.

#![cfg(test)]

use std::{path::Path, process::Command};

use api::database::migrations;
use tests::database::each_empty_database;

use crate::program::{revhub, run};

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
        let whose = "[\"ANALYST\"]  [\"*:read\"]  nightly report\n";
        assert!(list.ends_with(whose), "{list}");
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
