//! Runs that write nothing, that are cut off, and that are taken back.

use std::{
    collections::HashMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use api::{
    change::{self, Actor, Change},
    clock::Clock,
    database::Database,
    intake::revert,
    record,
    store::table::{Record, Value},
};
use entity::{change::ChangeKind, external_id, import_job, import_job::ImportStatus};
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use tempfile::TempDir;
use tests::database::{TestDatabase, each_database};
use uuid::Uuid;

use super::{datasets, import, mapping, number, open, run, table_sizes};

const LEADFORGE: &str = include_str!("../../../examples/leadforge.toml");

/// Companies with people and deals, in a folder.
fn small(folder: &TempDir) -> PathBuf {
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "companies.csv",
        "id,name,web,parent\n1,Acme,acme.example,\n2,Acme Labs,,1\n",
    );
    write(
        "people.csv",
        "id,mail,company\n1,a@acme.example,1\n2,b@acme.example,2\n3,c@acme.example,9\n",
    );
    folder.path().to_owned()
}

const SMALL: &str = "system = \"small\"
[[file]]
name = \"companies.csv\"
[[file.row]]
entity = \"account\"
key = \"id\"
fields.name = \"name\"
fields.domain = \"web\"
fields.parent = { ref = \"account\", column = \"parent\" }
[[file]]
name = \"people.csv\"
[[file.row]]
entity = \"contact\"
key = \"id\"
fields.email = \"mail\"
fields.account = { ref = \"account\", column = \"company\" }
";

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_writes_nothing() {
    for database in each_database() {
        let database = open(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let mut import = import(mapping(SMALL), &[small(&folder)]);
        let before = table_sizes(&database).await;

        import.dry_run = true;
        let dry = run(&database, &import).await;
        let after = table_sizes(&database).await;
        import.dry_run = false;
        let wet = run(&database, &import).await;

        assert_eq!(before, after);
        assert_eq!(dry.job, None);
        for (dry, wet) in dry.files.iter().zip(&wet.files) {
            assert_eq!(
                (&dry.counts, dry.rows),
                (&wet.counts, wet.rows),
                "{}",
                dry.name
            );
        }
        assert_eq!(dry.problems.len(), 1);
    }
}

#[tokio::test]
async fn reverting_takes_back_what_nobody_has_changed_or_uses() {
    for database in each_database() {
        let database = open(&database).await;
        let before = table_sizes(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let import = import(mapping(SMALL), &[small(&folder)]);
        let job = run(&database, &import).await.job.unwrap();
        edit(&database, "contact", "2").await;

        let reverted = revert::revert(&database, &Clock::system(), job)
            .await
            .unwrap();

        // The edited person stays, and so do their company and its mother.
        assert_eq!(reverted.removed, [("contact", 2)].into());
        assert_eq!(reverted.changed, [("contact", 1)].into());
        assert_eq!(reverted.used, [("account", 2)].into());
        let job = import_job::Entity::find_by_id(job)
            .one(database.reads())
            .await;
        assert_eq!(job.unwrap().unwrap().status, ImportStatus::Reverted);

        let again = run(&database, &import).await;

        let contacts = again.of("contact");
        assert_eq!(
            (contacts.created, contacts.needs_review),
            (1, 1),
            "{contacts:?}"
        );
        let accounts = again.of("account");
        assert_eq!(accounts.unchanged, 2, "{accounts:?}");
        let after = table_sizes(&database).await;
        assert_eq!(after["contact"], before["contact"] + 3);
    }
}

#[tokio::test]
async fn reverting_an_untouched_import_leaves_the_dataset_as_it_was() {
    for database in each_database() {
        let database = open(&database).await;
        let before = table_sizes(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let import = import(mapping(SMALL), &[small(&folder)]);
        let job = run(&database, &import).await.job.unwrap();

        revert::revert(&database, &Clock::system(), job)
            .await
            .unwrap();

        let after = table_sizes(&database).await;
        for table in ["account", "contact", "account_domain", "external_id"] {
            assert_eq!(after[table], before[table], "{table}");
        }
    }
}

/// Somebody edits the contact that the other system calls `key`.
async fn edit(database: &Database, entity: &'static str, key: &str) {
    let ids = external_id::Entity::find()
        .all(database.reads())
        .await
        .unwrap();
    let id = ids
        .iter()
        .find(|id| id.entity == entity && id.key == key)
        .unwrap()
        .entity_id;
    let change = Change {
        at: Clock::system().now(),
        actor: Actor::User(Uuid::now_v7()),
        entity,
        entity_id: id,
        kind: ChangeKind::Updated,
        fields: Some(serde_json::json!({ "last_name": [null, "Bee"] })),
        reason: None,
        request_id: None,
        address: None,
    };
    let tx = database.begin().await.unwrap();
    change::record(&tx, vec![change]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn rows_may_point_to_rows_that_come_much_later() {
    for database in each_database() {
        let database = open(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("companies.csv");
        let mut text = "id,name,web,parent\n".to_owned();
        for id in 1..=11_000 {
            let parent = if id <= 500 {
                (id + 10_000).to_string()
            } else {
                String::new()
            };
            writeln!(text, "{id},Company {id},,{parent}").unwrap();
        }
        fs::write(&file, text).unwrap();
        let import = import(mapping(SMALL), &[file]);

        let first = run(&database, &import).await;
        let second = run(&database, &import).await;

        let counts = first.of("account");
        assert_eq!(
            (counts.created, counts.total()),
            (11_000, 11_000),
            "{counts:?}"
        );
        assert_eq!(second.of("account").unchanged, 11_000);
        let linked = "SELECT COUNT(*) FROM account WHERE parent_id IS NOT NULL";
        assert_eq!(number(&database, linked).await, 500);
    }
}

#[tokio::test]
async fn a_killed_import_started_again_or_resumed_ends_as_if_nothing_had_happened() {
    let Some(datasets) = datasets() else {
        return;
    };
    let data = datasets.join("leadforge_500");
    let kinds = each_database().zip(each_database()).zip(each_database());
    for ((whole, again), resumed) in kinds {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("map.toml"), LEADFORGE).unwrap();
        let import = ["import", "--map", "map.toml", data.to_str().unwrap()];

        let done = output(&whole, &folder, &import);
        kill_half_way(&again, &folder, &import).await;
        let done_again = output(&again, &folder, &import);
        let job = kill_half_way(&resumed, &folder, &import).await;
        let done_resumed = output(&resumed, &folder, &["import", "--resume", &job]);

        assert!(done.status.success(), "{done:?}");
        assert!(done_again.status.success(), "{done_again:?}");
        assert!(done_resumed.status.success(), "{done_resumed:?}");
        let expected = state(&open(&whole).await).await;
        assert!(
            expected == state(&open(&again).await).await,
            "started again"
        );
        let resumed = open(&resumed).await;
        assert!(expected == state(&resumed).await, "resumed");
        let rows = "SELECT COUNT(*) FROM import_row";
        let whole = open(&whole).await;
        assert_eq!(number(&whole, rows).await, number(&resumed, rows).await);
    }
}

fn revhub(database: &TestDatabase, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_revhub-under-test"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("REVHUB__DATABASE__URL", database.url())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn output(database: &TestDatabase, folder: &TempDir, arguments: &[&str]) -> Output {
    revhub(database, folder.path(), arguments).output().unwrap()
}

/// Starts an import and kills it when it has done a part of its work; returns its job.
async fn kill_half_way(database: &TestDatabase, folder: &TempDir, arguments: &[&str]) -> String {
    let mut child = revhub(database, folder.path(), arguments).spawn().unwrap();
    let watch = open(database).await;
    let begun = Instant::now();
    while number(&watch, "SELECT COUNT(*) FROM touch").await < 3000 {
        assert!(
            begun.elapsed() < Duration::from_mins(2),
            "the import does not get on"
        );
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let job = import_job::Entity::find()
        .one(watch.reads())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(job.status, ImportStatus::Running);
    job.id.to_string()
}

/// Every row of the dataset as text, with the other system's keys instead of ids, and without what
/// differs between two runs: who wrote it when.
async fn state(database: &Database) -> Vec<String> {
    let keys: HashMap<Uuid, String> = external_id::Entity::find()
        .all(database.reads())
        .await
        .unwrap()
        .into_iter()
        .map(|row| (row.entity_id, row.key))
        .collect();
    let mut rows = Vec::new();
    for entity in record::entities() {
        let sql = format!(
            "SELECT {} FROM \"{}\"",
            entity.table.column_list(),
            entity.name
        );
        let statement = Statement::from_string(database.backend(), sql);
        for row in database.reads().query_all_raw(statement).await.unwrap() {
            let record = entity.table.decode(&row).unwrap();
            rows.push(format!(
                "{} {}",
                entity.name,
                described(entity, &record, &keys)
            ));
        }
    }
    rows.sort();
    rows
}

fn described(entity: &record::Entity, record: &Record, keys: &HashMap<Uuid, String>) -> String {
    // These get the time of the import, where others get one from their source.
    let made_now = ["user", "territory", "lead_transition", "opportunity_change"];
    let cells = entity
        .table
        .columns
        .iter()
        .zip(record)
        .filter(|(column, _)| {
            let stamp =
                ["version", "created_by", "updated_at", "updated_by"].contains(&column.name);
            !stamp && (column.name != "created_at" || !made_now.contains(&entity.name))
        });
    let cells = cells.map(|(_, value)| match value {
        Value::Uuid(Some(id)) => keys.get(id).cloned().unwrap_or_else(|| id.to_string()),
        other => format!("{other:?}"),
    });
    cells.collect::<Vec<_>>().join("|")
}
