//! Pages of lists: which rows, and what lies around them.

use std::{cmp::Ordering, collections::BTreeMap};

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::rows::Row;

use super::{
    Oracle,
    noun::{Noun, id_of},
    order::{Order, Place},
};

/// A page of a list, as the connection specification of Relay describes it.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) noun: &'static Noun,
    pub(super) rows: Vec<&'a Row>,
    pub(super) total: usize,
    pub(super) has_next: bool,
    pub(super) has_previous: bool,
}

impl<'a> Page<'a> {
    /// The page of `list` that `arguments` ask for.
    pub(super) fn of(
        noun: &'static Noun,
        list: Vec<&'a Row>,
        arguments: &Map<String, Json>,
        oracle: &Oracle,
        cursors: &BTreeMap<String, Uuid>,
    ) -> Self {
        let order = Order::of(noun, arguments.get("orderBy"));
        let places = list.into_iter().map(|row| (order.place(oracle, row), row));
        let mut list: Vec<_> = places.collect();
        list.sort_by(|(one, _), (other, _)| order.compare(one, other));
        let total = list.len();
        let place_of = |name: &str| -> Option<Place> {
            let cursor = arguments.get(name)?.as_str()?;
            let id = cursors.get(cursor).expect("the cursor is known");
            let row = oracle.rows.find(noun.table, *id);
            Some(order.place(oracle, row.expect("the row is known")))
        };
        let (after, before) = (place_of("after"), place_of("before"));
        let compares = |place: &Place, mark: &Option<Place>, fits: fn(Ordering) -> bool| {
            let mark = mark.as_ref();
            mark.is_some_and(|mark| fits(order.compare(place, mark)))
        };
        let too_early = |place: &Place| compares(place, &after, Ordering::is_le);
        let too_late = |place: &Place| compares(place, &before, Ordering::is_ge);
        let follow = list.iter().any(|(place, _)| too_late(place));
        let precede = list.iter().any(|(place, _)| too_early(place));
        list.retain(|(place, _)| !too_early(place) && !too_late(place));
        let mut list: Vec<_> = list.into_iter().map(|(_, row)| row).collect();

        let number = |name: &str| arguments.get(name).and_then(Json::as_u64);
        let number = |name: &str| number(name).and_then(|number| usize::try_from(number).ok());
        if let Some(last) = number("last") {
            let cut = list.len().saturating_sub(last);
            list.drain(..cut);
            return Self {
                noun,
                rows: list,
                total,
                has_next: follow,
                has_previous: cut > 0,
            };
        }
        let first = number("first").unwrap_or(20);
        let has_next = list.len() > first;
        list.truncate(first);
        Self {
            noun,
            rows: list,
            total,
            has_next,
            has_previous: precede,
        }
    }

    /// The cursor of a row, or null for none.
    pub(super) fn cursor(&self, row: Option<&&Row>) -> Json {
        row.map_or(Json::Null, |row| {
            Json::String(cursor_of(self.noun, id_of(row)))
        })
    }
}

/// What stands for the cursor of a row in the oracle's answers; nothing else has a NUL in it.
#[must_use]
pub fn cursor_of(noun: &Noun, id: Uuid) -> String {
    format!("\0cursor {} {id}", noun.name)
}
