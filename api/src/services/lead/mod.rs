//! Leads: how they are captured, and how they move between marketing and sales.

mod capture;
mod convert;
mod membership;
mod moved;
pub mod resume;
mod transition;

use crate::{error::Problem, record, sla::lead::NOT_SOON};

use super::rows::Draft;

pub(super) use capture::captured;
pub use moved::Moved;
pub(super) use transition::{approached, restored, settle_step, take_rule, take_step};

/// Where a lead stands with which somebody of sales is to go on.
const WITH_SALES: [&str; 4] = ["MQL", "ACCEPTED", "WORKING", "SQL"];

/// Whether somebody could be reached, or found: by e-mail, by telephone, or by name and company.
pub(super) fn check(record: &record::Entity, draft: &mut Draft, problems: &mut Vec<Problem>) {
    let has = |column| draft.text(record, column).is_some();
    let named = (has("first_name") || has("last_name")) && has("company_name");
    if !(has("email") || has("phone") || named) {
        let problem = "an e-mail address, a telephone number, or a name and a company are required";
        problems.push(Problem::validation(draft.path.clone(), problem));
    }
    let status = draft.text(record, "status").unwrap_or_default();
    let nurtured = draft.text(record, "intent_band") == Some(NOT_SOON);
    if WITH_SALES.contains(&status) && nurtured && draft.changes(record, "intent_band") {
        let problem =
            "somebody of sales is to go on with it: `recycleLead` gives it back to be nurtured";
        problems.push(draft.problem("intentBand", problem));
    }
}

/// From the hand-over on, which campaign brought a lead is for those to say who hand leads over: what sales finds of it
/// reaches the campaign.
pub(super) fn needs(
    record: &record::Entity,
    draft: &Draft,
) -> Option<(&'static str, &'static str)> {
    let status = draft.text(record, "status").unwrap_or_default();
    let handed_over = !matches!(status, "NEW" | "NURTURING");
    let moves = draft.changes(record, "source_campaign_id");
    (handed_over && moves).then_some(("sourceCampaignId", "qualify"))
}
