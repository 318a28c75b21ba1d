//! Why a lead stands where it stands: what an import brings needs its reasons as what people do.

use crate::{
    dataset::dataset,
    record::{Entity, is_empty},
    store::table::{Record, Value},
};

/// Where a row has its state, and the reason for it.
struct Explained {
    entity: &'static str,
    state: &'static str,
    /// The kinds of reason that states ask for, and the column of each.
    reasons: &'static [(&'static str, &'static str)],
}

/// What an import can bring to such a state.
const EXPLAINED: [Explained; 2] = [
    Explained {
        entity: "lead",
        state: "status",
        reasons: &[
            ("REJECT", "reject_reason_id"),
            ("DISQUALIFY", "disqualify_reason_id"),
        ],
    },
    Explained {
        entity: "lead_transition",
        state: "to_status",
        reasons: &[
            ("REJECT", "reason_id"),
            ("RECYCLE", "reason_id"),
            ("DISQUALIFY", "reason_id"),
        ],
    },
];

/// The field with the reason that the state of `record` asks for, and the state, where the field is empty.
pub(super) fn lacking<'r>(entity: &Entity, record: &'r Record) -> Option<(&'static str, &'r str)> {
    let explained = EXPLAINED.iter().find(|it| it.entity == entity.name)?;
    let Some(Value::String(Some(state))) = record.get(entity.position(explained.state)?) else {
        return None;
    };
    let workflow = dataset().entity("Lead")?.workflow.as_ref()?;
    let kind = workflow.reason_for(state)?;
    let (_, column) = explained.reasons.iter().find(|(name, _)| *name == kind)?;
    let position = entity.position(column)?;
    let field = entity.fields.iter().find(|it| it.column == position)?;
    record
        .get(position)
        .is_some_and(is_empty)
        .then_some((field.name, state.as_str()))
}
