//! What the row that stays takes from those that go.

use crate::{
    error::ApiError,
    record::{Entity, derive, is_empty},
    store::table::{Record, Value},
};

/// What a row keeps of its own.
const OWN: [&str; 7] = [
    "id",
    "version",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "deleted_at",
];

/// By column what the winner gets: where it has nothing, what the first loser has that has something; and of
/// the first loser what `take` names, whatever the winner has.
pub(super) fn fill(
    entity: &Entity,
    winner: &Record,
    losers: &[&Record],
    take: &[String],
) -> Result<Vec<(usize, Value)>, ApiError> {
    let taken = taken(entity, take)?;
    let mut record = winner.clone();
    let columns = entity.table.columns.iter().enumerate();
    for (position, _) in columns.filter(|(_, column)| !OWN.contains(&column.name)) {
        let first = losers.first().filter(|_| taken.contains(&position));
        let empty = record.get(position).is_some_and(is_empty);
        let mut others = losers.iter().filter(|_| empty);
        let source = first.or_else(|| others.find(|loser| has(loser, position)));
        if let Some(source) = source {
            put(entity, &mut record, source, position);
        }
    }
    derive::complete(entity, &mut record, |_| true, &derive::Known::default());
    let pairs = winner.iter().zip(record).enumerate();
    let changed = pairs.filter(|(_, (before, after))| *before != after);
    Ok(changed.map(|(at, (_, after))| (at, after)).collect())
}

fn has(record: &Record, position: usize) -> bool {
    record.get(position).is_some_and(|value| !is_empty(value))
}

/// Copies a value, and what says whether it can be relied on.
fn put(entity: &Entity, record: &mut Record, source: &Record, position: usize) {
    let mut copy = |position: usize| {
        if let (Some(cell), Some(value)) = (record.get_mut(position), source.get(position)) {
            cell.clone_from(value);
        }
    };
    copy(position);
    if Some(position) == entity.position("email")
        && let Some(verified) = entity.position("email_verified")
    {
        copy(verified);
    }
}

/// The columns of the fields that `take` names.
fn taken(entity: &Entity, take: &[String]) -> Result<Vec<usize>, ApiError> {
    let mut columns = Vec::new();
    for (index, name) in take.iter().enumerate() {
        let own = snake(name);
        let ways = [own.clone(), format!("{own}_id"), format!("{own}_minor")];
        let found: Vec<usize> = ways
            .iter()
            .chain([&format!("{own}_currency")])
            .filter(|column| !OWN.contains(&column.as_str()))
            .filter_map(|column| entity.position(column))
            .collect();
        if found.is_empty() {
            let field = format!("take.{index}");
            let problem = format!("a {} has no field `{name}` to take", entity.name);
            return Err(ApiError::validation(field, problem));
        }
        columns.extend(found);
    }
    Ok(columns)
}

/// `jobTitle` as `job_title`.
fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
