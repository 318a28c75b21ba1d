//! Commands as an operator meets them: what they print, and what they say when something is wrong.

#![cfg(test)]

use std::{path::Path, process::Command};

use api::database::migrations;
use tests::database::each_empty_database;
use uuid::Uuid;

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
            "--user EMAIL, or --role ROLE --name NAME",
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
            revhub(
                &database,
                &folder,
                &["token", "issue", "--user", "ada@example.com", "--name", "x"],
            ),
            2,
            "cannot be used with '--name <NAME>'",
        ),
        (
            revhub(
                &database,
                &folder,
                &["token", "revoke", "lead_01a200ff00007000800000000000beef"],
            ),
            2,
            "this is the id of a row of Lead",
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
fn what_is_wrong_with_a_token_is_told_by_its_option() {
    let database = each_empty_database().next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (option, value, problem) in [
        ("--allow", "everywhere", "is no network"),
        ("--requests-per-minute", "0", "must be from 1 to"),
        ("--points-per-minute", "0", "must be from 1 to"),
        ("--scope", "lead:dance", "there is no scope"),
        ("--days", "366", "must be from 1 to 365"),
    ] {
        let issue = ["token", "issue", "--role", "ANALYST", "--name", "x"];
        let output = run(revhub(
            &database,
            &folder,
            &[&issue[..], &[option, value]].concat(),
        ));
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(&format!("error: {option}: ")), "{error}");
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn tokens_are_rotated_and_revoked_by_the_id_that_is_shown() {
    for database in each_empty_database() {
        let folder = tempfile::tempdir().unwrap();
        let done = |arguments: &[&str]| {
            let output = run(revhub(&database, &folder, arguments));
            assert!(output.status.success(), "{output:?}");
            let [out, note] =
                [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
            (out, note)
        };
        let (_, note) = done(&["token", "issue", "--role", "ANALYST", "--name", "export"]);
        let url = database.url();
        let place = url.rsplit_once('@').map_or(url, |(_, place)| place);
        assert!(note.contains(place.split('?').next().unwrap()), "{note}");
        let list = done(&["token", "list"]).0;
        let id = list.split(' ').next().unwrap();
        assert!(id.starts_with("tok_"), "{list}");
        assert!(
            note.contains(&format!("`revhub token revoke {id}`")),
            "{note}"
        );
        // Scripts may have kept the UUID.
        let uuid = Uuid::try_parse(id.trim_start_matches("tok_")).unwrap();
        done(&["token", "rotate", &uuid.to_string()]);
        let (_, note) = done(&["token", "revoke", id, "--and-made-with-it"]);
        assert!(note.contains(&format!("Revoked {id}.")), "{note}");
        // What the operator put in its place was not made with it.
        let list = done(&["token", "list"]).0;
        assert_eq!(list.matches("  revoked  ").count(), 1, "{list}");
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
