//! One throw-away PostgreSQL cluster for the process, and databases in it.
//!
//! It is made by PostgreSQL's own programs, version 15 or later, found on `PATH` or where Debian
//! keeps them. It listens on a free loopback port and writes without care for power cuts.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot have its database fails"
)]

use std::{
    env,
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader, Read, Write as _},
    net::{Ipv4Addr, TcpListener},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DbErr};

use crate::database::wait_for;

/// A database without tables, which every cluster has.
const EMPTY: &str = "template0";

/// Settings of the cluster beside its port.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = '.'
max_connections = 200
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum = off
timezone = 'UTC'
";

/// Starts the cluster, says so, waits until the tests are gone, and clears up. It outlives the
/// tests on purpose: a process that was killed cannot clear up after itself. (It may be killed
/// before the cluster is ready: then nobody listens any more, hence no `PIPE`.)
const KEEPER: &str = r#"
programs=$1 folder=$2
trap '' PIPE
trap '"$programs/pg_ctl" -s -D data -m immediate stop >>log 2>&1; cd / && rm -rf "$folder"' EXIT
{
    "$programs/initdb" --no-sync -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 ||
    "$programs/initdb" --no-sync -D data -U postgres -A trust -E UTF8 --locale=C
} >>log 2>&1 || { tail -n 20 log; exit 1; }
cat settings >>data/postgresql.conf
"$programs/pg_ctl" -s -w -D data -l log start >>log 2>&1 || { tail -n 20 log; exit 1; }
echo ready
cat
"#;

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    port: u16,
    databases: AtomicU32,
    migrated: OnceLock<String>,
    /// Its standard input: the cluster runs until this is closed, by whatever end of the process.
    _keeper: Child,
}

/// A database of one test; it is dropped with this value.
#[derive(Debug)]
pub struct PostgresDatabase {
    cluster: &'static Cluster,
    name: String,
    url: String,
}

impl Cluster {
    /// The cluster of this process, started at the first call.
    ///
    /// `None`, and a line on standard error, where PostgreSQL is not installed.
    ///
    /// # Panics
    ///
    /// When PostgreSQL does not start, and with `CI=true` when it is not installed.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        SHARED.get_or_init(Self::start_if_installed).as_ref()
    }

    fn start_if_installed() -> Option<Self> {
        if let Some(programs) = find_programs() {
            return Some(Self::start(&programs));
        }
        assert!(
            env::var("CI").as_deref() != Ok("true"),
            "PostgreSQL is not installed, and CI=true: install it (Debian: postgresql)"
        );
        // Not `eprintln!`, which the test harness would keep to itself.
        let line = "PostgreSQL is not installed: the tests ran on SQLite only\n";
        std::io::stderr()
            .write_all(line.as_bytes())
            .expect("standard error can be written to");
        None
    }

    fn start(programs: &Path) -> Self {
        let mut complaints = String::new();
        // Another process may take the port before PostgreSQL does.
        for _ in 0..3 {
            let port = free_port();
            match keep(programs, port) {
                Ok(keeper) => {
                    return Self {
                        port,
                        databases: AtomicU32::new(0),
                        migrated: OnceLock::new(),
                        _keeper: keeper,
                    };
                }
                Err(complaint) => complaints.push_str(&complaint),
            }
        }
        panic!(
            "PostgreSQL in {} does not start:\n{complaints}",
            programs.display()
        );
    }

    /// Makes a database with the tables of the hub.
    ///
    /// # Panics
    ///
    /// When PostgreSQL refuses.
    pub fn migrated_database(&'static self) -> PostgresDatabase {
        let template = self.migrated.get_or_init(|| {
            let name = "migrated".to_owned();
            self.copy(EMPTY, &name);
            wait_for(migrate(self.url(&name))).expect("PostgreSQL can be migrated");
            name
        });
        self.create_database_from(template)
    }

    /// Makes a database without tables.
    ///
    /// # Panics
    ///
    /// When PostgreSQL refuses.
    pub fn empty_database(&'static self) -> PostgresDatabase {
        self.create_database_from(EMPTY)
    }

    /// Makes a database that is a copy of `template`, to which nobody may be connected.
    ///
    /// # Panics
    ///
    /// When PostgreSQL refuses.
    pub fn create_database_from(&'static self, template: &str) -> PostgresDatabase {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.copy(template, &name);
        PostgresDatabase {
            cluster: self,
            url: self.url(&name),
            name,
        }
    }

    fn copy(&self, template: &str, name: &str) {
        self.run(format!(
            "CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"
        ))
        .expect("PostgreSQL can make a database");
    }

    fn run(&self, statement: String) -> Result<(), DbErr> {
        let url = self.url("postgres");
        wait_for(async move {
            let administration = Database::connect(url).await?;
            administration.execute_unprepared(&statement).await?;
            administration.close().await
        })
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

impl PostgresDatabase {
    /// Where it is, as the hub's settings want it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let dropped = self.cluster.run(format!(
            "DROP DATABASE IF EXISTS {} WITH (FORCE)",
            self.name
        ));
        // It goes with the cluster in any case; to panic here would hide why a test failed.
        drop(dropped);
    }
}

async fn migrate(url: String) -> Result<(), DbErr> {
    let database = Database::connect(url).await?;
    Migrator::up(&database, None).await?;
    database.close().await
}

/// The folder of the newest `initdb` and `pg_ctl`, those on `PATH` before others.
fn find_programs() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| {
        ["initdb", "pg_ctl"]
            .iter()
            .all(|name| folder.join(name).is_file())
    };
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).find(complete).or_else(|| {
        fs::read_dir("/usr/lib/postgresql")
            .ok()?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|folder| complete(&folder.join("bin")))
            .max_by_key(|folder| folder.file_name()?.to_str()?.parse::<u32>().ok())
            .map(|folder| folder.join("bin"))
    })
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("a loopback port is free")
        .port()
}

/// Starts the keeper of a cluster, in a folder and a process group of its own, so that an
/// interrupt from the terminal does not reach it. Returns when the cluster answers, or with what
/// it had to complain about.
fn keep(programs: &Path, port: u16) -> Result<Child, String> {
    let folder = tempfile::Builder::new()
        .prefix("revhub-postgres-")
        .tempdir()
        .expect("a temporary folder can be made")
        .keep();
    let mut settings = SETTINGS.to_owned();
    writeln!(settings, "port = {port}").expect("a string can be written to");
    fs::write(folder.join("settings"), settings).expect("the temporary folder can be written to");

    let mut command = Command::new("sh");
    command
        .args(["-c", KEEPER, "sh"])
        .arg(programs)
        .arg(&folder);
    if let Some((user, group)) = unprivileged() {
        chown(&folder, Some(user), Some(group)).expect("root may give a folder away");
        command.uid(user).gid(group);
    }
    let mut keeper = command
        .current_dir(&folder)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell can be started");

    let mut said = BufReader::new(keeper.stdout.take().expect("it was asked for"));
    let mut line = String::new();
    said.read_line(&mut line)
        .expect("the shell can be listened to");
    if line == "ready\n" {
        return Ok(keeper);
    }
    said.read_to_string(&mut line)
        .expect("the shell can be listened to");
    keeper.wait().expect("the shell can be waited for");
    Err(line)
}

/// The user and group to run PostgreSQL as, which refuses root: `postgres`, where we are root.
fn unprivileged() -> Option<(u32, u32)> {
    let ask = |arguments: &[&str]| -> Option<u32> {
        let answer = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(answer.stdout).ok()?.trim().parse().ok()
    };
    if ask(&["-u"]) == Some(0) {
        let missing = "root starts PostgreSQL as the user `postgres`, who is missing";
        Some((
            ask(&["-u", "postgres"]).expect(missing),
            ask(&["-g", "postgres"]).expect(missing),
        ))
    } else {
        None
    }
}
