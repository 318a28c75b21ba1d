//! A second look at rows that point to rows that had not come yet. They wait in the database, with
//! their text, so their number does not matter.

use std::collections::HashSet;

use entity::import_row::{self, ImportOutcome};

use crate::{
    intake::{
        ImportError,
        csv::{Cells, Row},
    },
    store,
};

use super::{
    BATCH,
    batch::{self, Context},
    files::Source,
    plan::Plan,
    reading::Reading,
    run::Run,
};

/// How often rows that wait for one another are looked at again.
const ROUNDS: usize = 5;

impl Run<'_> {
    /// Looks again at what waits, as long as it helps, and once more to say what never came.
    pub(super) async fn second_pass(&mut self, sources: &[Source<'_>]) -> Result<(), ImportError> {
        let waiting: Vec<usize> = (0..sources.len())
            .filter(|file| self.job.is_pending(*file))
            .collect();
        for round in 1..=ROUNDS {
            let mut resolved = 0;
            for file in &waiting {
                if let Some(source) = sources.get(*file) {
                    resolved += self.look_again(*file, source, round == ROUNDS).await?;
                }
            }
            if resolved == 0 && round < ROUNDS {
                for file in &waiting {
                    if let Some(source) = sources.get(*file) {
                        self.look_again(*file, source, true).await?;
                    }
                }
                break;
            }
        }
        Ok(())
    }

    /// Looks again at the rows of a file that somebody would have to look at; returns how many are
    /// all right now.
    async fn look_again(
        &mut self,
        file: usize,
        source: &Source<'_>,
        last_chance: bool,
    ) -> Result<u64, ImportError> {
        let Some(plan) = source.plan(&source.open()?)? else {
            return Ok(0);
        };
        let mut resolved = 0;
        let mut after = 0;
        loop {
            let mut page = self.waiting_rows(file, after).await?;
            let Some(last) = page.last() else {
                return Ok(resolved);
            };
            after = last.line;
            // Only what was kept with its text waits for something.
            page.retain(|row| row.raw.is_some());
            resolved += self.try_again(file, &plan, &page, last_chance).await?;
        }
    }

    /// The next rows that wait, all entities of a line together.
    async fn waiting_rows(
        &self,
        file: usize,
        after: i64,
    ) -> Result<Vec<import_row::Model>, ImportError> {
        let context = self.context(file);
        let limit = u64::try_from(BATCH).unwrap_or(u64::MAX);
        let tx = self.session.begin().await?;
        let outcome = ImportOutcome::NeedsReview;
        let mut page =
            store::import::rows_with(&tx, context.job, context.file, outcome, after, limit).await?;
        tx.commit().await?;
        if page.len() == BATCH
            && let Some(last) = page.last().map(|row| row.line)
            && page.first().is_some_and(|first| first.line != last)
        {
            page.retain(|row| row.line != last);
        }
        Ok(page)
    }

    async fn try_again(
        &mut self,
        file: usize,
        plan: &Plan<'_>,
        page: &[import_row::Model],
        last_chance: bool,
    ) -> Result<u64, ImportError> {
        let mut rows: Vec<Row> = Vec::new();
        let mut only = HashSet::new();
        for waiting in page.iter().filter(|row| !row.entity.is_empty()) {
            let line = u64::try_from(waiting.line).unwrap_or(0);
            only.insert((line, waiting.entity.as_str()));
            if rows.last().is_none_or(|row| row.line != line) {
                rows.push(Row {
                    line,
                    cells: Cells::from_csv(waiting.raw.as_deref().unwrap_or_default()),
                    problem: None,
                });
            }
        }
        let context = Context {
            second_pass: true,
            last_chance,
            ..self.context(file)
        };
        let reading = Reading::of(plan, &rows, Some(&only));
        let tx = self.session.begin().await?;
        let outcomes = match batch::process(&tx, &context, &rows, reading).await {
            Ok(outcomes) => outcomes,
            // They keep the outcome that they have: kept as far as possible, to be looked at.
            Err(error) if error.is_about_rows() => {
                tx.rollback().await?;
                return Ok(0);
            }
            Err(batch::BatchError::Database(error)) => return Err(error.into()),
            Err(batch::BatchError::Conflict) => return Ok(0),
        };
        let mut job = self.job.clone();
        for old in page.iter().filter(|row| !row.entity.is_empty()) {
            store::import::delete_row(&tx, old).await?;
            job.uncount(file, old);
        }
        store::import::insert_rows(&tx, batch::stored(&context, &rows, &outcomes)).await?;
        job.count_outcomes(file, &outcomes);
        job.checkpoint(&tx).await?;
        tx.commit().await?;
        self.job = job;
        let resolved = outcomes.0.values().filter(|outcome| {
            !matches!(
                outcome.kind,
                ImportOutcome::NeedsReview | ImportOutcome::Rejected
            )
        });
        Ok(u64::try_from(resolved.count()).unwrap_or(0))
    }
}
