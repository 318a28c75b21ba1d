//! Reading: from a file to drafts, which needs no database. While one batch is written, the next is
//! read.

use std::{collections::HashSet, io};

use tokio::task::yield_now;

use crate::intake::csv::{Reader, Row};

use super::{
    BATCH,
    draft::{self, Draft},
    outcome::Outcome,
    plan::{BoundRule, Plan},
};

/// After so many rows the batch that is being written may go on.
const STRIDE: usize = 64;

/// What the rules of a plan say about some rows.
pub(super) struct Reading<'p> {
    /// Rows that cannot be read at all, by their place among the rows, and why.
    pub(super) unusable: Vec<(usize, String)>,
    /// By rule, the rows that it takes.
    pub(super) rules: Vec<RuleReading<'p>>,
}

/// What one rule says about the rows that it takes.
pub(super) struct RuleReading<'p> {
    pub(super) rule: &'p BoundRule<'p>,
    pub(super) drafts: Vec<Draft<'p>>,
    /// What became of those that are of no use, by their place among the rows.
    pub(super) useless: Vec<(usize, Outcome)>,
}

impl<'p> Reading<'p> {
    /// Nothing is read yet.
    fn new(plan: &'p Plan<'p>) -> Self {
        let rules = plan.rules.iter().map(|rule| RuleReading {
            rule,
            drafts: Vec::new(),
            useless: Vec::new(),
        });
        Self {
            unusable: Vec::new(),
            rules: rules.collect(),
        }
    }

    /// Reads `rows`. `only` restricts them to some entities of some lines.
    pub(super) fn of(
        plan: &'p Plan<'p>,
        rows: &[Row],
        only: Option<&HashSet<(u64, &str)>>,
    ) -> Self {
        let mut reading = Self::new(plan);
        for (index, row) in rows.iter().enumerate() {
            reading.push(plan, index, row, only);
        }
        reading
    }

    fn push(
        &mut self,
        plan: &Plan<'_>,
        index: usize,
        row: &Row,
        only: Option<&HashSet<(u64, &str)>>,
    ) {
        if let Some(problem) = unusable(row, plan.width) {
            self.unusable.push((index, problem));
            return;
        }
        for reading in &mut self.rules {
            let entity = reading.rule.rule.entity.name;
            if only.is_some_and(|only| !only.contains(&(row.line, entity))) {
                continue;
            }
            match draft::evaluate(reading.rule, index, row) {
                Some(Ok(draft)) => reading.drafts.push(draft),
                Some(Err(outcome)) => reading.useless.push((index, outcome)),
                None => {}
            }
        }
    }
}

/// Why a row cannot be read at all.
fn unusable(row: &Row, width: usize) -> Option<String> {
    let line = row.line;
    if let Some(problem) = &row.problem {
        return Some(format!("line {line}: {problem}"));
    }
    if row.cells.is_blank() {
        return Some(format!("line {line}: every cell is empty"));
    }
    let cells = row.cells.len();
    (cells != width).then(|| match cells {
        1 => format!("line {line}: it has one cell, and the header {width}"),
        _ => format!("line {line}: it has {cells} cells, and the header {width}"),
    })
}

/// The batches of a file.
pub(super) struct Batches<'p> {
    pub(super) reader: Reader,
    /// None: the mapping has no entry for the file.
    pub(super) plan: Option<&'p Plan<'p>>,
    /// The lines up to this one are done.
    pub(super) done: u64,
}

/// Rows that are written together.
pub(super) struct Batch<'p> {
    pub(super) rows: Vec<Row>,
    /// None: the mapping has no entry for the file.
    pub(super) reading: Option<Reading<'p>>,
    /// How far into the file they go, in bytes.
    pub(super) bytes: u64,
}

impl<'p> Batches<'p> {
    /// The next rows; none at the end of the file.
    pub(super) async fn next(&mut self) -> io::Result<Option<Batch<'p>>> {
        let mut rows = Vec::with_capacity(BATCH);
        let mut reading = self.plan.map(Reading::new);
        while rows.len() < BATCH
            && let Some(row) = self.reader.next_row()?
        {
            if row.line <= self.done {
                continue;
            }
            if let (Some(plan), Some(reading)) = (self.plan, &mut reading) {
                reading.push(plan, rows.len(), &row, None);
            }
            rows.push(row);
            if rows.len() % STRIDE == 0 {
                yield_now().await;
            }
        }
        let bytes = self.reader.bytes();
        Ok((!rows.is_empty()).then_some(Batch {
            rows,
            reading,
            bytes,
        }))
    }
}
