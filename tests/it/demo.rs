//! The demo: made once, served, and questioned with the very commands that it prints.

#![cfg(test)]

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::{Value, json};
use tests::{client, database::each_empty_database};

/// The program with `arguments`, and `folder` for its own things.
fn revhub(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_revhub-under-test"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("REVHUB__SERVER__WORKERS", "1")
        .env("REVHUB__LOG__FILTER", "warn")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    revhub(folder, arguments).output().unwrap()
}

/// A demo that serves until this value is dropped.
pub(crate) struct Served {
    process: Child,
    /// What it printed.
    text: String,
}

impl Served {
    /// Makes it in `folder`, an empty one.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    /// As [`Served::start`], with `settings` such as `("REVHUB__SERVER__DOCUMENTS_DIR", "…")`.
    pub(crate) fn start_with(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let mut demo = revhub(folder, &["demo", "--port", "0"]);
        let mut process = demo.envs(settings.iter().copied()).spawn().unwrap();
        let printed = BufReader::new(process.stdout.take().unwrap());
        let mut text = String::new();
        for line in printed.lines() {
            let line = line.unwrap();
            text.push_str(&line);
            text.push('\n');
            if line.starts_with("Ctrl-C") {
                return Self { process, text };
            }
        }
        panic!("{text}{:?}", process.wait_with_output())
    }

    /// Where it answers: `http://127.0.0.1:…`.
    pub(crate) fn url(&self) -> &str {
        let word = self
            .text
            .split_whitespace()
            .find(|word| word.starts_with("http://"));
        word.unwrap()
            .trim_end_matches(',')
            .trim_end_matches("/graphql")
    }

    /// Role, name and token of each person.
    fn people(&self) -> Vec<(&str, &str, &str)> {
        let blocks = self.text.split("\n\n");
        blocks
            .filter_map(|block| {
                let (who, token) = block.split_once('\n')?;
                let (role, name) = who.split_once(": ")?;
                token.starts_with("ey").then_some((role, name, token))
            })
            .collect()
    }

    /// The token of the one in `role`.
    pub(crate) fn token(&self, role: &str) -> &str {
        let people = self.people();
        let person = people.iter().find(|(of, ..)| *of == role);
        person.unwrap().2
    }

    /// What somebody in `role` is answered.
    async fn ask(&self, role: &str, query: &str) -> Value {
        let token = self.token(role);
        let answer = client::graphql(&client::http(), self.url(), token, query, json!({})).await;
        answer.data().clone()
    }

    /// The commands to paste, each with the comment above it.
    fn commands(&self) -> Vec<&str> {
        let blocks = self.text.split("\n\n");
        blocks.filter(|block| block.starts_with("# ")).collect()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let killed = self.process.kill().and_then(|()| self.process.wait());
        drop(killed);
    }
}

/// What `command` prints, pasted into a shell.
fn paste(folder: &Path, command: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{command}\n{output:?}"
    );
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn the_demo_answers_what_it_prints_and_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // What an interrupted start left behind does not matter.
    fs::create_dir(folder.join(".revhub")).unwrap();
    fs::write(folder.join(".revhub/demo.sqlite3.part"), "half of a demo").unwrap();
    let demo = Served::start(folder);

    let people = demo.people();
    assert_eq!(people.len(), 7, "{}", demo.text);
    for (role, name, token) in &people {
        let query = "{ viewer { name roles } }";
        let answer = client::graphql(&client::http(), demo.url(), token, query, json!({})).await;
        let viewer = &answer.body["data"]["viewer"];
        assert_eq!(viewer["name"], *name, "{}", answer.text);
        assert_eq!(viewer["roles"], json!([role]), "{}", answer.text);
    }

    let [front_end, extract, script] = demo.commands()[..] else {
        panic!("{}", demo.text)
    };
    let leads: Value = serde_json::from_str(&paste(folder, front_end)).unwrap();
    let edges = leads["data"]["leads"]["edges"].as_array().unwrap();
    assert_eq!(edges.len(), 5, "{leads}");
    assert!(
        edges
            .iter()
            .all(|edge| edge["node"]["owner"]["name"].is_string()),
        "{leads}"
    );
    assert_eq!(paste(folder, extract), "");
    let touches = fs::read_to_string(folder.join("touches.ndjson")).unwrap();
    assert_eq!(touches.lines().count(), 60_000);
    let said = paste(folder, script);
    let waiting = "{ leads(filter: {status: {eq: MQL}}) { totalCount } }";
    let waiting = demo.ask("MARKETING_MANAGER", waiting).await;
    let total = waiting["leads"]["totalCount"].to_string();
    assert!(
        said.contains("MARKETING_MANAGER") && said.trim_end().ends_with(&total),
        "{said}"
    );
    seven_lenses_on_one_account(&demo).await;

    drop(demo);
    used_again_unless_told_otherwise(folder);
}

/// The question of the README, about an account in the rep's territory that is a colleague's.
async fn seven_lenses_on_one_account(demo: &Served) {
    let near = "{ viewer { user { id } } accounts(first: 500) { nodes { id ownerId contacts { totalCount } } } }";
    let near = demo.ask("SALES_REP", near).await;
    let colleagues = near["accounts"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|account| {
            account["ownerId"] != near["viewer"]["user"]["id"]
                && account["contacts"]["totalCount"] != 0
        });
    let id = colleagues.unwrap()["id"].as_str().unwrap();
    let query = format!(
        "{{ account(id: \"{id}\") {{ contacts {{ nodes {{ email maskedFields }} }} }} \
         viewer {{ reassign: can(action: \"reassign\", entity: ACCOUNT) \
         merge: can(action: \"merge\", entity: ACCOUNT) }} }}"
    );
    for (role, masked, can) in [
        ("SALES_REP", json!(["email", "phone"]), [false, false]),
        ("SALES_MANAGER", json!([]), [true, false]),
        ("REVENUE_LEADER", json!([]), [false, false]),
        (
            "ANALYST",
            json!(["email", "phone", "customFields"]),
            [false, false],
        ),
        ("ADMIN", json!([]), [true, true]),
    ] {
        let answer = demo.ask(role, &query).await;
        let contact = &answer["account"]["contacts"]["nodes"][0];
        assert_eq!(contact["maskedFields"], masked, "{role}");
        let address = contact["email"].as_str().unwrap();
        assert_eq!(address.contains('…'), masked != json!([]), "{role}");
        let viewer = &answer["viewer"];
        assert_eq!(
            [&viewer["reassign"], &viewer["merge"]],
            [&json!(can[0]), &json!(can[1])],
            "{role}"
        );
    }
}

fn used_again_unless_told_otherwise(folder: &Path) {
    let file = folder.join(".revhub/demo.sqlite3");
    let made = fs::metadata(&file).unwrap().ino();

    let again = run(folder, &["demo", "--no-serve"]);
    assert!(
        again.status.success() && again.stderr.is_empty(),
        "{again:?}"
    );

    let other = run(folder, &["demo", "--no-serve", "--seed", "7"]);
    let complaint = String::from_utf8(other.stderr).unwrap();
    assert_eq!(other.status.code(), Some(2));
    assert!(
        complaint.contains("seed 42") && complaint.contains("--fresh"),
        "{complaint}"
    );
    assert_eq!(fs::metadata(&file).unwrap().ino(), made);

    let fresh = run(folder, &["demo", "--no-serve", "--seed", "7", "--fresh"]);
    assert!(fresh.status.success(), "{fresh:?}");
    assert!(!folder.join(".revhub/demo.sqlite3.part").exists());
}

async fn number(db: &DatabaseConnection, sql: &str) -> i64 {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Changes but those of scores, and of what is done with leads that are handed over for them.
const SINCE: &str =
    "SELECT count(*) FROM change WHERE at NOT IN (SELECT at FROM change WHERE entity = 'lead')";

#[tokio::test]
async fn the_demo_fills_a_database_that_is_named_and_mixes_with_nothing() {
    for database in each_empty_database() {
        let folder = tempfile::tempdir().unwrap();
        let demo = ["demo", "--no-serve", "--database-url", database.url()];

        let made = run(folder.path(), &demo);
        assert!(made.status.success(), "{made:?}");
        let db = database.connect().await;
        assert_eq!(number(&db, "SELECT count(*) FROM lead").await, 5_000);
        assert_eq!(number(&db, "SELECT count(*) FROM touch").await, 60_000);
        // History from before the hub: the change log has an entry of the job, and one of the key, and what the
        // hub has done since.
        assert_eq!(number(&db, SINCE).await, 2);

        let again = run(folder.path(), &demo);
        assert!(
            again.status.success() && again.stderr.is_empty(),
            "{again:?}"
        );
        let other = run(folder.path(), &[&demo[..], &["--seed", "7"]].concat());
        let complaint = String::from_utf8(other.stderr).unwrap();
        assert_eq!(other.status.code(), Some(2));
        assert!(complaint.contains("has leads already"), "{complaint}");
        assert_eq!(number(&db, "SELECT count(*) FROM lead").await, 5_000);
    }
}
