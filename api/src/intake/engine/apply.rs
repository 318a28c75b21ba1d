//! Putting what a draft says into a row.

use serde_json::{Map, Value as Json};

use crate::{
    intake::mapping::Set,
    record::is_empty,
    store::table::{Record, Value},
};

use super::draft::Assignment;

/// How far a draft may change a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// The row is new: everything is written.
    New,
    /// The row is there: what differs is written.
    Differing,
    /// The row is there and somebody else knows better: only what is empty is filled.
    Empty,
}

/// Writes `assignments` into `record`.
pub(super) fn apply(record: &mut Record, assignments: &[Assignment<'_>], extent: Extent) {
    for assignment in assignments {
        let Some(cell) = record.get_mut(assignment.column) else {
            continue;
        };
        match (assignment.member, &assignment.value) {
            (Some(member), Value::Json(Some(value))) => {
                set_member(cell, member, value, assignment.set, extent);
            }
            _ => {
                if writes(
                    cell,
                    is_empty(cell),
                    &assignment.value,
                    assignment.set,
                    extent,
                ) {
                    cell.clone_from(&assignment.value);
                }
            }
        }
    }
}

/// Whether [`apply`] would change something.
pub(super) fn changes(record: &Record, assignments: &[Assignment<'_>], extent: Extent) -> bool {
    assignments.iter().any(|assignment| {
        let Some(cell) = record.get(assignment.column) else {
            return false;
        };
        match (assignment.member, &assignment.value) {
            (Some(name), Value::Json(Some(value))) => {
                let current = member(cell, name);
                let empty = current.is_none_or(Json::is_null);
                writes_member(empty, assignment.set, extent) && current != Some(value.as_ref())
            }
            (_, value) => {
                cell != value && writes(cell, is_empty(cell), value, assignment.set, extent)
            }
        }
    })
}

/// What an object has under a name.
fn member<'c>(cell: &'c Value, name: &str) -> Option<&'c Json> {
    match cell {
        Value::Json(Some(json)) => json.get(name),
        _ => None,
    }
}

fn writes_member(empty: bool, set: Set, extent: Extent) -> bool {
    if empty {
        return extent == Extent::New || set != Set::WhenNew;
    }
    set == Set::Always && extent != Extent::Empty
}

fn writes(current: &Value, empty: bool, value: &Value, set: Set, extent: Extent) -> bool {
    if empty {
        // A value for new rows only is not filled in later.
        return extent == Extent::New || set != Set::WhenNew;
    }
    match set {
        Set::Always => extent != Extent::Empty,
        // The defaults of a new row are there before.
        Set::WhenNew | Set::WhenEmpty => extent == Extent::New,
        Set::Earliest => extent == Extent::New || before(value, current),
        Set::Latest => extent == Extent::New || before(current, value),
    }
}

fn set_member(cell: &mut Value, name: &str, value: &Json, set: Set, extent: Extent) {
    let empty = member(cell, name).is_none_or(Json::is_null);
    if !writes_member(empty, set, extent) {
        return;
    }
    let mut object = match cell {
        Value::Json(Some(json)) => json.as_object().cloned().unwrap_or_default(),
        _ => Map::new(),
    };
    object.insert(name.to_owned(), value.clone());
    *cell = Value::from(Json::Object(object));
}

fn before(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::ChronoDateTimeUtc(one), Value::ChronoDateTimeUtc(other)) => one < other,
        (Value::ChronoDate(one), Value::ChronoDate(other)) => one < other,
        (Value::Int(one), Value::Int(other)) => one < other,
        (Value::BigInt(one), Value::BigInt(other)) => one < other,
        _ => false,
    }
}
