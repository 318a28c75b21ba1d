//! Campaigns.

use crate::{error::Problem, record, store::table::Value};

use super::rows::Draft;

/// A new campaign is a draft; it ends after it starts.
pub(super) fn settle(record: &record::Entity, draft: &mut Draft, problems: &mut Vec<Problem>) {
    if draft.before.is_none() {
        draft.set(record, "status", "DRAFT");
    }
    let at = |column| match draft.get(record, column) {
        Some(Value::ChronoDateTimeUtc(at)) => *at,
        _ => None,
    };
    if let (Some(from), Some(until)) = (at("starts_at"), at("ends_at"))
        && until < from
    {
        problems.push(draft.problem("endsAt", "it would end before it starts"));
    }
}
