//! Cursors: where a row stands in an ordered list, opaque to callers.
//!
//! A cursor is the list's mark (eight hexadecimal digits: which entity, order and filter) and, in
//! hexadecimal, a JSON array of the values that the row is ordered by, and its id. The database writes
//! it, in the same statement as the row; this module reads it.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::Value;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::dataset::Entity;

use super::{
    filter::Filter,
    order::{Order, Piece},
};

/// The place of a row in an ordered list.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    /// The values of the keys' pieces; none for null.
    pub(super) values: Vec<Option<Value>>,
    /// The row's id, which breaks ties.
    pub(super) id: Uuid,
}

impl Cursor {
    /// Reads a cursor of the list of `entity` with `filter` in `order`; `None` for any other text, and
    /// for a cursor of another list.
    #[must_use]
    pub fn parse(text: &str, entity: &Entity, filter: &Filter, order: &Order) -> Option<Self> {
        let payload = text.strip_prefix(&mark(entity, filter, order))?;
        let json = String::from_utf8(bytes_of_hex(payload)?).ok()?;
        let mut values: Vec<Json> = serde_json::from_str(&json).ok()?;
        let id = values.pop()?;
        let mut pieces = order
            .keys
            .iter()
            .flat_map(|key| key.pieces().iter().map(|piece| (*piece, key.is_nullable())));
        let values = values
            .iter()
            .map(|value| {
                let (piece, nullable) = pieces.next()?;
                match value {
                    Json::Null => nullable.then_some(None),
                    value => Some(Some(value_of(piece, value)?)),
                }
            })
            .collect::<Option<_>>()?;
        if pieces.next().is_some() {
            return None;
        }
        Some(Self {
            values,
            id: Uuid::try_parse(id.as_str()?).ok()?,
        })
    }
}

/// What the cursors of a list begin with.
pub(super) fn mark(entity: &Entity, filter: &Filter, order: &Order) -> String {
    let list = format!(
        "{} {} {}",
        entity.name,
        order.fingerprint(),
        filter.fingerprint()
    );
    // FNV-1a, 32 bits: the same on every replica of one version.
    let hash = list.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{hash:08x}")
}

fn value_of(piece: Piece, value: &Json) -> Option<Value> {
    Some(match piece {
        Piece::Instant => {
            let instant = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
            instant.with_timezone(&Utc).into()
        }
        Piece::Day => value.as_str()?.parse::<NaiveDate>().ok()?.into(),
        // PostgreSQL refuses a text with U+0000, which no row can have.
        Piece::Text | Piece::Currency => value.as_str().filter(|text| !text.contains('\0'))?.into(),
        Piece::Int | Piece::Rank => i32::try_from(value.as_i64()?).ok()?.into(),
        Piece::Minor => value.as_i64()?.into(),
        // SQLite has numbers for them.
        Piece::Boolean => value
            .as_bool()
            .or_else(|| Some(value.as_i64()? != 0))?
            .into(),
    })
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
    use crate::dataset::{Direction, dataset};

    fn lead() -> &'static Entity {
        dataset().entity("Lead").unwrap()
    }

    fn parse(text: &str) -> Option<Cursor> {
        Cursor::parse(text, lead(), &Filter::default(), &Order::of(lead()))
    }

    fn text_of(order: &Order, json: &str) -> String {
        let hex: Vec<_> = json.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!(
            "{}{}",
            mark(lead(), &Filter::default(), order),
            hex.concat()
        )
    }

    const ROW: &str = r#"["2026-01-02T03:04:05.000006Z","0190163d8694739baea5966c26f8ad91"]"#;

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            prop_assert_eq!(parse(&text), None);
        }

        #[test]
        fn hexadecimal_garbage_behind_the_mark_is_refused(garbage in "[0-9a-f]{0,80}") {
            let text = format!("{}{garbage}", text_of(&Order::of(lead()), ""));
            prop_assert_eq!(parse(&text), None);
        }
    }

    #[test]
    fn a_cursor_of_another_filter_is_refused() {
        let order = Order::of(lead());
        let text = text_of(&order, ROW);
        let nothing = Filter::Any(Vec::new());

        assert!(parse(&text).is_some());
        assert_eq!(Cursor::parse(&text, lead(), &nothing, &order), None);
    }

    #[test]
    fn a_cursor_of_another_order_is_refused() {
        let text = text_of(&Order::of(lead()), ROW);
        let mut order = Order::of(lead());
        order.keys[0].direction = Direction::Ascending;

        assert_eq!(
            Cursor::parse(&text, lead(), &Filter::default(), &order),
            None
        );
    }

    #[test]
    fn a_cursor_has_a_value_for_each_key_and_null_where_there_can_be_none() {
        let mut order = Order::of(lead());
        order.keys[0].field = lead().find("score").unwrap();
        let read = |json: &str| {
            let text = text_of(&order, json);
            Cursor::parse(&text, lead(), &Filter::default(), &order).is_some()
        };
        let id = r#""0190163d8694739baea5966c26f8ad91""#;
        assert!(read(&format!("[7,{id}]")));
        assert!(!read(&format!("[{id}]")));
        assert!(!read(&format!("[7,7,{id}]")));
        assert!(!read(&format!("[\"7\",{id}]")));
        assert!(!read("[7]"));
        let nullable = lead().find("score").unwrap().nullable;
        assert_eq!(read(&format!("[null,{id}]")), nullable);
    }
}
