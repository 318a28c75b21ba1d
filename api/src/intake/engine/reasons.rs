//! Why a lead stands where it stands: what an import brings needs its reasons as what people do.

use std::collections::HashSet;

use uuid::Uuid;

use crate::{
    dataset::dataset,
    record::{Entity, is_empty},
    store::table::{Record, Value},
};

/// Where a row has its state, and the reason for it.
struct Explained {
    entity: &'static str,
    state: &'static str,
    /// The kinds of reason that states ask for, and the column of each, or of what goes with it.
    reasons: &'static [(&'static str, &'static str)],
    /// Where it says in words what a reason does not say.
    note: Option<&'static str>,
}

/// What an import can bring to such a state.
const EXPLAINED: [Explained; 2] = [
    Explained {
        entity: "lead",
        state: "status",
        reasons: &[
            ("REJECT", "reject_reason_id"),
            ("DISQUALIFY", "disqualify_reason_id"),
            // Which reason is said by the step.
            ("RECYCLE", "resume_at"),
        ],
        note: None,
    },
    Explained {
        entity: "lead_transition",
        state: "to_status",
        reasons: &[
            ("REJECT", "reason_id"),
            ("RECYCLE", "reason_id"),
            ("DISQUALIFY", "reason_id"),
        ],
        note: Some("note"),
    },
];

/// The field that the state of `record` asks for, and the state, where the field is empty; `need_notes` are the reasons
/// that say nothing without a note.
pub(super) fn lacking<'r>(
    entity: &Entity,
    record: &'r Record,
    need_notes: &HashSet<Uuid>,
) -> Option<(&'static str, &'r str)> {
    let explained = EXPLAINED.iter().find(|it| it.entity == entity.name)?;
    let Some(Value::String(Some(state))) = record.get(entity.position(explained.state)?) else {
        return None;
    };
    let workflow = dataset().entity("Lead")?.workflow.as_ref()?;
    let kind = workflow.reason_for(state)?;
    let (_, reason) = explained.reasons.iter().find(|(name, _)| *name == kind)?;
    let said = |column: &str| entity.position(column).and_then(|at| record.get(at));
    let needs_note = matches!(said(reason), Some(Value::Uuid(Some(id))) if need_notes.contains(id));
    let mut needed = [Some(*reason), explained.note.filter(|_| needs_note)]
        .into_iter()
        .flatten();
    let empty = needed.find(|column| said(column).is_some_and(is_empty))?;
    let position = entity.position(empty)?;
    let field = entity.fields.iter().find(|it| it.column == position)?;
    Some((field.name, state.as_str()))
}
