//! What chance decides of a deal, and what follows from where it stands.

use entity::opportunity::{ForecastCategory, OpportunityStage};

use crate::intake::demo::dice::Dice;

/// The open stages, in order.
pub(super) const STAGES: [OpportunityStage; 4] = [
    OpportunityStage::Prospecting,
    OpportunityStage::Qualification,
    OpportunityStage::Proposal,
    OpportunityStage::Negotiation,
];

/// What deals are worth, in whole euros: log-normal about 24,000, as (per mille, at most).
pub(super) const AMOUNTS: [(i64, i64); 12] = [
    (0, 1_500),
    (10, 2_960),
    (50, 5_460),
    (100, 7_570),
    (250, 13_080),
    (500, 24_000),
    (750, 44_040),
    (900, 76_050),
    (950, 105_500),
    (990, 194_700),
    (999, 387_300),
    (1000, 620_000),
];

pub(super) const PRODUCTS: [&str; 6] = [
    "Forecast Suite",
    "Pipeline Analytics",
    "Revenue Workspace",
    "Renewal and Expansion",
    "Attribution Add-on",
    "Team Licences",
];

pub(super) const NEXT_STEPS: [&str; 6] = [
    "Send the proposal",
    "Agree on a date for the demo",
    "Bring in the economic buyer",
    "Answer the security questions",
    "Wait for the budget round",
    "Call back",
];

/// How far a deal would go if the year were long enough.
pub(super) struct Ending {
    /// The last open stage, as an index into the stages.
    pub(super) last_stage: usize,
    /// Won or lost; none stays open.
    pub(super) outcome: Option<OpportunityStage>,
}

impl Ending {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        use OpportunityStage::{ClosedLost, ClosedWon};
        let (last_stage, outcome) = dice.weighted(&[
            (34, (3, Some(ClosedWon))),
            (16, (1, Some(ClosedLost))),
            (20, (2, Some(ClosedLost))),
            (12, (3, Some(ClosedLost))),
            (8, (0, Some(ClosedLost))),
            (4, (1, None)),
            (6, (2, None)),
        ]);
        Self {
            last_stage,
            outcome,
        }
    }
}

/// Whether a deal in `stage` is over.
pub(super) fn closed(stage: OpportunityStage) -> bool {
    matches!(
        stage,
        OpportunityStage::ClosedWon | OpportunityStage::ClosedLost
    )
}

pub(super) fn outlook(stage: OpportunityStage) -> (Option<i32>, ForecastCategory) {
    match stage {
        OpportunityStage::Prospecting => (Some(10), ForecastCategory::Pipeline),
        OpportunityStage::Qualification => (Some(25), ForecastCategory::Pipeline),
        OpportunityStage::Proposal => (Some(50), ForecastCategory::BestCase),
        OpportunityStage::Negotiation => (Some(75), ForecastCategory::Commit),
        OpportunityStage::ClosedWon => (Some(100), ForecastCategory::Closed),
        OpportunityStage::ClosedLost => (Some(0), ForecastCategory::Omitted),
    }
}
