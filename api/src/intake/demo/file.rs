//! The demo as an SQLite file of its own: there whole, or not at all.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use super::{
    Plan,
    write::{WriteError, Written, write},
};
use crate::{
    database::{Database, Options, migrations},
    store::demo as store,
};

/// Makes the year of `plan` into `file`, in the place of what was there, telling `progress` how many
/// leads are in.
///
/// It is filled under another name, without waiting for the disk, and takes its own name once it is
/// complete and on the disk: whatever interrupts this leaves no half of a demo behind.
///
/// # Errors
///
/// Returns [`WriteError`] when the file cannot be written.
pub async fn build(
    file: &Path,
    plan: Plan,
    now: DateTime<Utc>,
    progress: impl FnMut(u64),
) -> Result<Written, WriteError> {
    let part = with_suffix(file, ".part");
    remove(&part)?;
    let database = Database::connect(&Options::new(format!("sqlite://{}", part.display()))).await?;
    migrations::apply(&database).await?;
    let indexes = store::begin_load(&database).await?;
    let written = write(&database, plan, now, progress).await?;
    store::end_load(&database, indexes).await?;
    // The last connection to leave moves the write-ahead log into the file.
    database.close().await;
    File::open(&part)?.sync_all()?;
    remove(file)?;
    fs::rename(&part, file)?;
    Ok(written)
}

/// Removes an SQLite file and what belongs to it, if there is one.
fn remove(file: &Path) -> io::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        match fs::remove_file(with_suffix(file, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
