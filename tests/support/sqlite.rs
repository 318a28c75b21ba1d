//! A SQLite database in a file of its own.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot have its database fails"
)]

use std::{fs, path::PathBuf, sync::OnceLock};

use migration::{Migrator, MigratorTrait};
use sea_orm::{Database, DbErr};
use tempfile::TempDir;

use crate::database::wait_for;

/// A database of one test; its folder is removed with this value.
#[derive(Debug)]
pub struct SqliteDatabase {
    folder: TempDir,
    url: String,
}

impl SqliteDatabase {
    /// Makes a database without tables.
    ///
    /// # Panics
    ///
    /// When the temporary folder cannot be written to.
    #[must_use]
    pub fn empty() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("revhub-sqlite-")
            .tempdir()
            .expect("a temporary folder can be made");
        let url = format!("sqlite://{}?mode=rwc", file_in(&folder).display());
        Self { folder, url }
    }

    /// Makes a database with the tables of the hub: a copy of one that was migrated once.
    ///
    /// # Panics
    ///
    /// When the temporary folder cannot be written to.
    #[must_use]
    pub fn migrated() -> Self {
        static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let database = Self::empty();
            wait_for(migrate(&database.url)).expect("SQLite can be migrated");
            fs::read(database.file()).expect("a file that was written can be read")
        });
        let database = Self::empty();
        fs::write(database.file(), template).expect("the temporary folder can be written to");
        database
    }

    /// Where it is, as the hub's settings want it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The file that it is in.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        file_in(&self.folder)
    }
}

fn file_in(folder: &TempDir) -> PathBuf {
    folder.path().join("hub.sqlite")
}

async fn migrate(url: &str) -> Result<(), DbErr> {
    let database = Database::connect(url).await?;
    Migrator::up(&database, None).await?;
    database.close().await
}
