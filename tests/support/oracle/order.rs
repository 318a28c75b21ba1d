//! The order of a list.

use std::cmp::Ordering;

use serde_json::Value as Json;
use uuid::Uuid;

use crate::rows::Row;

use super::{
    Oracle,
    filter::{each, items},
    noun::{Noun, id_of},
    value::Value,
};

/// An order of rows of a noun.
#[derive(Debug)]
pub(super) struct Order {
    noun: &'static Noun,
    keys: Vec<(Vec<String>, Direction)>,
}

/// Which end comes first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Direction {
    descending: bool,
    nulls_first: bool,
}

/// Where a row stands: the value of each key, and its id.
pub(super) type Place = (Vec<Option<Value>>, Uuid);

impl Order {
    /// What `asked` says, or the noun's own order where it says nothing.
    pub(super) fn of(noun: &'static Noun, asked: Option<&Json>) -> Self {
        let keys = asked.filter(|asked| !asked.is_null());
        let keys = keys.into_iter().flat_map(items).map(key);
        let mut keys: Vec<_> = keys.collect();
        if keys.is_empty() {
            let (field, descending) = noun.own_order();
            let direction = Direction {
                descending,
                nulls_first: false,
            };
            keys.push((vec![field], direction));
        }
        Self { noun, keys }
    }

    /// Where a row stands, as the caller sees it.
    pub(super) fn place(&self, oracle: &Oracle, row: &Row) -> Place {
        let keys = self.keys.iter();
        let values = keys.map(|(path, _)| oracle.value_at(self.noun, row, path));
        (values.collect(), id_of(row))
    }

    /// Which of two rows comes first. Of rows with the same keys the id decides, in the direction
    /// of the last of them.
    pub(super) fn compare(&self, one: &Place, other: &Place) -> Ordering {
        let keys = self.keys.iter().zip(one.0.iter().zip(&other.0));
        let mut keys = keys
            .map(|((_, direction), (one, other))| direction.compare(one.as_ref(), other.as_ref()));
        let first = keys.find(|order| order.is_ne());
        first.unwrap_or_else(|| {
            let ids = one.1.cmp(&other.1);
            let last = self.keys.last();
            if last.is_some_and(|(_, direction)| direction.descending) {
                ids.reverse()
            } else {
                ids
            }
        })
    }
}

impl Direction {
    pub(super) const ASCENDING: Self = Self {
        descending: false,
        nulls_first: false,
    };

    /// A value of `SortOrder`.
    pub(super) fn of(name: &str) -> Self {
        let (descending, nulls_first) = match name {
            "ASC" => (false, false),
            "ASC_NULLS_FIRST" => (false, true),
            "DESC" => (true, false),
            "DESC_NULLS_FIRST" => (true, true),
            _ => panic!("no order {name}"),
        };
        Self {
            descending,
            nulls_first,
        }
    }

    pub(super) fn compare(self, one: Option<&Value>, other: Option<&Value>) -> Ordering {
        let nulls = one.is_none().cmp(&other.is_none());
        let nulls = if self.nulls_first {
            nulls.reverse()
        } else {
            nulls
        };
        let values = match (one, other) {
            (Some(one), Some(other)) => one.cmp(other),
            _ => Ordering::Equal,
        };
        let values = if self.descending {
            values.reverse()
        } else {
            values
        };
        nulls.then(values)
    }
}

/// The one key of an element: the path to it, and its direction.
fn key(element: &Json) -> (Vec<String>, Direction) {
    let (path, direction) = leaf_of(element);
    (path, Direction::of(direction))
}

/// The only leaf of objects with one field each: the path to it, and what stands there.
pub(super) fn leaf_of(element: &Json) -> (Vec<String>, &str) {
    let mut path = Vec::new();
    let mut at = element;
    loop {
        if let Json::String(text) = at {
            return (path, text);
        }
        let fields: Vec<_> = each(Some(at)).collect();
        let [(name, inside)] = fields.as_slice() else {
            panic!("{element} has not one key");
        };
        path.push((*name).to_owned());
        at = inside;
    }
}
