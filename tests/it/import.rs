//! Imports: real files with known answers, and files as nobody should write them.

#![cfg(test)]

mod followed;
mod leadforge;
mod nasty;
mod presets;
mod rejected;
mod runs;
mod scored;

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use api::{
    clock::Clock,
    database::{Database, Options},
    intake::{
        engine::{self, Import, Silent, Summary},
        mapping::Mapping,
    },
};
use sea_orm::{ConnectionTrait, Statement};
use tests::database::TestDatabase;

/// Where the data sets lie beside the project; `None` after saying so, which CI does not accept.
#[expect(clippy::print_stdout, reason = "a test that does not run says so")]
fn datasets() -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/datasets"))
        .find(|folder| folder.is_dir());
    if found.is_none() {
        assert!(
            env::var_os("CI").is_none_or(|ci| ci != "true"),
            "CI needs the data sets in ../shared/datasets"
        );
        println!("not run: there are no data sets in ../shared/datasets");
    }
    found
}

async fn open(database: &TestDatabase) -> Database {
    Database::connect(&Options::new(database.url()))
        .await
        .expect("the database answers")
}

fn mapping(text: &str) -> Mapping {
    Mapping::parse("mapping.toml", text).expect("the mapping is right")
}

fn import(mapping: Mapping, paths: &[PathBuf]) -> Import {
    Import {
        mapping,
        paths: paths.to_vec(),
        dry_run: false,
        rejected_to: None,
        resume: None,
    }
}

async fn run(database: &Database, import: &Import) -> Summary {
    engine::run(database, &Clock::system(), import, &mut Silent)
        .await
        .expect("the import runs")
}

/// One number out of the database.
async fn number(database: &Database, sql: &str) -> i64 {
    let statement = Statement::from_string(database.backend(), sql);
    let row = database.reads().query_one_raw(statement).await;
    let row = row.expect("the query runs").expect("there is a row");
    row.try_get_by_index(0).expect("it is a number")
}

/// How many rows every table has.
async fn table_sizes(database: &Database) -> BTreeMap<&'static str, i64> {
    let mut sizes = BTreeMap::new();
    for entity in api::record::entities() {
        let sql = format!("SELECT COUNT(*) FROM \"{}\"", entity.name);
        sizes.insert(entity.name, number(database, &sql).await);
    }
    for table in [
        "external_id",
        "account_domain",
        "change",
        "import_job",
        "import_row",
    ] {
        let sql = format!("SELECT COUNT(*) FROM \"{table}\"");
        sizes.insert(table, number(database, &sql).await);
    }
    sizes
}
