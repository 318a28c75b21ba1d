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
        let mut own = Own::of(write, &link, order.winner).await?;
        let edits = rows.iter().filter_map(|row| {
            let id = at(&link.table, row, "id")?;
            if !own.takes(&link, row) {
                return None;
            }
            // What belonged to a row that goes into it belongs to nothing, not to itself.
            let winner = (id != order.winner).then_some(order.winner);
            let mut values = vec![(column, Value::Uuid(winner))];
            values.extend(own.second(&link, row));
            Some(Edit::of(id, values))
        });
        let edits = edits.collect();
        steps.extend(apply(write, &link.table, edits, ChangeKind::Updated).await?);
    }
    Ok(())
}

/// What the winner's rows have that no two rows of one may have.
#[derive(Debug, Default)]
struct Own {
    /// What stands in the column of [`Link::unique_with`].
    others: HashSet<Uuid>,
    /// Whether one of them is the primary one.
    primary: bool,
}

impl Own {
    async fn of(write: &Write<'_>, link: &Link, winner: Uuid) -> Result<Self, ApiError> {
        let mut own = Self::default();
        if link.unique_with.is_none() && link.primary.is_none() {
            return Ok(own);
        }
        for row in store::pointing_to(write.tx, &link.table, link.column, &[winner]).await? {
            own.takes(link, &row);
            own.second(link, &row);
        }
        Ok(own)
    }

    /// Whether the row can be one of theirs, which it is from then on.
    fn takes(&mut self, link: &Link, row: &Record) -> bool {
        let other = link.unique_with.and_then(|name| at(&link.table, row, name));
        other.is_none_or(|other| self.others.insert(other))
    }

    /// What makes the row a second one, where it is the primary one and there is one already.
    fn second(&mut self, link: &Link, row: &Record) -> Option<(usize, Value)> {
        let position = link.table.position(link.primary?)?;
        let primary = row.get(position) == Some(&Value::from(true));
        let second = primary && self.primary;
        self.primary |= primary;
        second.then(|| (position, Value::from(false)))
    }
}

fn at(table: &Table, row: &Record, column: &str) -> Option<Uuid> {
    match row.get(table.position(column)?) {
        Some(Value::Uuid(id)) => *id,
        _ => None,
    }
}
