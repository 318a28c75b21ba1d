//! The rows of SLA policies: conditions that can hold.

use entity::sla_policy::SlaKind;
use sea_orm::ActiveEnum;

use crate::{
    error::Problem,
    record::{self, derive},
};

use super::About;
use crate::services::{condition, rows::Draft};

/// Whether its condition can hold, of territories that are there.
pub(in crate::services) fn check(
    record: &record::Entity,
    draft: &mut Draft,
    known: &derive::Known,
    problems: &mut Vec<Problem>,
) {
    let kind = draft.text(record, "kind").and_then(|kind| {
        let kind = SlaKind::try_from_value(&kind.to_owned());
        kind.ok()
    });
    let of_leads = kind.is_none_or(|kind| About::of(kind) == About::Lead);
    if !of_leads && condition::said(record, draft).is_some() {
        let problem = "only leads can be told apart by a condition: leave it out";
        problems.push(draft.problem("condition", problem));
        return;
    }
    condition::check(record, draft, known, problems);
}
