//! One import that runs: file by file, batch by batch.

use futures::future::join;
use sea_orm::{DatabaseTransaction, TransactionTrait};

use entity::{import_job::ImportStatus, reason_code};

use crate::{
    clock::Clock,
    database::Database,
    intake::{ImportError, csv},
    record::derive,
    store::{self, table::Table},
};

use super::{
    Import, Progress,
    batch::{self, Context},
    files::Source,
    job::Job,
    outcome,
    plan::Plan,
    reading::{Batch, Batches, Reading},
};

/// How often a batch is tried again when somebody else changes the same rows.
const RETRIES: u32 = 5;

/// Where transactions come from.
pub(super) enum Session<'d> {
    /// Each is kept when it commits.
    Kept(&'d Database),
    /// All lie in one that is taken back in the end.
    Dry(DatabaseTransaction),
}

impl Session<'_> {
    pub(super) async fn begin(&self) -> Result<DatabaseTransaction, ImportError> {
        Ok(match self {
            Self::Kept(database) => database.begin().await?,
            Self::Dry(outer) => outer.begin().await?,
        })
    }
}

/// An import that runs.
pub(super) struct Run<'d> {
    pub(super) session: Session<'d>,
    pub(super) clock: &'d Clock,
    pub(super) job: Job,
    known: derive::Known,
}

impl<'d> Run<'d> {
    pub(super) async fn begin(
        session: Session<'d>,
        clock: &'d Clock,
        import: &Import,
        sources: &[Source<'_>],
    ) -> Result<Self, ImportError> {
        let tx = session.begin().await?;
        let reasons = Table::of::<reason_code::Entity>();
        let lost = store::lookup::ids_by(
            &tx,
            &reasons,
            ("key", "id"),
            Some(("kind", "LOST")),
            ["UNKNOWN"].into_iter(),
        );
        let known = derive::Known {
            lost_unknown: lost.await?.remove("UNKNOWN"),
            need_notes: store::import::reasons_that_need_notes(&tx).await?,
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

    pub(super) async fn all(
        &mut self,
        sources: &[Source<'_>],
        progress: &mut dyn Progress,
    ) -> Result<(), ImportError> {
        for (file, source) in sources.iter().enumerate() {
            progress.file(&source.name, source.bytes);
            self.file(file, source, progress).await?;
            progress.end();
        }
        self.second_pass(sources).await?;
        self.steps(sources.len()).await
    }

    /// Reads one file to its end, from where the job had come to.
    pub(super) async fn file(
        &mut self,
        file: usize,
        source: &Source<'_>,
        progress: &mut dyn Progress,
    ) -> Result<(), ImportError> {
        let failed = |error| ImportError::File(source.path.clone(), error);
        let reader = source.open()?;
        let plan = source.plan(&reader)?;
        let mut batches = Batches {
            reader,
            plan: plan.as_ref(),
            done: self.job.line(file),
        };
        let mut next = batches.next().await.map_err(failed)?;
        while let Some(batch) = next {
            let (rows, bytes) = (batch.rows.len(), batch.bytes);
            // The database works on one batch while the next is read.
            let (written, read) =
                join(self.batch(file, plan.as_ref(), batch), batches.next()).await;
            written?;
            progress.advance(u64::try_from(rows).unwrap_or(0), bytes);
            next = read.map_err(failed)?;
        }
        Ok(())
    }

    /// Writes rows in one transaction; where some of them are refused, in several smaller ones, down to
    /// the row at fault.
    async fn batch<'p>(
        &mut self,
        file: usize,
        plan: Option<&'p Plan<'p>>,
        batch: Batch<'p>,
    ) -> Result<(), ImportError> {
        let rows = batch.rows;
        let Some(plan) = plan else {
            self.job.count_unclaimed(file, &rows);
            return Ok(());
        };
        let mut reading = batch.reading;
        let mut parts = vec![rows.as_slice()];
        let mut conflicts = 0;
        while let Some(part) = parts.pop() {
            let context = self.context(file);
            let reading = reading
                .take()
                .unwrap_or_else(|| Reading::of(plan, part, None));
            let tx = self.session.begin().await?;
            match batch::process(&tx, &context, part, reading).await {
                Ok(outcomes) => {
                    store::import::insert_rows(&tx, batch::stored(&context, part, &outcomes))
                        .await?;
                    let mut job = self.job.clone();
                    job.count(file, part, &outcomes);
                    job.checkpoint(&tx).await?;
                    tx.commit().await?;
                    self.job = job;
                }
                Err(batch::BatchError::Conflict) if conflicts < RETRIES => {
                    tx.rollback().await?;
                    conflicts += 1;
                    parts.push(part);
                }
                Err(batch::BatchError::Conflict) => {
                    return Err(ImportError::Refused(
                        "somebody else keeps changing the same rows: resume the import later"
                            .to_owned(),
                    ));
                }
                Err(error) if error.is_about_rows() => {
                    tx.rollback().await?;
                    if let [row] = part {
                        self.refused(file, row).await?;
                    } else {
                        let (first, second) = part.split_at(part.len() / 2);
                        parts.push(second);
                        parts.push(first);
                    }
                }
                Err(batch::BatchError::Database(error)) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Rejects a row that the database does not take.
    pub(super) async fn refused(&mut self, file: usize, row: &csv::Row) -> Result<(), ImportError> {
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

    pub(super) fn context(&self, file: usize) -> Context {
        Context {
            job: self.job.id,
            file: i32::try_from(file).unwrap_or(i32::MAX),
            now: self.clock.now(),
            known: self.known.clone(),
            second_pass: false,
            last_chance: false,
        }
    }

    pub(super) async fn set_status(&self, status: ImportStatus) -> Result<(), ImportError> {
        let tx = self.session.begin().await?;
        store::import::set_status(&tx, self.job.id, status, Some(self.clock.now())).await?;
        tx.commit().await?;
        Ok(())
    }
}
