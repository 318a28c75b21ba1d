//! Cursors: where a row stands in an ordered list, opaque to callers.
//!
//! A cursor is the list's mark (eight hexadecimal digits: which entity, order and filter) and, in
//! hexadecimal, a JSON array of the values that the row is ordered by, and its id. The database writes
//! it, in the same statement as the row; this module reads it. A value of an enumeration is in it by its
//! name, because its place is another one when a new version of the hub has more values.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::Value;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::dataset::{Entity, Field, Kind};

use super::{
    filter::Filter,
    fingerprint,
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
            .flat_map(|key| key.pieces().iter().map(move |piece| (key, *piece)));
        let values = values
            .iter()
            .map(|value| {
                let (key, piece) = pieces.next()?;
                match value {
                    Json::Null => key.is_nullable().then_some(None),
                    value => Some(Some(value_of(key.field, piece, value)?)),
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
    let list = fingerprint::of_list(entity, filter, order);
    // FNV-1a, 32 bits: the same on every replica, and in every version.
    let hash = list.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{hash:08x}")
}

fn value_of(field: &Field, piece: Piece, value: &Json) -> Option<Value> {
    Some(match piece {
        Piece::Instant => {
            let instant = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
            instant.with_timezone(&Utc).into()
        }
        Piece::Day => value.as_str()?.parse::<NaiveDate>().ok()?.into(),
        // PostgreSQL refuses a text with U+0000, which no row can have.
        Piece::Text | Piece::Currency => value.as_str().filter(|text| !text.contains('\0'))?.into(),
        Piece::Int => i32::try_from(value.as_i64()?).ok()?.into(),
        Piece::Rank => rank(field, value.as_str()?)?.into(),
        Piece::Minor => value.as_i64()?.into(),
        // SQLite has numbers for them.
        Piece::Boolean => value
            .as_bool()
            .or_else(|| Some(value.as_i64()? != 0))?
            .into(),
    })
}

/// The place that a value has in its enumeration today.
fn rank(field: &Field, name: &str) -> Option<i32> {
    let Kind::Choice(_, choice) = &field.kind else {
        return None;
    };
    let mut values = choice.values.iter();
    let place = values.position(|(value, _)| *value == name)?;
    i32::try_from(place).ok()
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
    use crate::{
        calendar::{Duration, Relative},
        dataset::{Direction, dataset},
        reader::{Clause, Demand, Operand, Span, Test},
    };

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

    /// By status, which comes first, and by the owner's name, where null comes first.
    fn by_status() -> Order {
        let mut order = Order::of(lead());
        let mut status = order.keys[0].clone();
        status.field = lead().find("status").unwrap();
        status.direction = Direction::Ascending;
        let mut owner = status.clone();
        owner.way = vec![lead().find("owner").unwrap()];
        owner.field = dataset().entity("User").unwrap().find("name").unwrap();
        owner.nulls_first = true;
        order.keys = vec![status, owner];
        order
    }

    #[test]
    fn a_cursor_of_an_earlier_version_is_known() {
        // A text that callers may have kept: it is not to be changed here.
        let text = concat!(
            "b4dfafb8",
            "5b224d514c222c22416461222c2230313930313633643836393437333962616561",
            "35393636633236663861643931225d"
        );
        let lately = Relative::Last(Duration::Days(30));
        let instant = || Operand::Instant("2026-01-02T03:04:05Z".parse().unwrap());
        let span = Span {
            said: lately,
            from: instant(),
            until: instant(),
            open: false,
        };
        let filter = Filter::Is(Clause {
            field: lead().find("createdAt").unwrap(),
            path: "filter.createdAt.last".to_owned(),
            demand: Demand::Value(Test::Within(span)),
        });
        let cursor = Cursor::parse(text, lead(), &filter, &by_status()).unwrap();
        let values = lead().find("status").and_then(|status| match &status.kind {
            Kind::Choice(_, choice) => Some(&choice.values),
            _ => None,
        });
        let place = values
            .unwrap()
            .iter()
            .position(|(value, _)| *value == "MQL");
        let rank = i32::try_from(place.unwrap()).unwrap();
        assert_eq!(cursor.values, [Some(rank.into()), Some("Ada".into())]);
        assert_eq!(
            cursor.id.simple().to_string(),
            "0190163d8694739baea5966c26f8ad91"
        );
    }

    #[test]
    fn a_value_that_the_enumeration_has_no_more_is_refused() {
        let order = by_status();
        let read = |status: &str| {
            let text = text_of(&order, &format!("[{status},null,\"{}\"]", Uuid::nil()));
            Cursor::parse(&text, lead(), &Filter::default(), &order).is_some()
        };
        assert!(read("\"MQL\""));
        assert!(!read("\"GONE\""));
        assert!(!read("3"));
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
