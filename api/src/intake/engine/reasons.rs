//! Why a lead stands where it stands: what an import brings needs its reasons as what people do.

use crate::{
    dataset::dataset,
    record::{Entity, is_empty},
    store::table::{Record, Value},
};

/// The column with the state of a row, and the one with the reason of each kind that states ask for.
const STATES: [(&str, &str, &[(&str, &str)]); 2] = [
    (
        "lead",
        "status",
        &[
            ("REJECT", "reject_reason_id"),
            ("DISQUALIFY", "disqualify_reason_id"),
        ],
    ),
    (
        "lead_transition",
        "to_status",
        &[
            ("REJECT", "reason_id"),
            ("RECYCLE", "reason_id"),
            ("DISQUALIFY", "reason_id"),
        ],
    ),
];

/// The field with the reason that the state of `record` asks for, and the state, where the field is empty.
pub(super) fn lacking<'r>(entity: &Entity, record: &'r Record) -> Option<(&'static str, &'r str)> {
    let (_, column, reasons) = STATES.iter().find(|(name, ..)| *name == entity.name)?;
    let Some(Value::String(Some(state))) = record.get(entity.position(column)?) else {
        return None;
    };
    let workflow = dataset().entity("Lead")?.workflow.as_ref()?;
    let kind = workflow.reason_for(state)?;
    let (_, column) = reasons.iter().find(|(name, _)| *name == kind)?;
    let position = entity.position(column)?;
    let field = entity.fields.iter().find(|it| it.column == position)?;
    record
        .get(position)
        .is_some_and(is_empty)
        .then_some((field.name, state.as_str()))
}
