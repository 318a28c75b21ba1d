//! Pages of lists: which rows, and what lies around them.

use std::{cmp::Ordering, collections::BTreeMap};

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::rows::{Row, Rows};

use super::noun::{Noun, id_of};

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
        mut list: Vec<&'a Row>,
        arguments: &Map<String, Json>,
        rows: &Rows,
        cursors: &BTreeMap<String, Uuid>,
    ) -> Self {
        list.sort_by(|one, other| noun.compare(one, other));
        let total = list.len();
        let row_of = |name: &str| -> Option<&Row> {
            let cursor = arguments.get(name)?.as_str()?;
            let id = cursors.get(cursor).expect("the cursor is known");
            Some(rows.find(noun.table, *id).expect("the row is known"))
        };
        let (after, before) = (row_of("after"), row_of("before"));
        let is = |row: &Row, mark: Option<&Row>, wanted: &[Ordering]| {
            mark.is_some_and(|mark| wanted.contains(&noun.compare(row, mark)))
        };
        let (not_after, not_before) = (
            [Ordering::Less, Ordering::Equal],
            [Ordering::Equal, Ordering::Greater],
        );
        let follow = list.iter().any(|row| is(row, before, &not_before));
        let precede = list.iter().any(|row| is(row, after, &not_after));
        list.retain(|row| !is(row, after, &not_after) && !is(row, before, &not_before));

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
