//! Cursors: where a row stands in an ordered list, opaque to callers.
//!
//! A cursor is the list's mark (eight hexadecimal digits: which entity, order and filter) and, in
//! hexadecimal, the JSON array of the row's order key and id. The database writes it, in the same
//! statement as the row; this module reads it.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::Value;
use uuid::Uuid;

use crate::dataset::{Direction, Entity, Field, Kind};

use super::filter::Filter;

/// The place of a row in an ordered list.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    /// The order key's value.
    pub key: Value,
    /// The row's id, which breaks ties.
    pub id: Uuid,
}

impl Cursor {
    /// Reads a cursor of the list of `entity` with `filter`; `None` for any other text, and for a
    /// cursor of another list.
    #[must_use]
    pub fn parse(text: &str, entity: &Entity, filter: &Filter) -> Option<Self> {
        let payload = text.strip_prefix(&mark(entity, filter))?;
        let json = String::from_utf8(bytes_of_hex(payload)?).ok()?;
        let (key, id): (String, String) = serde_json::from_str(&json).ok()?;
        let key = key_value(entity.find(entity.order.field)?, &key)?;
        Some(Self {
            key,
            id: Uuid::try_parse(&id).ok()?,
        })
    }
}

/// What the cursors of a list begin with.
pub(super) fn mark(entity: &Entity, filter: &Filter) -> String {
    let direction = match entity.order.direction {
        Direction::Ascending => "asc",
        Direction::Descending => "desc",
    };
    let list = format!(
        "{} {} {direction} {}",
        entity.name, entity.order.field, filter.fingerprint
    );
    // FNV-1a, 32 bits: the same on every replica and in every version.
    let hash = list.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{hash:08x}")
}

fn key_value(field: &Field, text: &str) -> Option<Value> {
    match field.kind {
        Kind::Instant(_) => {
            let instant = DateTime::parse_from_rfc3339(text).ok()?;
            Some(instant.with_timezone(&Utc).into())
        }
        Kind::Day(_) => Some(text.parse::<NaiveDate>().ok()?.into()),
        // PostgreSQL refuses a text with U+0000, which no row can have.
        Kind::Text(_) if !text.contains('\0') => Some(text.into()),
        _ => None,
    }
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|start| u8::from_str_radix(text.get(start..start + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dataset::dataset;

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let lead = dataset().entity("Lead").unwrap();
            prop_assert_eq!(Cursor::parse(&text, lead, &Filter::default()), None);
        }

        #[test]
        fn hexadecimal_garbage_behind_the_mark_is_refused(garbage in "[0-9a-f]{0,80}") {
            let lead = dataset().entity("Lead").unwrap();
            let text = format!("{}{garbage}", mark(lead, &Filter::default()));
            prop_assert_eq!(Cursor::parse(&text, lead, &Filter::default()), None);
        }
    }

    #[test]
    fn a_cursor_of_another_filter_is_refused() {
        let lead = dataset().entity("Lead").unwrap();
        let json = r#"["2026-01-02T03:04:05.000006Z","0190163d8694739baea5966c26f8ad91"]"#;
        let hex: Vec<_> = json.bytes().map(|byte| format!("{byte:02x}")).collect();
        let text = format!("{}{}", mark(lead, &Filter::default()), hex.concat());
        let other = Filter {
            conditions: Vec::new(),
            fingerprint: "{status: {eq: MQL}}".to_owned(),
        };

        assert!(Cursor::parse(&text, lead, &Filter::default()).is_some());
        assert_eq!(Cursor::parse(&text, lead, &other), None);
    }
}
