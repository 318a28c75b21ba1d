//! What refers to the rows that go.

use std::collections::HashMap;

use uuid::Uuid;

use entity::change::ChangeKind;

use crate::{
    error::ApiError,
    record::{self, Entity, FieldKind, Match, entities},
    store::{
        merge as store,
        table::{Record, Table, Value},
    },
};

use super::{
    super::write::Write,
    Order, double,
    edit::{Edit, Step, apply, mark_deleted},
    id_of, is_there,
};

/// A column that refers to rows of some noun.
#[derive(Clone, Debug)]
pub struct Link {
    /// The table that it is in.
    pub table: Table,
    /// Its name.
    pub column: &'static str,
    /// The column that a row of the table must not have twice together with it.
    pub unique_with: Option<&'static str>,
    /// The column that is true for one of the rows at most that refer to the same one.
    primary: Option<&'static str>,
}

/// Every column that refers to rows of the table `noun`, out of the definitions of the tables.
#[must_use]
pub fn links(noun: &str) -> Vec<Link> {
    let mut links: Vec<Link> = entities()
        .iter()
        .flat_map(|entity| links_of(entity, noun))
        .collect();
    if noun == "account" {
        links.push(Link {
            table: record::domains().clone(),
            column: "account_id",
            unique_with: None,
            primary: Some("is_primary"),
        });
    }
    // Tasks are not imported, and refer to what is.
    links.extend(
        record::written("task")
            .into_iter()
            .flat_map(|task| links_of(task, noun)),
    );
    links
}

fn links_of<'n>(entity: &'static Entity, noun: &'n str) -> impl Iterator<Item = Link> + 'n {
    let refers =
        move |kind: &FieldKind| matches!(kind, FieldKind::Reference(name) if *name == noun);
    let fields = entity
        .fields
        .iter()
        .filter(move |field| refers(&field.kind));
    fields.filter_map(|field| {
        let column = entity.table.columns.get(field.column)?.name;
        Some(Link {
            table: entity.table.clone(),
            column,
            unique_with: entity.matching.iter().find_map(|way| match way {
                Match::Pair(first, seconds) if seconds.contains(&column) => Some(*first),
                _ => None,
            }),
            primary: None,
        })
    })
}

/// Has what refers to the losers refer to the winner. What would then be there twice, such as two memberships of one
/// campaign, is one of them: the other is deleted. Gives what was changed.
pub(super) async fn relink(
    write: &Write<'_>,
    record: &'static Entity,
    order: &Order,
) -> Result<Vec<Step>, ApiError> {
    let mut steps = Vec::new();
    for link in links(record.name) {
        let mut rows =
            store::pointing_to(write.tx, &link.table, link.column, &order.losers).await?;
        if rows.is_empty() {
            continue;
        }
        // What the first loser has comes before what the others have.
        rows.sort_by_key(|row| {
            let of = at(&link.table, row, link.column);
            order.losers.iter().position(|loser| of == Some(*loser))
        });
        let mut gathered = Gathered::default();
        if link.unique_with.is_some() || link.primary.is_some() {
            let winner = [order.winner];
            let own = store::pointing_to(write.tx, &link.table, link.column, &winner).await?;
            for row in own {
                gathered.keep(&link, row);
            }
        }
        for row in rows {
            gathered.take(write, &link, order.winner, row);
        }
        let Gathered { kept, doubles, .. } = gathered;
        let edits = |rows: Vec<Record>| {
            let rows = rows.into_iter();
            let edits = rows.filter_map(|row| Some(Edit::whole(id_of(&link.table, &row)?, row)));
            edits.collect()
        };
        // First, so that no two of them are there at once.
        let gone = ChangeKind::Deleted;
        steps.extend(apply(write, &link.table, edits(doubles), gone).await?);
        let updated = ChangeKind::Updated;
        steps.extend(apply(write, &link.table, edits(kept), updated).await?);
    }
    Ok(steps)
}

/// The rows of one table that refer to the winner, as they are to be.
#[derive(Debug, Default)]
struct Gathered {
    kept: Vec<Record>,
    /// Those that say what one of the others says.
    doubles: Vec<Record>,
    /// By what stands in the column of [`Link::unique_with`], which one is kept.
    places: HashMap<Uuid, usize>,
    /// Whether one of them is the primary one.
    primary: bool,
}

impl Gathered {
    /// Takes a row that refers to a loser.
    fn take(&mut self, write: &Write<'_>, link: &Link, winner: Uuid, mut row: Record) {
        // What belonged to a row that goes into it belongs to nothing, not to itself.
        let of = (id_of(&link.table, &row) != Some(winner)).then_some(winner);
        set(&link.table, &mut row, link.column, of);
        let place = other(link, &row).and_then(|other| self.places.get(&other));
        let first = place.and_then(|place| self.kept.get_mut(*place));
        if let Some(first) = first {
            double::join(&link.table, first, &row);
            mark_deleted(write, &link.table, &mut row);
            self.doubles.push(row);
        } else {
            self.keep(link, row);
        }
    }

    /// Keeps a row that refers to the winner.
    fn keep(&mut self, link: &Link, mut row: Record) {
        if let Some(other) = other(link, &row) {
            self.places.insert(other, self.kept.len());
        }
        if let Some(column) = link.primary {
            let position = link.table.position(column);
            let value = position.and_then(|position| row.get(position));
            let primary = value == Some(&Value::from(true));
            if primary && self.primary {
                set(&link.table, &mut row, column, false);
            }
            self.primary |= primary;
        }
        self.kept.push(row);
    }
}

/// What no two rows of the winner may have, of a row that is there.
fn other(link: &Link, row: &Record) -> Option<Uuid> {
    let other = at(&link.table, row, link.unique_with?);
    other.filter(|_| is_there(&link.table, row))
}

fn at(table: &Table, row: &Record, column: &str) -> Option<Uuid> {
    match row.get(table.position(column)?) {
        Some(Value::Uuid(id)) => *id,
        _ => None,
    }
}

fn set(table: &Table, row: &mut Record, column: &str, value: impl Into<Value>) {
    let cell = table.position(column).and_then(|at| row.get_mut(at));
    if let Some(cell) = cell {
        *cell = value.into();
    }
}
