//! Some rows of a file, through all its rules, in one transaction.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseTransaction, DbErr, SqlErr};
use uuid::Uuid;

use entity::{import_row, import_row::ImportOutcome};

use crate::{
    intake::csv::Row,
    record::derive,
    store::{import, lookup, table::Value},
};

use super::{
    draft::Draft,
    identity, links,
    outcome::{Outcome, Outcomes},
    plan::BoundRule,
    reading::{Reading, RuleReading},
    write,
};

/// What a batch belongs to.
pub(super) struct Context {
    pub(super) job: Uuid,
    /// Which of the job's files.
    pub(super) file: i32,
    /// When this batch is recorded.
    pub(super) now: DateTime<Utc>,
    pub(super) known: derive::Known,
    /// Rows are looked at again.
    pub(super) second_pass: bool,
    /// Nothing more can come: what points to nothing stays without.
    pub(super) last_chance: bool,
}

/// Why a batch could not be written.
#[derive(Debug)]
pub(super) enum BatchError {
    /// Somebody else changed a row meanwhile.
    Conflict,
    /// The database.
    Database(DbErr),
}

impl From<DbErr> for BatchError {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

impl BatchError {
    /// Whether the rows are at fault, or somebody who wrote at the same moment: then it helps to try
    /// again, with fewer rows.
    pub(super) fn is_about_rows(&self) -> bool {
        match self {
            Self::Conflict => true,
            Self::Database(error) => {
                matches!(
                    error.sql_err(),
                    Some(
                        SqlErr::UniqueConstraintViolation(_)
                            | SqlErr::ForeignKeyConstraintViolation(_)
                    )
                ) || is_check(error)
            }
        }
    }
}

/// A CHECK or NOT NULL constraint, which has no kind of its own in SeaORM.
fn is_check(error: &DbErr) -> bool {
    let text = error.to_string();
    text.contains("constraint")
}

/// Puts `rows`, of which `reading` was read, through the rules.
pub(super) async fn process(
    tx: &DatabaseTransaction,
    context: &Context,
    rows: &[Row],
    reading: Reading<'_>,
) -> Result<Outcomes, BatchError> {
    import::defer_foreign_keys(tx).await?;
    let mut outcomes = Outcomes::default();
    for (index, problem) in reading.unusable {
        outcomes.add(index, "", Outcome::rejected(problem));
    }
    for reading in reading.rules {
        process_rule(tx, context, reading, &mut outcomes).await?;
    }
    // In the second pass only some rules are asked again.
    if !context.second_pass {
        for (index, row) in rows.iter().enumerate() {
            if !outcomes.claimed(index) {
                let reason = format!("line {}: no rule of the mapping takes it", row.line);
                let outcome = Outcome {
                    reason: Some(reason),
                    ..Outcome::new(ImportOutcome::NeedsReview)
                };
                outcomes.add(index, "", outcome);
            }
        }
    }
    Ok(outcomes)
}

async fn process_rule(
    tx: &DatabaseTransaction,
    context: &Context,
    reading: RuleReading<'_>,
    outcomes: &mut Outcomes,
) -> Result<(), BatchError> {
    let RuleReading {
        rule,
        mut drafts,
        useless,
    } = reading;
    let entity = rule.rule.entity.name;
    for (index, outcome) in useless {
        outcomes.add(index, entity, outcome);
    }
    if drafts.is_empty() {
        return Ok(());
    }
    let mut keys = identity::identify(tx, rule, &mut drafts).await?;
    links::resolve(tx, rule, &mut drafts, &keys).await?;
    identity::identify_pairs(tx, rule, &mut drafts, &mut keys).await?;
    let mut known = context.known.clone();
    if entity == "territory" {
        known.paths = parent_paths(tx, rule, &drafts).await?;
    }
    write::write(tx, context, rule, drafts, &known, outcomes).await
}

/// The paths of the territories that drafts name as parents.
async fn parent_paths(
    tx: &DatabaseTransaction,
    rule: &BoundRule<'_>,
    drafts: &[Draft<'_>],
) -> Result<HashMap<Uuid, String>, BatchError> {
    let table = &rule.rule.entity.table;
    let (Some(parent), Some(path)) = (table.position("parent_id"), table.position("path")) else {
        return Ok(HashMap::new());
    };
    let parents: Vec<Uuid> = drafts
        .iter()
        .filter_map(|draft| draft.reference(parent))
        .collect();
    let rows = lookup::columns(tx, table, &[path], &parents).await?;
    let paths = rows
        .into_iter()
        .filter_map(|(id, row)| match row.into_iter().next() {
            Some(Value::String(Some(path))) => Some((id, path)),
            _ => None,
        });
    Ok(paths.collect())
}

/// The outcomes as they are stored.
pub(super) fn stored(
    context: &Context,
    rows: &[Row],
    outcomes: &Outcomes,
) -> Vec<import_row::Model> {
    let stored = outcomes.0.iter().filter_map(|((index, entity), outcome)| {
        let row = rows.get(*index)?;
        let keep = matches!(
            outcome.kind,
            ImportOutcome::Rejected | ImportOutcome::NeedsReview
        );
        Some(import_row::Model {
            job_id: context.job,
            file: context.file,
            line: i64::try_from(row.line).unwrap_or(i64::MAX),
            entity: (*entity).to_owned(),
            outcome: outcome.kind,
            entity_id: outcome.entity_id,
            reason: outcome.reason.clone(),
            raw: (keep && !outcome.left_out).then(|| row.cells.to_csv()),
        })
    });
    stored.collect()
}
