//! Groups of rows with something in common.

use std::{cmp::Ordering, collections::BTreeMap};

use chrono::NaiveDate;
use serde_json::{Map, Value as Json};

use crate::rows::Row;

use super::{
    Oracle,
    aggregate::{Function, Heap},
    calendar::Period,
    filter::{each, items},
    noun::Noun,
    order::{Direction, leaf_of},
    value::Value,
};

/// What rows of a group have in common: a value, or the period that it lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dimension {
    /// The relations to the row whose field it is, and the field of its key.
    pub(super) path: Vec<String>,
    period: Option<Period>,
}

impl Dimension {
    fn of(element: &Json) -> Self {
        let (path, grouping) = leaf_of(element);
        Self {
            path,
            period: Period::of(grouping),
        }
    }

    fn value(&self, oracle: &Oracle, noun: &Noun, row: &Row) -> Option<Value> {
        let (field, relations) = self.path.split_last().expect("a path has an end");
        let of = relations.iter().fold(noun, |noun, relation| {
            oracle.target(noun, &format!("{relation}Id"))
        });
        if let Some(money) = field.strip_suffix("Currency")
            && oracle.model.find(of.name, field).is_none()
        {
            let path = [relations, &[money.to_owned()]].concat();
            return match oracle.value_at(noun, row, &path)? {
                Value::Money(currency, _) => Some(Value::Text(currency)),
                value => panic!("{value:?} has no currency"),
            };
        }
        let value = oracle.value_at(noun, row, &self.path)?;
        let Some(period) = self.period else {
            return Some(value);
        };
        let day = match value {
            Value::Instant(instant) => oracle.calendar.day_of(instant),
            Value::Day(day) => day,
            value => panic!("{value:?} lies in no period"),
        };
        let first = oracle.calendar.first_day(period, day);
        let earliest = NaiveDate::from_ymd_opt(1, 1, 1).expect("it is a day");
        Some(Value::Day(first.max(earliest)))
    }
}

/// What groups are ordered by.
enum Key {
    Count,
    Result(Function, String),
    Dimension(usize),
}

impl Oracle {
    /// The groups of `rows` that `arguments` ask for, in their order.
    pub(super) fn groups<'a>(
        &self,
        noun: &'static Noun,
        rows: Vec<&'a Row>,
        arguments: &Map<String, Json>,
    ) -> Vec<Heap<'a>> {
        let by = arguments.get("by").expect("groups have dimensions");
        let dimensions: Vec<_> = items(by).map(Dimension::of).collect();
        let mut groups: BTreeMap<Vec<Option<Value>>, Vec<&'a Row>> = BTreeMap::new();
        for row in rows {
            let values = dimensions.iter();
            let values = values.map(|dimension| dimension.value(self, noun, row));
            groups.entry(values.collect()).or_default().push(row);
        }
        let heaps = groups.into_iter().map(|(values, rows)| Heap {
            noun,
            rows,
            key: dimensions.iter().cloned().zip(values).collect(),
        });
        let having = arguments.get("having");
        let heaps = heaps.filter(|heap| self.has(heap, having));
        let mut heaps: Vec<_> = heaps.collect();
        let order = arguments.get("orderBy").filter(|order| !order.is_null());
        let order = order.into_iter().flat_map(items);
        let mut keys: Vec<_> = order.map(|element| key(element, &dimensions)).collect();
        let dimensions = 0..dimensions.len();
        keys.extend(dimensions.map(|number| (Key::Dimension(number), Direction::ASCENDING)));
        heaps.sort_by(|one, other| self.compare_groups(&keys, one, other));
        let first = arguments.get("first").and_then(Json::as_u64);
        if let Some(first) = first.and_then(|first| usize::try_from(first).ok()) {
            heaps.truncate(first);
        }
        heaps
    }

    /// Whether a group passes `having`.
    fn has(&self, heap: &Heap<'_>, having: Option<&Json>) -> bool {
        let mut asked = each(having);
        asked.all(|(name, asked)| match (name, Function::of(name)) {
            ("and", _) => items(asked).all(|having| self.has(heap, Some(having))),
            ("or", _) => items(asked).any(|having| self.has(heap, Some(having))),
            ("not", _) => !self.has(heap, Some(asked)),
            ("count", _) => self.tests_hold(Some(&heap.count()), asked),
            (_, Some(function)) => each(Some(asked)).all(|(field, tests)| {
                let result = heap.result(self, function, field);
                self.tests_hold(result.as_ref(), tests)
            }),
            _ => panic!("no groups have {name}"),
        })
    }

    fn compare_groups(
        &self,
        keys: &[(Key, Direction)],
        one: &Heap<'_>,
        other: &Heap<'_>,
    ) -> Ordering {
        let value = |heap: &Heap<'_>, key: &Key| match key {
            Key::Count => Some(heap.count()),
            Key::Result(function, field) => heap.result(self, *function, field),
            Key::Dimension(number) => {
                let dimension = heap.key.get(*number);
                dimension.and_then(|(_, value)| value.clone())
            }
        };
        let orders = keys.iter().map(|(key, direction)| {
            let (one, other) = (value(one, key), value(other, key));
            direction.compare(one.as_ref(), other.as_ref())
        });
        let mut orders = orders.filter(|order| order.is_ne());
        orders.next().unwrap_or(Ordering::Equal)
    }
}

/// The one key of an element of an order of groups.
fn key(element: &Json, dimensions: &[Dimension]) -> (Key, Direction) {
    let (path, direction) = leaf_of(element);
    let direction = Direction::of(direction);
    let key = match path.as_slice() {
        [count] if count == "count" => Key::Count,
        [key, path @ ..] if key == "key" => {
            let place = dimensions.iter().position(|dimension| {
                let mut currency = path.to_vec();
                if let Some(field) = currency.last_mut() {
                    field.push_str("Currency");
                }
                dimension.path == path || dimension.path == currency
            });
            Key::Dimension(place.expect("it is one of the dimensions"))
        }
        [function, field] => {
            let function = Function::of(function).expect("it is a function");
            Key::Result(function, field.clone())
        }
        _ => panic!("groups are not ordered by {element}"),
    };
    (key, direction)
}
