//! The job's own account: how far it is, and how many rows had which outcome.

use std::{collections::BTreeMap, path::PathBuf};

use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use entity::import_job::{self, ImportStatus};

use crate::{
    intake::{ImportError, csv::Row},
    store,
};

use super::{
    Import,
    files::Source,
    outcome::{Counts, Outcome, Outcomes},
};

/// One file of a job, as `import_job.sources` keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Progress {
    /// Where it lies.
    file: String,
    bytes: u64,
    /// Whether the mapping has an entry for it.
    claimed: bool,
    /// Rows read.
    rows: u64,
    /// The last line that is done.
    line: u64,
    /// Rows that point to rows that may still come.
    pending: u64,
}

/// A job that runs.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) id: Uuid,
    files: Vec<Progress>,
    /// By file, then by entity; `""` are rows that no rule takes or that cannot be read.
    counts: Vec<BTreeMap<String, Counts>>,
}

/// What an import did.
#[derive(Debug)]
pub struct Summary {
    /// The job; none after a dry run.
    pub job: Option<Uuid>,
    /// What became of each file.
    pub files: Vec<FileSummary>,
    /// The first rows that were rejected or that somebody has to look at.
    pub problems: Vec<Problem>,
    /// Where the rejected rows are.
    pub rejected_files: Vec<PathBuf>,
    /// Why rejected rows could not be written to files, where they could not.
    pub not_written: Option<ImportError>,
    /// Files with rejected rows of imports before, in the folders: they are imported only by name.
    pub left_alone: Vec<PathBuf>,
}

/// What became of one file.
#[derive(Clone, Debug)]
pub struct FileSummary {
    /// Its name.
    pub name: String,
    /// Whether the mapping has an entry for it.
    pub claimed: bool,
    /// Rows read.
    pub rows: u64,
    /// By entity; `""` are rows that no rule takes or that cannot be read.
    pub counts: BTreeMap<String, Counts>,
}

/// A row that needs attention.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// Why.
    pub reason: String,
}

impl Summary {
    /// All outcomes of one entity, over all files.
    #[must_use]
    pub fn of(&self, entity: &str) -> Counts {
        let mut sum = Counts::default();
        for counts in self.files.iter().filter_map(|file| file.counts.get(entity)) {
            sum.created += counts.created;
            sum.updated += counts.updated;
            sum.unchanged += counts.unchanged;
            sum.merged += counts.merged;
            sum.needs_review += counts.needs_review;
            sum.rejected += counts.rejected;
            sum.left_out += counts.left_out;
        }
        sum
    }

    /// Rows that were rejected although the mapping does not say so.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.files
            .iter()
            .flat_map(|file| file.counts.values())
            .map(|counts| counts.rejected - counts.left_out)
            .sum()
    }
}

impl Job {
    /// Writes a new job.
    pub(super) async fn begin(
        tx: &DatabaseTransaction,
        now: DateTime<Utc>,
        import: &Import,
        sources: &[Source<'_>],
    ) -> Result<Self, ImportError> {
        let files = sources.iter().map(|source| Progress {
            file: path_of(source),
            bytes: source.bytes,
            claimed: source.rules.is_some(),
            rows: 0,
            line: 0,
            pending: 0,
        });
        let job = Self {
            id: Uuid::now_v7(),
            files: files.collect(),
            counts: vec![BTreeMap::new(); sources.len()],
        };
        let row = import_job::Model {
            id: job.id,
            name: import.mapping.name.chars().take(200).collect(),
            mapping: import.mapping.text.clone(),
            sources: job.sources_json(),
            dry_run: import.dry_run,
            status: ImportStatus::Running,
            started_at: now,
            finished_at: None,
            counts: job.counts_json(),
            created_by: None,
        };
        store::import::begin(tx, row).await?;
        Ok(job)
    }

    /// Reads how far a job came, and says that it goes on.
    pub(super) async fn resume(
        tx: &DatabaseTransaction,
        id: Uuid,
        sources: &[Source<'_>],
    ) -> Result<Self, ImportError> {
        let row = store::import::find(tx, id)
            .await?
            .ok_or_else(|| ImportError::Refused(format!("there is no import job {id}")))?;
        if row.status == ImportStatus::Reverted || row.status == ImportStatus::Done {
            return Err(ImportError::Refused(format!(
                "the import job {id} is finished: there is nothing to resume"
            )));
        }
        let files: Vec<Progress> = serde_json::from_value(row.sources).map_err(not_a_job)?;
        let same = files.len() == sources.len()
            && files
                .iter()
                .zip(sources)
                .all(|(file, source)| file.file == path_of(source) && file.bytes == source.bytes);
        if !same {
            return Err(ImportError::Refused(format!(
                "the files are not those of the import job {id}: import them anew, what is there is \
                 recognised"
            )));
        }
        store::import::set_status(tx, id, ImportStatus::Running, None).await?;
        Ok(Self {
            id,
            files,
            counts: serde_json::from_value(row.counts).map_err(not_a_job)?,
        })
    }

    /// The names of its files.
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.files.iter().map(|file| {
            let name = std::path::Path::new(&file.file).file_name();
            name.map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default()
        });
        names.collect()
    }

    /// The last line of a file that is done.
    pub(super) fn line(&self, file: usize) -> u64 {
        self.files.get(file).map_or(0, |file| file.line)
    }

    /// Whether rows of a file point to rows that may have come since.
    pub(super) fn is_pending(&self, file: usize) -> bool {
        self.files.get(file).is_some_and(|file| file.pending > 0)
    }

    /// Counts what became of rows.
    pub(super) fn count(&mut self, file: usize, rows: &[Row], outcomes: &Outcomes) {
        if let Some(progress) = self.files.get_mut(file) {
            progress.rows += u64::try_from(rows.len()).unwrap_or(0);
            progress.line = rows.last().map_or(progress.line, |row| row.line);
            let pending = outcomes.0.values().filter(|outcome| outcome.pending);
            progress.pending += u64::try_from(pending.count()).unwrap_or(0);
        }
        self.count_outcomes(file, outcomes);
    }

    /// Counts outcomes that take the place of others, which [`Self::uncount`] took back.
    pub(super) fn count_outcomes(&mut self, file: usize, outcomes: &Outcomes) {
        for ((_, entity), outcome) in &outcomes.0 {
            self.count_one(file, entity, outcome);
        }
    }

    /// Counts what became of one row for one entity.
    pub(super) fn count_one(&mut self, file: usize, entity: &str, outcome: &Outcome) {
        if let Some(counts) = self.counts.get_mut(file) {
            counts.entry(entity.to_owned()).or_default().add(outcome);
        }
    }

    /// Takes back what was counted before a row was looked at again.
    pub(super) fn uncount(&mut self, file: usize, row: &entity::import_row::Model) {
        if let Some(counts) = self.counts.get_mut(file)
            && let Some(counts) = counts.get_mut(&row.entity)
        {
            counts.remove(row.outcome);
        }
    }

    /// Counts rows of a file that the mapping has no entry for.
    pub(super) fn count_unclaimed(&mut self, file: usize, rows: &[Row]) {
        if let Some(progress) = self.files.get_mut(file) {
            progress.rows += u64::try_from(rows.len()).unwrap_or(0);
            progress.line = rows.last().map_or(progress.line, |row| row.line);
        }
    }

    /// Writes how far the job is, in the transaction that brought it there.
    pub(super) async fn checkpoint(&self, tx: &DatabaseTransaction) -> Result<(), ImportError> {
        store::import::checkpoint(tx, self.id, self.sources_json(), self.counts_json()).await?;
        Ok(())
    }

    pub(super) fn summary(&self, dry_run: bool, sources: &[Source<'_>]) -> Summary {
        let files = self.files.iter().zip(&self.counts).zip(sources);
        Summary {
            job: (!dry_run).then_some(self.id),
            files: files
                .map(|((progress, counts), source)| FileSummary {
                    name: source.name.clone(),
                    claimed: progress.claimed,
                    rows: progress.rows,
                    counts: counts.clone(),
                })
                .collect(),
            problems: Vec::new(),
            rejected_files: Vec::new(),
            not_written: None,
            left_alone: Vec::new(),
        }
    }

    fn sources_json(&self) -> serde_json::Value {
        serde_json::to_value(&self.files).unwrap_or_default()
    }

    fn counts_json(&self) -> serde_json::Value {
        serde_json::to_value(&self.counts).unwrap_or_default()
    }
}

/// The whole path, so that the job can be resumed from elsewhere.
fn path_of(source: &Source<'_>) -> String {
    let path = source.path.canonicalize();
    path.as_ref()
        .unwrap_or(&source.path)
        .to_string_lossy()
        .into_owned()
}

/// Where the files of a job lie, from its `sources`.
pub(super) fn paths(sources: serde_json::Value) -> Result<Vec<PathBuf>, ImportError> {
    let files: Vec<Progress> = serde_json::from_value(sources).map_err(not_a_job)?;
    Ok(files.into_iter().map(|file| file.file.into()).collect())
}

fn not_a_job(_error: serde_json::Error) -> ImportError {
    ImportError::Refused("the import job was written by another version: import anew".to_owned())
}
