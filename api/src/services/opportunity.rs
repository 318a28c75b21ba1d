//! Opportunities: what follows from a change of stage, amount, day of decision and owner, and its history.

use std::collections::HashSet;

use entity::opportunity_change::{self, OpportunityField};
use uuid::Uuid;

use crate::services::ledger;
use crate::{
    dataset::{dataset, global_id},
    error::{ApiError, Problem},
    record,
    store::{lookup, table::Value},
};

use super::{rows::Draft, write::Write};

/// The stages of a deal that goes well, in their order.
const STAGES: [&str; 5] = [
    "PROSPECTING",
    "QUALIFICATION",
    "PROPOSAL",
    "NEGOTIATION",
    "CLOSED_WON",
];
/// Where every deal begins.
const FIRST: &str = "PROSPECTING";
const LOST: &str = "CLOSED_LOST";

fn is_closed(stage: &str) -> bool {
    stage.starts_with("CLOSED_")
}

/// How far a stage is.
fn rank(stage: &str) -> usize {
    STAGES
        .iter()
        .position(|it| *it == stage)
        .unwrap_or(STAGES.len())
}

/// The stage before, and the stage that is to be, where they differ.
fn step<'d>(record: &record::Entity, draft: &'d Draft) -> Option<(&'d str, &'d str)> {
    let before = draft.before.as_ref()?.get(record.position("stage")?)?;
    let Value::String(Some(before)) = before else {
        return None;
    };
    let after = draft.text(record, "stage")?;
    (before != after).then_some((before, after))
}

/// What somebody has to be allowed to change the stage as they say: reopening is a right of its own, also where the deal
/// is closed otherwise at once.
pub(super) fn needs(record: &record::Entity, draft: &Draft) -> Option<&'static str> {
    let (before, _) = step(record, draft)?;
    Some(if is_closed(before) {
        "reopen"
    } else {
        "update"
    })
}

/// The reasons that can be chosen for a deal that is lost, of those that the drafts say.
pub(super) async fn reasons(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<HashSet<Uuid>, ApiError> {
    let said = drafts.iter().filter(|draft| draft.differs("lostReasonId"));
    let said = said.filter_map(|draft| draft.uuid(record, "lost_reason_id"));
    let said: Vec<Uuid> = said.collect();
    let Some(reasons) = record::entity("reason_code").filter(|_| !said.is_empty()) else {
        return Ok(HashSet::new());
    };
    let positions = ["kind", "active"].map(|column| reasons.position(column));
    let positions: Vec<usize> = positions.into_iter().flatten().collect();
    let rows = lookup::columns(write.tx, &reasons.table, &positions, &said).await?;
    let to_lose = rows.into_iter().filter(|(_, row)| {
        let [Value::String(Some(kind)), Value::Bool(Some(true))] = row.as_slice() else {
            return false;
        };
        kind == "LOST"
    });
    Ok(to_lose.map(|(id, _)| id).collect())
}

/// Settles what follows from what is said, and asks for the reasons that it needs; `reasons` are those that can be
/// chosen.
pub(super) fn settle(
    write: &Write<'_>,
    record: &record::Entity,
    reasons: &HashSet<Uuid>,
    draft: &mut Draft,
    problems: &mut Vec<Problem>,
) {
    if draft.before.is_none() && !draft.says("stage") {
        draft.set(record, "stage", FIRST);
    }
    let step = step(record, draft).map(|(before, after)| (before.to_owned(), after.to_owned()));
    if let Some((before, after)) = &step
        && after != LOST
        && rank(after) < rank(before)
        && draft.reason.is_none()
    {
        problems.push(draft.problem("reason", "a reason is required to go back a stage"));
    }
    let stage = draft.text(record, "stage").unwrap_or_default().to_owned();
    let lost = draft.uuid(record, "lost_reason_id");
    if stage == LOST && lost.is_none() {
        problems.push(draft.problem("lostReasonId", "a reason is required to lose a deal"));
    }
    if draft.differs("lostReasonId") && lost.is_some_and(|lost| !reasons.contains(&lost)) {
        let problem = "a reason of the kind LOST that is active is required";
        problems.push(draft.problem("lostReasonId", problem));
    }
    if stage != LOST && draft.says("lostReasonId") && lost.is_some() {
        problems.push(draft.problem("lostReasonId", "the deal is not lost"));
    }
    if draft.before.is_none() || step.is_some() {
        let closed = is_closed(&stage);
        draft.set(record, "closed_at", closed.then_some(write.now));
        if stage != LOST {
            draft.set(record, "lost_reason_id", None::<Uuid>);
        }
        let reopened = step.is_some_and(|(before, _)| is_closed(&before)) && !closed;
        if (closed || reopened) && !draft.says("probability") {
            // Nobody has said how probable it is that what was decided is decided otherwise.
            let decided = closed.then_some(if stage == LOST { 0 } else { 100 });
            draft.set(record, "probability", decided);
        }
    }
    if is_put_off(record, draft)
        && let Some(Value::Int(Some(count))) = draft.get(record, "push_count")
    {
        let more = count.saturating_add(1);
        draft.set(record, "push_count", more);
    }
}

/// Whether the day of decision is later than it was.
fn is_put_off(record: &record::Entity, draft: &Draft) -> bool {
    let day = |value: Option<&Value>| match value {
        Some(Value::ChronoDate(day)) => *day,
        _ => None,
    };
    let position = record.position("expected_close_on");
    let before = draft.before.as_ref().zip(position);
    let before = before.and_then(|(row, position)| day(row.get(position)));
    let after = day(draft.get(record, "expected_close_on"));
    before
        .zip(after)
        .is_some_and(|(before, after)| after > before)
}

/// Writes the history of the deals: each stage that was passed, each other amount, day and owner.
pub(super) async fn record_changes(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let mut rows = Vec::new();
    for draft in drafts {
        for (field, from_value, to_value) in steps(record, draft)? {
            rows.push(opportunity_change::Model {
                id: Uuid::now_v7(),
                opportunity_id: draft.id,
                field,
                from_value,
                to_value,
                at: write.now,
                by_user_id: write.user(),
                reason: draft.reason.clone(),
                backfilled: false,
                created_at: write.now,
            });
        }
    }
    ledger::insert(write, rows).await
}

/// A field whose history is kept, what it was and what it is.
type Step = (OpportunityField, Option<String>, Option<String>);

fn steps(record: &record::Entity, draft: &Draft) -> Result<Vec<Step>, ApiError> {
    let Some(before) = &draft.before else {
        let stage = draft.text(record, "stage").map(str::to_owned);
        return Ok(vec![(OpportunityField::Stage, None, stage)]);
    };
    let mut steps = Vec::new();
    if let Some((from, to)) = step(record, draft) {
        let passed = passed(from, to);
        for pair in passed.windows(2) {
            if let [from, to] = pair {
                let (from, to) = ((*from).to_owned(), (*to).to_owned());
                steps.push((OpportunityField::Stage, Some(from), Some(to)));
            }
        }
    }
    let user = dataset().target("User")?;
    for (column, field) in [
        ("amount_minor", OpportunityField::Amount),
        ("expected_close_on", OpportunityField::CloseDate),
        ("owner_id", OpportunityField::Owner),
    ] {
        if draft.changes(record, column) {
            let told = |value: Option<&Value>| match value {
                Some(Value::Uuid(Some(id))) => Some(global_id(user, *id)),
                Some(Value::BigInt(Some(minor))) => Some(minor.to_string()),
                Some(Value::ChronoDate(Some(day))) => Some(day.to_string()),
                _ => None,
            };
            let was = record
                .position(column)
                .and_then(|position| before.get(position));
            steps.push((field, told(was), told(draft.get(record, column))));
        }
    }
    Ok(steps)
}

/// The stages from one to the other: who goes forward passes those between, so that no funnel leaks.
fn passed<'s>(from: &'s str, to: &'s str) -> Vec<&'s str> {
    let forward = to != LOST && rank(from) < rank(to);
    match STAGES.get(rank(from)..=rank(to)).filter(|_| forward) {
        Some(stages) => stages.to_vec(),
        None => vec![from, to],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_goes_forward_passes_each_stage_and_who_loses_or_goes_back_does_not() {
        assert_eq!(
            passed("PROSPECTING", "NEGOTIATION"),
            ["PROSPECTING", "QUALIFICATION", "PROPOSAL", "NEGOTIATION"]
        );
        assert_eq!(passed("PROPOSAL", LOST), ["PROPOSAL", LOST]);
        assert_eq!(passed("CLOSED_WON", "PROPOSAL"), ["CLOSED_WON", "PROPOSAL"]);
        assert_eq!(passed(LOST, "PROPOSAL"), [LOST, "PROPOSAL"]);
    }
}
