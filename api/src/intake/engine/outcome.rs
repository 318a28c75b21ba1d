//! What became of rows: one outcome for each row and entity, and the sums.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use entity::import_row::ImportOutcome;

/// What became of one row for one entity.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) kind: ImportOutcome,
    pub(super) entity_id: Option<Uuid>,
    pub(super) reason: Option<String>,
    /// Left out because the mapping says so, not because something is wrong.
    pub(super) left_out: bool,
    /// Whether a row that it points to may still come.
    pub(super) pending: bool,
}

/// What became of the rows of a batch, by row and entity.
#[derive(Debug, Default)]
pub(super) struct Outcomes(pub(super) BTreeMap<(usize, &'static str), Outcome>);

impl Outcome {
    pub(super) fn new(kind: ImportOutcome) -> Self {
        Self {
            kind,
            entity_id: None,
            reason: None,
            left_out: false,
            pending: false,
        }
    }

    pub(super) fn rejected(reason: String) -> Self {
        Self {
            reason: Some(reason),
            ..Self::new(ImportOutcome::Rejected)
        }
    }

    pub(super) fn left_out(line: u64, why: &str) -> Self {
        Self {
            left_out: true,
            ..Self::rejected(format!("line {line}: the mapping leaves it out, as {why}"))
        }
    }

    /// Two rules of one entity for one row have one outcome: the one that asks for more attention.
    fn rank(&self) -> u8 {
        match self.kind {
            ImportOutcome::Rejected if self.left_out => 1,
            ImportOutcome::Unchanged => 0,
            ImportOutcome::Merged => 2,
            ImportOutcome::Updated => 3,
            ImportOutcome::Created => 4,
            ImportOutcome::NeedsReview => 5,
            ImportOutcome::Rejected => 6,
        }
    }
}

impl Outcomes {
    pub(super) fn add(&mut self, row: usize, entity: &'static str, outcome: Outcome) {
        match self.0.get_mut(&(row, entity)) {
            None => {
                self.0.insert((row, entity), outcome);
            }
            Some(known) => {
                let id = known.entity_id.or(outcome.entity_id);
                let pending = known.pending || outcome.pending;
                if outcome.rank() > known.rank() {
                    *known = outcome;
                }
                known.entity_id = known.entity_id.or(id);
                known.pending = pending;
            }
        }
    }

    /// Whether a rule took the row.
    pub(super) fn claimed(&self, row: usize) -> bool {
        self.0.range((row, "")..(row + 1, "")).next().is_some()
    }
}

/// How many rows had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// New rows.
    pub created: u64,
    /// Rows that were there and have changed.
    pub updated: u64,
    /// Rows that were there with the same values.
    pub unchanged: u64,
    /// Rows about somebody who was there under another key.
    pub merged: u64,
    /// Rows that were kept and that somebody has to look at.
    pub needs_review: u64,
    /// Rows that were not kept.
    pub rejected: u64,
    /// Those of the rejected that the mapping itself leaves out.
    pub left_out: u64,
}

impl Counts {
    pub(super) fn add(&mut self, outcome: &Outcome) {
        *self.of(outcome.kind) += 1;
        self.left_out += u64::from(outcome.left_out);
    }

    /// Takes back what was counted before a row got another outcome.
    pub(super) fn remove(&mut self, outcome: ImportOutcome) {
        let count = self.of(outcome);
        *count = count.saturating_sub(1);
    }

    fn of(&mut self, outcome: ImportOutcome) -> &mut u64 {
        match outcome {
            ImportOutcome::Created => &mut self.created,
            ImportOutcome::Updated => &mut self.updated,
            ImportOutcome::Unchanged => &mut self.unchanged,
            ImportOutcome::Merged => &mut self.merged,
            ImportOutcome::NeedsReview => &mut self.needs_review,
            ImportOutcome::Rejected => &mut self.rejected,
        }
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.created
            + self.updated
            + self.unchanged
            + self.merged
            + self.needs_review
            + self.rejected
    }
}
