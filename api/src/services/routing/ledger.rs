//! Putting on record who got which lead, who was looked at, and why.

use entity::{
    routing_candidate,
    routing_decision::{self, DecisionStrategy},
};
use uuid::Uuid;

use crate::{error::ApiError, store::bulk};

use super::choose::{Candidate, Decision};
use crate::services::{ledger, write::Write};

/// How many candidates of a decision are kept: with a thousand leads and a hundred people it would be more rows than
/// anybody reads.
const MOST_CANDIDATES: usize = 50;

/// Writes decisions about leads, which `step` has led to. Candidates are told with their decision.
pub(super) async fn save(
    write: &Write<'_>,
    step: &str,
    decided: Vec<(Uuid, Decision)>,
) -> Result<(), ApiError> {
    let mut decisions = Vec::with_capacity(decided.len());
    let mut candidates = Vec::new();
    for (lead, decision) in decided {
        let row = row(write, step, lead, &decision);
        let looked_at = decision.candidates.iter().take(MOST_CANDIDATES);
        let looked_at = looked_at.enumerate();
        candidates.extend(looked_at.map(|(place, it)| candidate(&row, place, it)));
        decisions.push(row);
    }
    ledger::insert(write, decisions).await?;
    bulk::insert(write.tx, candidates).await?;
    Ok(())
}

fn row(write: &Write<'_>, step: &str, lead: Uuid, decision: &Decision) -> routing_decision::Model {
    routing_decision::Model {
        id: Uuid::now_v7(),
        lead_id: lead,
        at: write.now,
        step: step.to_owned(),
        strategy: decision.strategy,
        routing_rule_id: decision.rule,
        user_id: decision.user,
        reason: reason(decision).to_owned(),
        over_capacity: decision.over_capacity,
        candidate_count: number(decision.candidates.len()),
    }
}

fn candidate(
    decision: &routing_decision::Model,
    place: usize,
    candidate: &Candidate,
) -> routing_candidate::Model {
    routing_candidate::Model {
        id: Uuid::now_v7(),
        routing_decision_id: decision.id,
        lead_id: decision.lead_id,
        user_id: candidate.user,
        place: number(place),
        eligible: candidate.eligible,
        why: candidate.why,
        open_leads: i32::try_from(candidate.open).unwrap_or(i32::MAX),
    }
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Why, in a sentence.
fn reason(decision: &Decision) -> &'static str {
    let chosen = decision.candidates.first();
    let able = chosen.is_none_or(|chosen| chosen.eligible);
    match decision.strategy {
        DecisionStrategy::ByHand => "Somebody said who gets it.",
        _ if decision.over_capacity => {
            "Nobody who is there has room for another lead: they have the fewest."
        }
        _ if !able => "Everybody is absent: they have the fewest open leads.",
        DecisionStrategy::Kept => "It was theirs already.",
        DecisionStrategy::AccountOwner => "They own its account.",
        DecisionStrategy::Territory => {
            "Of those who can take it they work nearest to where it lies, and have the fewest open leads."
        }
        DecisionStrategy::RoundRobin => "It was their turn.",
        DecisionStrategy::LeastLoaded => {
            "Of those who can take it they have the fewest open leads."
        }
        DecisionStrategy::Manager => "They manage sales, or who had it.",
    }
}
