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
mod derive;
mod draft;
mod files;
mod identity;
mod job;
mod links;
mod outcome;
mod plan;
mod rejected;
mod second_pass;
mod write;

use std::path::PathBuf;

use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use entity::import_job::ImportStatus;

use crate::{clock::Clock, database::Database, store};

use super::{ImportError, csv, mapping::Mapping};

use batch::Context;
use files::Source;
use job::Job;
use plan::Plan;

pub use job::{FileSummary, Problem, Summary};
pub use outcome::Counts;

/// Rows of one transaction.
const BATCH: usize = 1000;

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

/// Where transactions come from.
enum Session<'d> {
    /// Each is kept when it commits.
    Kept(&'d Database),
    /// All lie in one that is taken back in the end.
    Dry(DatabaseTransaction),
}

impl Session<'_> {
    async fn begin(&self) -> Result<DatabaseTransaction, ImportError> {
        use sea_orm::TransactionTrait;
        Ok(match self {
            Self::Kept(database) => database.begin().await?,
            Self::Dry(outer) => outer.begin().await?,
        })
    }
}

/// An import that runs.
struct Run<'d> {
    session: Session<'d>,
    clock: &'d Clock,
    job: Job,
    known: derive::Known,
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
    let session = if import.dry_run {
        Session::Dry(database.begin().await?)
    } else {
        Session::Kept(database)
    };
    let mut run = Run::begin(session, clock, import, &sources).await?;
    let done = run.all(&sources, progress).await;
    if done.is_err() && !import.dry_run {
        run.set_status(ImportStatus::Failed).await?;
    }
    done?;
    run.set_status(ImportStatus::Done).await?;
    let mut summary = run.job.summary(import.dry_run, &sources);
    summary.problems = run.problems().await?;
    if let Some(folder) = import.rejected_to.as_ref().filter(|_| !import.dry_run) {
        summary.rejected_files = run.write_rejected(&sources, folder).await?;
    }
    if let Session::Dry(outer) = run.session {
        outer.rollback().await?;
    }
    Ok(summary)
}

impl<'d> Run<'d> {
    async fn begin(
        session: Session<'d>,
        clock: &'d Clock,
        import: &Import,
        sources: &[Source<'_>],
    ) -> Result<Self, ImportError> {
        let tx = session.begin().await?;
        let reasons = store::table::Table::of::<entity::reason_code::Entity>();
        let lost = store::lookup::ids_by(
            &tx,
            &reasons,
            ("key", "id"),
            Some(("kind", "LOST")),
            ["UNKNOWN"].into_iter(),
        );
        let known = derive::Known {
            lost_unknown: lost.await?.remove("UNKNOWN"),
            ..derive::Known::default()
        };
        let job = match import.resume {
            None => Job::begin(&tx, clock.now(), import, sources).await?,
            Some(id) => Job::resume(&tx, id, sources).await?,
        };
        tx.commit().await?;
        Ok(Self {
            session,
            clock,
            job,
            known,
        })
    }

    async fn all(
        &mut self,
        sources: &[Source<'_>],
        progress: &mut dyn Progress,
    ) -> Result<(), ImportError> {
        for (file, source) in sources.iter().enumerate() {
            progress.file(&source.name, source.bytes);
            self.file(file, source, progress).await?;
            progress.end();
        }
        self.second_pass(sources).await
    }

    /// Reads one file to its end, from where the job had come to.
    async fn file(
        &mut self,
        file: usize,
        source: &Source<'_>,
        progress: &mut dyn Progress,
    ) -> Result<(), ImportError> {
        let failed = |error| ImportError::File(source.path.clone(), error);
        let mut reader = source.open()?;
        let plan = source.plan(&reader)?;
        let done = self.job.line(file);
        let mut rows = Vec::with_capacity(BATCH);
        loop {
            let row = reader.next_row().map_err(failed)?;
            let ended = row.is_none();
            rows.extend(row.filter(|row| row.line > done));
            if rows.len() == BATCH || (ended && !rows.is_empty()) {
                match &plan {
                    Some(plan) => self.batch(file, plan, &rows).await?,
                    None => self.job.count_unclaimed(file, &rows),
                }
                progress.advance(u64::try_from(rows.len()).unwrap_or(0), reader.bytes());
                rows.clear();
            }
            if ended {
                return Ok(());
            }
        }
    }

    /// Writes rows in one transaction; where some of them are refused, in several smaller ones, down to
    /// the row at fault.
    async fn batch(
        &mut self,
        file: usize,
        plan: &Plan<'_>,
        rows: &[csv::Row],
    ) -> Result<(), ImportError> {
        let mut parts = vec![rows];
        while let Some(part) = parts.pop() {
            let context = self.context(file);
            let tx = self.session.begin().await?;
            match batch::process(&tx, &context, plan, part, None).await {
                Ok(outcomes) => {
                    store::import::insert_rows(&tx, batch::stored(&context, part, &outcomes))
                        .await?;
                    let mut job = self.job.clone();
                    job.count(file, part, &outcomes);
                    job.checkpoint(&tx).await?;
                    tx.commit().await?;
                    self.job = job;
                }
                Err(error) if error.is_about_rows() => {
                    tx.rollback().await?;
                    match part {
                        [row] => self.refused(file, row).await?,
                        _ => {
                            let (first, second) = part.split_at(part.len() / 2);
                            parts.push(second);
                            parts.push(first);
                        }
                    }
                }
                Err(batch::BatchError::Database(error)) => return Err(error.into()),
                Err(batch::BatchError::Conflict) => {}
            }
        }
        Ok(())
    }

    /// Rejects a row that the database does not take.
    async fn refused(&mut self, file: usize, row: &csv::Row) -> Result<(), ImportError> {
        let reason = format!(
            "line {}: it contradicts a row that is there already, for example by the same e-mail \
             address, code or domain",
            row.line
        );
        let mut outcomes = outcome::Outcomes::default();
        outcomes.add(0, "", outcome::Outcome::rejected(reason));
        let context = self.context(file);
        let rows = std::slice::from_ref(row);
        let tx = self.session.begin().await?;
        store::import::insert_rows(&tx, batch::stored(&context, rows, &outcomes)).await?;
        self.job.count(file, rows, &outcomes);
        self.job.checkpoint(&tx).await?;
        tx.commit().await?;
        Ok(())
    }

    fn context(&self, file: usize) -> Context {
        Context {
            job: self.job.id,
            file: i32::try_from(file).unwrap_or(i32::MAX),
            now: self.clock.now(),
            known: self.known.clone(),
            second_pass: false,
            last_chance: false,
        }
    }

    async fn set_status(&self, status: ImportStatus) -> Result<(), ImportError> {
        let tx = self.session.begin().await?;
        store::import::set_status(&tx, self.job.id, status, Some(self.clock.now())).await?;
        tx.commit().await?;
        Ok(())
    }
}
