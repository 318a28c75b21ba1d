//! What the row that stays takes from those that go.

use crate::{
    record::{Entity, derive, is_empty},
    store::table::{Record, Value},
};

use super::consent;

/// What a row keeps of its own.
const OWN: [&str; 8] = [
    "id",
    "version",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "deleted_at",
    "deleted_by",
];

/// What the winner gets in a column.
#[derive(Clone, Debug)]
pub(super) struct Filled {
    /// The position of the column.
    pub(super) column: usize,
    /// What it gets.
    pub(super) value: Value,
    /// The losers that it comes from, by their place; none where it follows from something else.
    pub(super) from: Vec<usize>,
}

/// What the winner gets: where it has nothing, what the first loser has that has something; of the first loser
/// the columns `taken`, whatever the winner has; and what counts of all of them.
pub(super) fn fill(
    entity: &Entity,
    winner: &Record,
    losers: &[&Record],
    taken: &[usize],
) -> Vec<Filled> {
    let mut record = winner.clone();
    let mut sources = vec![Vec::new(); record.len()];
    let columns = entity.table.columns.iter().enumerate();
    for (position, column) in columns.filter(|(_, column)| !OWN.contains(&column.name)) {
        if let Some((value, from)) = of_all(column.name, position, winner, losers) {
            put(&mut record, position, value);
            note(&mut sources, position, from);
            continue;
        }
        let empty = record.get(position).is_some_and(is_empty);
        let mut places = losers.iter().enumerate();
        let source = if taken.contains(&position) {
            places.next()
        } else {
            places.find(|(_, loser)| empty && has(loser, position))
        };
        let Some((place, source)) = source else {
            continue;
        };
        let beside = (column.name == "email").then(|| entity.position("email_verified"));
        for position in [Some(position), beside.flatten()].into_iter().flatten() {
            if let Some(value) = source.get(position) {
                put(&mut record, position, value.clone());
                note(&mut sources, position, vec![place]);
            }
        }
    }
    derive::complete(entity, &mut record, |_| true, &derive::Known::default());
    let cells = winner.iter().zip(record).zip(sources).enumerate();
    let changed = cells.filter(|(_, ((before, after), _))| *before != after);
    let filled = changed.map(|(column, ((_, value), from))| Filled {
        column,
        value,
        from,
    });
    filled.collect()
}

fn has(record: &Record, position: usize) -> bool {
    record.get(position).is_some_and(|value| !is_empty(value))
}

fn put(record: &mut Record, position: usize, value: Value) {
    if let Some(cell) = record.get_mut(position) {
        *cell = value;
    }
}

fn note(sources: &mut [Vec<usize>], position: usize, from: Vec<usize>) {
    if let Some(known) = sources.get_mut(position) {
        *known = from;
    }
}

/// The value of a column of which neither row alone says what is true: nobody is approached because a row was
/// merged who has said that they do not want it.
fn of_all(
    column: &str,
    position: usize,
    winner: &Record,
    losers: &[&Record],
) -> Option<(Value, Vec<usize>)> {
    let of = |record: &Record| record.get(position).cloned();
    let others = losers.iter().enumerate();
    match column {
        "do_not_contact" => {
            let yes = |record: &Record| of(record) == Some(Value::from(true));
            let from = others.filter(|(_, loser)| yes(loser));
            let from: Vec<usize> = from.map(|(place, _)| place).collect();
            let any = yes(winner) || !from.is_empty();
            Some((Value::from(any), from))
        }
        "consent" => {
            let json = |record: &Record| match of(record) {
                Some(Value::Json(Some(json))) => *json,
                _ => serde_json::Value::Null,
            };
            let all = std::iter::once(winner).chain(losers.iter().copied());
            let lists: Vec<serde_json::Value> = all.map(json).collect();
            let joined = consent::joined(&lists.iter().collect::<Vec<_>>());
            let from = others.filter(|(_, loser)| has(loser, position));
            let from = from.map(|(place, _)| place).collect();
            Some((serde_json::Value::from(joined).into(), from))
        }
        _ => None,
    }
}
