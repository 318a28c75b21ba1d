//! `revhub key`, as an operator meets it.

use std::{fs, process::Output};

use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;
use tests::database::{TestDatabase, each_empty_database};

use crate::program::{revhub, run};

/// A folder, and a database without tables.
pub(super) struct Operator {
    database: TestDatabase,
    pub(super) folder: TempDir,
}

impl Operator {
    pub(super) fn new() -> Self {
        Self {
            database: each_empty_database().next().unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Output {
        run(revhub(&self.database, &self.folder, arguments))
    }

    /// What a command that works prints on standard output and on standard error.
    pub(super) fn told(&self, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments);
        assert!(output.status.success(), "{output:?}");
        let text = |bytes| String::from_utf8(bytes).unwrap().trim().to_owned();
        (text(output.stdout), text(output.stderr))
    }

    /// What a command that does not work says.
    pub(super) fn refused(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    pub(super) fn issue(&self, days: &str) -> String {
        let issue = [
            "token", "issue", "--role", "ADMIN", "--name", "test", "--days", days,
        ];
        self.told(&issue).0
    }

    /// The words of each line of `revhub key list`.
    pub(super) fn list(&self) -> Vec<Vec<String>> {
        let (list, _) = self.told(&["key", "list"]);
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
        list.lines().map(words).collect()
    }
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

/// The instant that is the word at `place` of a line.
fn instant(line: &[String], place: usize) -> DateTime<Utc> {
    line[place].parse().unwrap()
}

#[test]
fn a_key_is_listed_replaced_and_retired() {
    let hub = Operator::new();
    let old = kid(&hub.issue("30"));
    let expires_at = Utc::now() + TimeDelta::days(30);
    let list = hub.list();
    assert_eq!(list[0][..2], [old.as_str(), "EdDSA"]);
    assert_eq!(list[0][4..].join(" "), "signs 1 valid token");

    let (new, told) = hub.told(&["key", "rotate", "--algorithm", "RS256"]);
    assert!(
        told.contains(&format!("The old one, {old}, checks tokens until")),
        "{told}"
    );
    assert!(told.contains("no valid token is cut off"), "{told}");
    assert_eq!(kid(&hub.issue("1")), new);
    let list = hub.list();
    assert_eq!(list[0][4], "retires");
    // It goes with the last token, and the clocks of two machines may differ a little.
    let after = instant(&list[0], 5) - expires_at;
    assert!((4..=10).contains(&after.num_seconds()), "{after}");
    assert_eq!(list[1][..2], [new.as_str(), "RS256"]);
    assert_eq!(list[1][4..].join(" "), "signs 1 valid token");

    let signs = hub.refused(&["key", "retire", &new, "--yes"], 2);
    assert!(
        signs.contains("replace it with `revhub key rotate`"),
        "{signs}"
    );
    let asked = hub.refused(&["key", "retire", &old], 2);
    assert!(
        asked.contains("1 valid token is cut off; say --yes"),
        "{asked}"
    );
    let (_, retired) = hub.told(&["key", "retire", "--yes", &old]);
    assert_eq!(retired, format!("Retired {old}: 1 valid token is cut off."));
    assert_eq!(hub.list()[0][4], "retired");
    for kid in [&old, "-nobody-has-this-one-and-it-begins-with-a-da"] {
        let gone = hub.refused(&["key", "retire", kid, "--yes"], 1);
        let expected = format!("no such signing key {kid} that is in use");
        assert!(gone.contains(&expected), "{gone}");
    }
}

#[test]
fn an_overlap_is_as_long_as_one_says() {
    let hub = Operator::new();
    hub.issue("30");
    let rotate = ["key", "rotate", "--overlap-days=7", "--algorithm=ES256"];
    let (_, told) = hub.told(&rotate);
    assert!(told.contains("1 valid token is cut off"), "{told}");
    let after = instant(&hub.list()[0], 5) - Utc::now();
    assert_eq!(after.num_hours(), 7 * 24 - 1, "{after}");
    // Nothing was signed with this one: a day, for who has a copy of the file.
    hub.told(&["key", "rotate"]);
    let list = hub.list();
    assert_eq!(list[2][1], "ES256", "the kind stays");
    assert_eq!((instant(&list[1], 5) - Utc::now()).num_hours(), 23);
    hub.told(&["key", "rotate", "--overlap-days", "0"]);
    let states: Vec<_> = hub.list().iter().map(|line| line[4].clone()).collect();
    assert_eq!(states, ["retires", "retires", "retired", "signs"]);
}

#[test]
fn a_setting_says_what_a_key_that_is_made_signs_with() {
    let hub = Operator::new();
    let settings = "[auth]\nsigning_algorithm = \"ES256\"\n";
    fs::write(hub.folder.path().join("revhub.toml"), settings).unwrap();
    let header = jsonwebtoken::decode_header(hub.issue("30")).unwrap();
    assert_eq!(header.alg, jsonwebtoken::Algorithm::ES256);
    assert_eq!(hub.list()[0][1], "ES256");
}

#[test]
fn what_is_asked_wrongly_is_told() {
    let hub = Operator::new();
    for (arguments, told) in [
        (
            ["key", "rotate", "--algorithm=HS256"].as_slice(),
            "EdDSA, ES256, RS256",
        ),
        (&["key", "rotate", "--overlap-days=-1"], "--overlap-days"),
        (&["key", "rotate", "--overlap-days=4000"], "3650"),
        (&["key", "retire"], "<KID>"),
        (&["key"], "rotate"),
    ] {
        let refused = hub.refused(arguments, 2);
        assert!(refused.contains(told), "{refused}");
    }
    let file = hub.folder.path().join("revhub.toml");
    fs::write(&file, "[auth]\nsigning_algorithm = \"none\"\n").unwrap();
    let refused = hub.refused(&["serve"], 2);
    assert!(refused.contains("auth.signing_algorithm"), "{refused}");
    assert!(refused.contains("`EdDSA`, `ES256`, `RS256`"), "{refused}");
}
