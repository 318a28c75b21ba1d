//! Runs an import: reads files in batches, puts them through their rules, and keeps account of every
//! row.
//!
//! A batch is one transaction: the rows, how other systems call them, what became of every line, the
//! change log and how far the job is. So a run that is killed has lost nothing, and the same files
//! again, or the same job resumed, end in the same state. What a batch needs of the dataset is looked
//! up for it, so memory does not grow with the files.

mod apply;
mod batch;
mod companions;
mod draft;
mod files;
mod fresh;
mod identity;
mod job;
mod links;
mod meet;
mod outcome;
mod plan;
mod read;
mod reading;
mod reasons;
mod rejected;
mod run;
mod second_pass;
mod steps;
mod write;

use std::path::PathBuf;

use uuid::Uuid;

use entity::import_job::ImportStatus;

use crate::{clock::Clock, database::Database, store};

use super::{ImportError, mapping::Mapping};

use run::{Run, Session};

pub use job::{FileSummary, Problem, Summary};
pub use outcome::Counts;

/// Rows of one transaction.
const BATCH: usize = 5000;
/// Pages of 4 KiB that SQLite may keep of what it writes: 48 MiB.
const SQLITE_PAGES: u32 = 12288;

/// What to import.
#[derive(Debug)]
pub struct Import {
    /// What the files mean.
    pub mapping: Mapping,
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Whether to say only what would happen.
    pub dry_run: bool,
    /// Where rejected rows are written to; nowhere when not given.
    pub rejected_to: Option<PathBuf>,
    /// Goes on with this job, which was cut off.
    pub resume: Option<Uuid>,
}

impl Import {
    /// What the job `id`, which was cut off, still has to do.
    ///
    /// # Errors
    ///
    /// Returns [`ImportError`] when there is no such job or it cannot go on.
    pub async fn of_job(
        database: &Database,
        id: Uuid,
        rejected_to: Option<PathBuf>,
    ) -> Result<Self, ImportError> {
        let row = store::import::find(database.reads(), id)
            .await?
            .ok_or_else(|| ImportError::Refused(format!("there is no import job {id}")))?;
        ImportError::unless_demo(&row)?;
        Ok(Self {
            mapping: Mapping::parse(&row.name, &row.mapping).map_err(ImportError::Mapping)?,
            paths: job::paths(row.sources)?,
            dry_run: false,
            rejected_to,
            resume: Some(id),
        })
    }
}

/// Is told how far an import is.
pub trait Progress: Send {
    /// A file of so many bytes begins.
    fn file(&mut self, name: &str, bytes: u64);
    /// So many rows and bytes of it are done.
    fn advance(&mut self, rows: u64, bytes: u64);
    /// It is done.
    fn end(&mut self);
}

/// Tells nobody.
#[derive(Debug)]
pub struct Silent;

impl Progress for Silent {
    fn file(&mut self, _name: &str, _bytes: u64) {}
    fn advance(&mut self, _rows: u64, _bytes: u64) {}
    fn end(&mut self) {}
}

/// Runs an import to its end.
///
/// # Errors
///
/// Returns [`ImportError`] when a file or the mapping cannot be used (nothing is written then), or
/// the database fails (the batches before are kept, and the job can be resumed).
pub async fn run(
    database: &Database,
    clock: &Clock,
    import: &Import,
    progress: &mut dyn Progress,
) -> Result<Summary, ImportError> {
    let sources = files::gather(&import.mapping, &import.paths)?;
    let rejected_to = import.rejected_to.as_ref().filter(|_| !import.dry_run);
    if let Some(folder) = rejected_to {
        rejected::prepare(folder)?;
    }
    store::import::make_room(database.writes(), SQLITE_PAGES).await?;
    let session = if import.dry_run {
        Session::Dry(database.begin().await?)
    } else {
        Session::Kept(database)
    };
    let mut run = Run::begin(session, clock, import, &sources).await?;
    if let Err(error) = run.all(&sources, progress).await {
        // Where the database has failed, this may fail too: then the job looks cut off, as it is.
        let _noted = run.set_status(ImportStatus::Failed).await;
        return Err(error);
    }
    run.set_status(ImportStatus::Done).await?;
    let mut summary = run.job.summary(import.dry_run, &sources);
    summary.problems = run.problems().await?;
    summary.left_alone = files::left_alone(&import.paths)?;
    if let Some(folder) = rejected_to {
        // The import itself is done, and whoever started it must see what it did.
        let written = &mut summary.rejected_files;
        summary.not_written = run.write_rejected(&sources, folder, written).await.err();
    }
    if let Session::Dry(outer) = run.session {
        outer.rollback().await?;
    }
    Ok(summary)
}
