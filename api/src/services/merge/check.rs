//! Whether rows can be made one as a caller says. Whatever is wrong is told at once, with its path in the input.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{
    dataset::{Entity, Field},
    error::{ApiError, Problem},
    record,
    store::table::{Record, Value},
};

use super::{
    super::{
        rows::{Rights, tree},
        write::Write,
    },
    MOST_LOSERS, Order,
    fill::Filled,
    is_there,
};

/// What counts of all rows that are merged, so that none of them has it to take.
const OF_ALL: [&str; 2] = ["consent", "doNotContact"];

/// Refuses an order that makes no sense, whatever rows it is about.
pub(super) fn order(order: &Order) -> Result<(), ApiError> {
    let mut problems = Vec::new();
    if order.losers.is_empty() || order.losers.len() > MOST_LOSERS {
        let problem = format!("1 to {MOST_LOSERS} rows can go into one");
        problems.push(Problem::validation("input.loserIds", &problem));
    }
    let mut seen = vec![order.winner];
    for (index, loser) in order.losers.iter().enumerate() {
        if seen.contains(loser) {
            let problem = "a row goes into another, and once";
            problems.push(Problem::validation(loser_path(index), problem));
        }
        seen.push(*loser);
    }
    for (index, (id, _)) in order.versions.iter().enumerate() {
        if !seen.contains(id) {
            let field = format!("input.expectedVersions.{index}.id");
            let problem = "this is none of the rows that are merged";
            problems.push(Problem::validation(field, problem));
        }
    }
    refuse(problems)
}

/// What the caller may do with the rows, if they may merge each of them as it is now: they are locked.
pub(super) async fn rights(
    write: &Write<'_>,
    order: &Order,
    (noun, record): (&'static Entity, &record::Entity),
    rows: &HashMap<Uuid, Record>,
) -> Result<Rights, ApiError> {
    let losers = order.losers.iter().enumerate();
    let losers = losers.map(|(index, id)| (*id, loser_path(index)));
    let all: Vec<(Uuid, String)> = [(order.winner, "input.winnerId".to_owned())]
        .into_iter()
        .chain(losers)
        .collect();
    let ids: Vec<Uuid> = all.iter().map(|(id, _)| *id).collect();
    let rights = Rights::of(write, noun, &ids, &["merge"], false).await?;
    let mut problems = Vec::new();
    for (id, path) in all {
        let row = rows.get(&id);
        let there = row.is_some_and(|row| is_there(&record.table, row));
        match rights.get(id).filter(|_| there) {
            None => problems.push(missing(noun, &path)),
            Some(right) if !right.actions.contains("merge") => {
                let problem = format!("you may not merge this {}", record.name);
                problems.push(Problem::new("FORBIDDEN_SCOPE", path, &problem));
            }
            Some(_) => {}
        }
    }
    refuse(problems)?;
    refuse(stale(order, record, rows))?;
    Ok(rights)
}

/// Which rows are in another version than the caller has read.
fn stale(order: &Order, record: &record::Entity, rows: &HashMap<Uuid, Record>) -> Vec<Problem> {
    let version = record.position("version");
    let expected = order.versions.iter().enumerate();
    let problems = expected.filter_map(|(index, (id, seen))| {
        let Some(Value::Int(Some(now))) = rows.get(id)?.get(version?) else {
            return None;
        };
        let problem = format!("the row has version {now} by now: somebody has changed it");
        let field = format!("input.expectedVersions.{index}.version");
        let mut problem = Problem::new("VERSION_CONFLICT", field, &problem);
        problem.current = Some((*id, *now));
        (now != seen).then_some(problem)
    });
    problems.collect()
}

/// The columns of the fields that the winner takes from the first loser. Nobody takes what is masked for them in
/// either of the two.
pub(super) fn taken(
    order: &Order,
    (noun, record): (&'static Entity, &record::Entity),
    rights: &Rights,
) -> Result<Vec<usize>, ApiError> {
    let columns = |field: &Field| -> Vec<usize> {
        let columns = field.kind.columns();
        columns.filter_map(|name| record.position(name)).collect()
    };
    let fields = noun.writes.fields.iter().map(|written| written.field);
    let fields = fields.filter(|name| !OF_ALL.contains(name));
    let fields = fields.filter_map(|name| noun.written(name));
    let fields: Vec<&Field> = fields.filter(|field| !columns(field).is_empty()).collect();
    let first = [Some(order.winner), order.losers.first().copied()];
    let (mut taken, mut problems) = (Vec::new(), Vec::new());
    for (index, name) in order.take.iter().enumerate() {
        let path = format!("input.take.{index}");
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            let problem = format!("no field `{name}` of a {} can be taken", noun.name);
            let names = fields.iter().map(|field| field.name);
            problems.push(Problem::validation(path, &problem).allowing(names));
            continue;
        };
        let masks = |id: &Uuid| masked(rights, *id, field);
        if first.iter().flatten().any(masks) {
            let problem =
                "this is masked for you in one of the two rows, so that you cannot take it";
            problems.push(Problem::new("FORBIDDEN_FIELD", path, problem));
        }
        taken.extend(columns(field));
    }
    refuse(problems)?;
    Ok(taken)
}

/// Refuses to show a caller in the winner, which is written, what was masked for them in a row that went into it.
pub(super) async fn refuse_revealed(
    write: &Write<'_>,
    order: &Order,
    (noun, record): (&'static Entity, &record::Entity),
    before: &Rights,
    filled: &[Filled],
) -> Result<(), ApiError> {
    let mut hidden = Vec::new();
    for it in filled {
        let column = record.table.columns.get(it.column).map(|it| it.name);
        let of = |field: &&Field| {
            field.guard.is_some() && field.kind.columns().any(|it| Some(it) == column)
        };
        let Some(field) = noun.fields.iter().find(of) else {
            continue;
        };
        for place in &it.from {
            let masks = |id: &Uuid| masked(before, *id, field);
            if order.losers.get(*place).is_some_and(masks) {
                hidden.push((*place, field));
            }
        }
    }
    if hidden.is_empty() {
        return Ok(());
    }
    let after = Rights::of(write, noun, &[order.winner], &[], false).await?;
    let shown =
        |field: &Field| after.get(order.winner).is_some() && !masked(&after, order.winner, field);
    let problems = hidden.into_iter().filter(|(_, field)| shown(field));
    let problems = problems.map(|(place, field)| {
        let problem = format!(
            "its `{}` is masked for you, and you would see it in the row that stays: somebody has to merge them \
             who sees both",
            field.name
        );
        Problem::new("FORBIDDEN_FIELD", loser_path(place), &problem)
    });
    refuse(problems.collect())
}

/// Refuses a merge by which the winner, which is written, lies below itself.
pub(super) async fn refuse_loop(
    write: &Write<'_>,
    noun: &'static Entity,
    winner: Uuid,
) -> Result<(), ApiError> {
    if !tree::loops(write, noun, &[winner]).await? {
        return Ok(());
    }
    let problem = "the winner lies below what belongs to one of them: it would lie below itself";
    refuse(vec![Problem::validation("input.winnerId", problem)])
}

/// Whether `field` is masked for the caller in the row.
fn masked(rights: &Rights, id: Uuid, field: &Field) -> bool {
    let right = rights.get(id).zip(field.guard);
    right.is_some_and(|(right, guard)| right.masked.contains(guard))
}

/// That there is no such row for the caller.
fn missing(noun: &Entity, path: &str) -> Problem {
    let mut problem = Problem::new("NOT_FOUND", path, "");
    problem.message = format!("no such {}", noun.name);
    problem
}

fn loser_path(index: usize) -> String {
    format!("input.loserIds.{index}")
}

fn refuse(problems: Vec<Problem>) -> Result<(), ApiError> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(ApiError::Input(problems))
}
