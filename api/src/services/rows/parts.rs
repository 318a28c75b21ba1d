//! Writing a list in parts, where the database refuses the whole of it and does not say which of its rows it is.

use std::ops::Range;

use sea_orm::{DatabaseTransaction, TransactionTrait};

use crate::{
    auth::Outdated,
    error::{ApiError, Problem},
};

use super::{Order, Refused, RowWriter, Written, refusal};
use crate::services::write::Write;

impl RowWriter {
    /// Writes a list as a whole. Where the database refuses that, nothing is written, and it is refused for the
    /// rows that it is about.
    pub(super) async fn attempt_whole(
        &self,
        write: &Write<'_>,
        order: &Order,
        refused: &mut Refused,
    ) -> Result<Written, ApiError> {
        let savepoint = write.tx.begin().await?;
        let inner = write.within(&savepoint);
        let error = match self.attempt(&inner, order, refused).await {
            Ok(written) => {
                keep(write, inner.outdated(), savepoint).await?;
                return Ok(written);
            }
            Err(error) => error,
        };
        savepoint.rollback().await?;
        let Some(problem) = refusal(order, &error) else {
            return Err(error);
        };
        let savepoint = write.tx.begin().await?;
        let trial = write.within(&savepoint);
        self.write_parts(&trial, order, refused).await?;
        savepoint.rollback().await?;
        if refused.0.is_empty() {
            return Err(ApiError::Input(vec![problem]));
        }
        Ok(Written::default())
    }

    /// Writes a list in halves, and those that the database refuses in halves again, until what is refused is one
    /// row.
    pub(super) async fn write_parts(
        &self,
        write: &Write<'_>,
        order: &Order,
        refused: &mut Refused,
    ) -> Result<Written, ApiError> {
        let mut written = Written::default();
        let whole = 0..order.items.len();
        let mut left = Vec::from([whole]);
        while let Some(part) = left.pop() {
            let mut known = refused.part(&part);
            let result = self.write_part(write, order, &part, &mut known).await?;
            refused.join(&part, known);
            match result {
                Part::Written(done) => {
                    let done = done.outcomes.into_iter();
                    let done = done.map(|(index, outcome)| (part.start + index, outcome));
                    written.outcomes.extend(done);
                }
                Part::Late => left.push(part),
                Part::Refused(problem) => match halves(&part) {
                    Some([first, second]) => left.extend([second, first]),
                    None => refused.add(part.start, problem),
                },
            }
        }
        Ok(written)
    }

    async fn write_part(
        &self,
        write: &Write<'_>,
        order: &Order,
        part: &Range<usize>,
        refused: &mut Refused,
    ) -> Result<Part, ApiError> {
        let items = order.items.get(part.clone()).unwrap_or_default();
        let order = Order {
            items: items.to_vec(),
            atomic: false,
            ..*order
        };
        let savepoint = write.tx.begin().await?;
        let inner = write.within(&savepoint);
        match self.attempt(&inner, &order, refused).await {
            Ok(written) if written.late => {
                savepoint.rollback().await?;
                Ok(Part::Late)
            }
            Ok(written) => {
                keep(write, inner.outdated(), savepoint).await?;
                Ok(Part::Written(written))
            }
            Err(error) => {
                savepoint.rollback().await?;
                let problem = refusal(&order, &error);
                problem.map(Part::Refused).ok_or(error)
            }
        }
    }
}

/// What became of a part of a list.
enum Part {
    /// It was written.
    Written(Written),
    /// What is wrong was seen only once it was written, and is refused from now on.
    Late,
    /// The database refused it.
    Refused(Problem),
}

/// The halves of a part; none of one row.
fn halves(part: &Range<usize>) -> Option<[Range<usize>; 2]> {
    let middle = part.start + part.len() / 2;
    (part.len() > 1).then_some([part.start..middle, middle..part.end])
}

/// Keeps what was written in a savepoint, and by which those are `outdated` who are not any more as they were.
pub(super) async fn keep(
    write: &Write<'_>,
    outdated: Vec<Outdated>,
    savepoint: DatabaseTransaction,
) -> Result<(), ApiError> {
    savepoint.commit().await?;
    for callers in outdated {
        write.outdates(callers);
    }
    Ok(())
}

impl Refused {
    /// What is wrong with the rows of a part, by their index in it.
    fn part(&self, part: &Range<usize>) -> Self {
        let inside = self.0.range(part.clone());
        let inside = inside.map(|(index, problems)| (index - part.start, problems.clone()));
        Self(inside.collect())
    }

    /// Takes over what is known to be wrong with the rows of a part by now.
    fn join(&mut self, part: &Range<usize>, known: Self) {
        let known = known.0.into_iter();
        self.0
            .extend(known.map(|(index, problems)| (part.start + index, problems)));
    }
}
