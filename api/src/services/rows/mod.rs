//! Writing rows of the dataset in a caller's name: making, changing, deleting, bringing back and destroying them,
//! one or a thousand at a time.
//!
//! Every way goes the same steps: read the input, lock the rows, see what the caller may do with them as they
//! are now, look up what they refer to, settle what follows, write, and record it. Whatever is wrong with an
//! input is told at once.

mod alone;
mod draft;
mod identity;
mod in_use;
mod input;
mod moved;
mod own;
mod parts;
mod proviso;
mod reference;
mod remove;
mod rights;
mod rules;
mod save;
mod step;
pub(super) mod tree;

use std::collections::{BTreeMap, HashMap};

use sea_orm::TransactionTrait;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::{
    database::Refusal,
    dataset::{Entity, Step, dataset},
    error::{ApiError, Exceeded, Problem},
    record,
    store::{lookup, table::Record},
    views::Views,
};

use super::write::Write;
pub(super) use draft::Draft;
use parts::keep;
pub(super) use rights::{Rights, seen};
pub(super) use save::store;

/// How many rows may be written at once.
pub const MOST_ROWS: usize = 1_000;

/// What is done with rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// They are made.
    Make,
    /// They are changed.
    Update,
    /// They get another owner, for a reason.
    Assign,
    /// Those that are there are changed, and the others are made.
    Upsert,
    /// They are deleted, and can be restored.
    Delete,
    /// They are brought back.
    Restore,
    /// They are taken away for good, once they are deleted.
    Destroy,
    /// They take a step from one state to another.
    Step(&'static Step),
}

/// What a caller asks to be written.
#[derive(Clone, Debug)]
pub struct Order {
    /// The noun.
    pub entity: &'static Entity,
    /// What is done.
    pub deed: Deed,
    /// For each row what is said of it, and where in the request that stands.
    pub items: Vec<(String, Map<String, Json>)>,
    /// Whether nothing is written where one row cannot be.
    pub atomic: bool,
    /// Whether rows are made no matter who else has the same address: what the hub makes for somebody tells them nothing
    /// of rows that they do not see.
    pub another: bool,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was made.
    Created,
    /// It was changed.
    Updated,
    /// It was as it should be.
    Unchanged,
    /// It was deleted.
    Deleted,
    /// It was brought back.
    Restored,
    /// It was taken away for good.
    Destroyed,
}

/// For each row its id and what became of it, or what is wrong with it.
pub type Outcomes = Vec<Result<(Uuid, Outcome), Vec<Problem>>>;

/// Writes rows. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RowWriter {
    views: Views,
}

impl RowWriter {
    /// A writer of rows, with these roles.
    #[must_use]
    pub fn new(views: Views) -> Self {
        Self { views }
    }

    /// Writes what `order` says. Where that fails, whoever began the transaction takes back what was written in it.
    ///
    /// # Errors
    ///
    /// - [`ApiError::Input`] when something is wrong with a row and the order is atomic
    /// - [`ApiError::LimitExceeded`] when there are too many rows
    /// - [`ApiError::Internal`] when the database fails
    pub async fn write(&self, write: &Write<'_>, order: &Order) -> Result<Outcomes, ApiError> {
        if order.items.len() > MOST_ROWS {
            let number = |count| u64::try_from(count).unwrap_or(u64::MAX);
            return Err(ApiError::LimitExceeded(Exceeded {
                which: "rows_of_a_mutation",
                limit: number(MOST_ROWS),
                actual: number(order.items.len()),
            }));
        }
        if order.atomic {
            self.write_all(write, order).await
        } else {
            self.write_each(write, order).await
        }
    }

    /// Writes all rows, or fails.
    async fn write_all(&self, write: &Write<'_>, order: &Order) -> Result<Outcomes, ApiError> {
        let mut refused = Refused::default();
        let written = if order.items.len() > 1 {
            self.attempt_whole(write, order, &mut refused).await?
        } else {
            let written = self.attempt(write, order, &mut refused).await;
            written.map_err(|error| known(order, error))?
        };
        if refused.0.is_empty() {
            return written.outcomes(order, refused);
        }
        let problems = refused.0.into_values().flatten();
        Err(ApiError::Input(problems.collect()))
    }

    /// Writes the rows that can be written. What turned out to be wrong once it was written is taken back, with all
    /// that was written beside it, and the others are written again.
    async fn write_each(&self, write: &Write<'_>, order: &Order) -> Result<Outcomes, ApiError> {
        let mut refused = Refused::default();
        loop {
            let savepoint = write.tx.begin().await?;
            let inner = write.within(&savepoint);
            let written = self.attempt(&inner, order, &mut refused).await;
            if let Err(error) = &written
                && refusal(order, error).is_some()
            {
                savepoint.rollback().await?;
                let written = self.write_parts(write, order, &mut refused).await?;
                return written.outcomes(order, refused);
            }
            let written = written?;
            if written.late {
                savepoint.rollback().await?;
                continue;
            }
            keep(write, inner.outdated(), savepoint).await?;
            return written.outcomes(order, refused);
        }
    }

    async fn attempt(
        &self,
        write: &Write<'_>,
        order: &Order,
        refused: &mut Refused,
    ) -> Result<Written, ApiError> {
        match order.deed {
            Deed::Make | Deed::Update | Deed::Assign | Deed::Upsert => {
                save::save(write, &self.views, order, refused).await
            }
            Deed::Delete | Deed::Restore | Deed::Destroy => {
                remove::remove(write, order, refused).await
            }
            Deed::Step(taken) => step::take(write, &self.views, order, taken, refused).await,
        }
    }
}

/// What is wrong, by the index of the row.
#[derive(Debug, Default)]
struct Refused(BTreeMap<usize, Vec<Problem>>);

impl Refused {
    /// Adds what is wrong with a row, unless something is known to be wrong with the same part of it.
    fn add(&mut self, index: usize, problem: Problem) {
        let known = self.0.entry(index).or_default();
        let same = |it: &Problem| {
            let below = it.field.strip_prefix(problem.field.as_str());
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if !known.iter().any(same) {
            known.push(problem);
        }
    }

    /// Adds what is wrong with a row; whether nothing is.
    fn accepts(&mut self, index: usize, problems: impl IntoIterator<Item = Problem>) -> bool {
        let mut fine = true;
        for problem in problems {
            self.add(index, problem);
            fine = false;
        }
        fine
    }
}

/// What became of the rows, by their index.
#[derive(Debug, Default)]
struct Written {
    outcomes: BTreeMap<usize, (Uuid, Outcome)>,
    /// Whether something turned out to be wrong after it was written.
    late: bool,
}

impl Written {
    /// Nothing yet: what is left is to be written again.
    fn again() -> Self {
        Self {
            late: true,
            ..Self::default()
        }
    }

    /// For each row of `order` what became of it, or why it was refused.
    fn outcomes(&self, order: &Order, mut refused: Refused) -> Result<Outcomes, ApiError> {
        let of = |index| match (refused.0.remove(&index), self.outcomes.get(&index)) {
            (Some(problems), _) => Ok(Err(problems)),
            (None, Some(outcome)) => Ok(Ok(*outcome)),
            (None, None) => Err(ApiError::internal("a row that nothing became of")),
        };
        (0..order.items.len()).map(of).collect()
    }
}

/// Makes the rows of `order`, and says the id of each or what is wrong with it.
pub(super) async fn made(
    write: &Write<'_>,
    views: &Views,
    order: &Order,
) -> Result<Vec<Result<Uuid, Vec<Problem>>>, ApiError> {
    let mut refused = Refused::default();
    let written = save::save(write, views, order, &mut refused).await?;
    let outcomes = written.outcomes(order, refused)?.into_iter();
    Ok(outcomes.map(|outcome| outcome.map(|(id, _)| id)).collect())
}

/// These columns of the rows of the noun with those ids.
pub(super) async fn columns(
    write: &Write<'_>,
    noun: &str,
    names: &[&str],
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Record>, ApiError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let record = record_of(noun)?;
    let positions = names.iter().filter_map(|name| record.position(name));
    let positions: Vec<usize> = positions.collect();
    Ok(lookup::columns(write.tx, &record.table, &positions, ids).await?)
}

/// The tables of the noun.
pub(super) fn record_of(noun: &str) -> Result<&'static record::Entity, ApiError> {
    stored(dataset().target(noun)?)
}

/// The tables of `entity`.
pub(super) fn stored(entity: &Entity) -> Result<&'static record::Entity, ApiError> {
    record::written(&entity.table)
        .ok_or_else(|| ApiError::internal(format!("{} cannot be written", entity.name)))
}

/// What the database refuses that nobody could see before; other errors as they are.
fn known(order: &Order, error: ApiError) -> ApiError {
    match refusal(order, &error) {
        Some(problem) => ApiError::Input(vec![problem]),
        None => error,
    }
}

/// What the database refuses that nobody could see before.
fn refusal(order: &Order, error: &ApiError) -> Option<Problem> {
    let ApiError::Internal(cause) = error else {
        return None;
    };
    let path = match order.items.as_slice() {
        [(path, _)] => path.as_str(),
        _ => "input",
    };
    let refusal = Refusal::of(cause.downcast_ref::<sea_orm::DbErr>()?)?;
    Some(match refusal {
        Refusal::Taken => {
            let problem = "there is one already that has this for its own";
            Problem::new("ALREADY_EXISTS", path, problem)
        }
        Refusal::Referring if matches!(order.deed, Deed::Destroy | Deed::Delete) => {
            let problem =
                "other rows refer to it: have them refer to another one, or destroy them first";
            Problem::new("IN_USE", path, problem)
        }
        Refusal::Referring => Problem::validation(path, "what it refers to is not there any more"),
    })
}
