//! Whether a row passes a filter. There are two answers: what is not known to hold does not.

use std::{cmp::Ordering, slice};

use serde_json::Value as Json;

use crate::rows::Row;

use super::{Oracle, letters, model::named, noun::Noun, value::Value};

impl Oracle {
    /// Whether a row of `noun` is one of those that `filter` asks for.
    pub(super) fn passes(&self, noun: &Noun, row: &Row, filter: Option<&Json>) -> bool {
        let mut asked = each(filter);
        asked.all(|(name, asked)| match name {
            "and" => items(asked).all(|filter| self.passes(noun, row, Some(filter))),
            "or" => items(asked).any(|filter| self.passes(noun, row, Some(filter))),
            "not" => !self.passes(noun, row, Some(asked)),
            field => self.field_passes(noun, row, field, asked),
        })
    }

    fn field_passes(&self, noun: &Noun, row: &Row, field: &str, asked: &Json) -> bool {
        let type_name = named(&self.model.field(noun.name, field).ty.node);
        if let Some(target) = type_name.strip_suffix("Connection") {
            let target = Noun::of(target).expect("a list is of a noun");
            let rows = self.listed(noun, row, field, target);
            let mut asked = each(Some(asked));
            return asked.all(|(quantity, filter)| {
                let mut rows = rows.iter();
                let passes = |row: &&Row| self.passes(target, row, Some(filter));
                match quantity {
                    "some" => rows.any(passes),
                    "none" => !rows.any(passes),
                    "every" => rows.all(passes),
                    _ => panic!("no quantity {quantity}"),
                }
            });
        }
        if let Some(target) = Noun::of(type_name) {
            let related = self.related(noun, row, field);
            return related.is_some_and(|row| self.passes(target, row, Some(asked)));
        }
        self.tests_hold(self.value(noun, row, field).as_ref(), asked)
    }

    /// Whether each of `tests` holds for the value, which may be null.
    pub(super) fn tests_hold(&self, value: Option<&Value>, tests: &Json) -> bool {
        each(Some(tests)).all(|(operator, operand)| self.holds(value, operator, operand))
    }

    /// Null is equal to nothing, and unequal to nothing.
    fn holds(&self, value: Option<&Value>, operator: &str, operand: &Json) -> bool {
        if operator == "isNull" {
            return operand == &Json::Bool(value.is_none());
        }
        let Some(value) = value else {
            return false;
        };
        let compares = |operand: Option<&Json>, fits: fn(Ordering) -> bool| {
            let order = operand.and_then(|operand| value.compare(operand));
            order.is_some_and(fits)
        };
        let is = |operand: &Json| compares(Some(operand), Ordering::is_eq);
        let compare = |fits| compares(Some(operand), fits);
        match operator {
            "eq" => is(operand),
            "ne" => !is(operand),
            "in" => items(operand).any(is),
            "nin" => !items(operand).any(is),
            "lt" => compare(Ordering::is_lt),
            "lte" => compare(Ordering::is_le),
            "gt" => compare(Ordering::is_gt),
            "gte" => compare(Ordering::is_ge),
            "between" => {
                compares(operand.get("from"), Ordering::is_ge)
                    && compares(operand.get("to"), Ordering::is_le)
            }
            "last" | "next" | "this" | "previous" | "following" => {
                self.calendar.holds(value, operator, operand)
            }
            _ => match (value, operand) {
                (Value::Text(text), Json::String(part)) => {
                    let holds = letters::holds(text, operator, part);
                    holds.unwrap_or_else(|| panic!("no operator {operator}"))
                }
                _ => panic!("no operator {operator} for {value:?}"),
            },
        }
    }
}

/// The fields of an object that may be absent.
pub(super) fn each(object: Option<&Json>) -> impl Iterator<Item = (&str, &Json)> {
    let fields = object.and_then(Json::as_object).into_iter().flatten();
    fields.map(|(name, value)| (name.as_str(), value))
}

/// The items of a list; one thing in the place of a list is a list of one.
pub(super) fn items(list: &Json) -> slice::Iter<'_, Json> {
    match list {
        Json::Array(items) => items.iter(),
        item => slice::from_ref(item).iter(),
    }
}
