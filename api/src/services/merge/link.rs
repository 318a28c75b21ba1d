//! What refers to the rows that go.

use std::collections::HashSet;

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
    Order,
    edit::{Edit, Step, apply},
};

/// A column that refers to rows of some noun.
#[derive(Clone, Debug)]
pub struct Link {
    /// The table that it is in.
    pub table: Table,
    /// Its name.
    pub column: &'static str,
    /// The column that a row of the table must not have twice together with it.
    unique_with: Option<&'static str>,
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
        });
    }
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
        })
    })
}

/// Has what refers to the losers refer to the winner. A row that would then be there twice, such as two
/// memberships of one campaign, is left to the loser.
pub(super) async fn relink(
    write: &Write<'_>,
    record: &'static Entity,
    order: &Order,
    steps: &mut Vec<Step>,
) -> Result<(), ApiError> {
    for link in links(record.name) {
        let Some(column) = link.table.position(link.column) else {
            continue;
        };
        let rows = store::pointing_to(write.tx, &link.table, link.column, &order.losers).await?;
        if rows.is_empty() {
            continue;
        }
        let mut taken = taken(write, &link, order.winner).await?;
        let edits = rows.iter().filter_map(|row| {
            let other = link.unique_with.and_then(|name| at(&link.table, row, name));
            if other.is_some_and(|other| !taken.insert(other)) {
                return None;
            }
            let id = at(&link.table, row, "id")?;
            // What belonged to a row that goes into it belongs to nothing, not to itself.
            let winner = (id != order.winner).then_some(order.winner);
            Some(Edit::of(id, vec![(column, Value::Uuid(winner))]))
        });
        let edits = edits.collect();
        steps.extend(apply(write, &link.table, edits, ChangeKind::Updated).await?);
    }
    Ok(())
}

/// What the winner's rows have that no two rows of one may have.
async fn taken(write: &Write<'_>, link: &Link, winner: Uuid) -> Result<HashSet<Uuid>, ApiError> {
    let Some(other) = link.unique_with else {
        return Ok(HashSet::new());
    };
    let rows = store::pointing_to(write.tx, &link.table, link.column, &[winner]).await?;
    let others = rows.iter().filter_map(|row| at(&link.table, row, other));
    Ok(others.collect())
}

fn at(table: &Table, row: &Record, column: &str) -> Option<Uuid> {
    match row.get(table.position(column)?) {
        Some(Value::Uuid(id)) => *id,
        _ => None,
    }
}
