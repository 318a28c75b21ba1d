//! What an operation could cost, known before it runs.
//!
//! A row that it could return is one point, nested ones included; a statement is [`STATEMENT`] points: a
//! root field is one, and so is whatever has to be looked up for it before; a `totalCount` is [`COUNT`] points at the root, where
//! it may walk a table, and one where it is nested. A related row that a filter or an order looks for is
//! [`RELATION`] points at the root, and [`NESTED_RELATION`] for each row that the list is nested in.
//! An aggregate is [`COUNT`] points, and each group that it could give is one more.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::ApiError;

use super::{
    aggregate::{Aggregate, GroupPart, Groups, KeyPart, MAX_GROUPS},
    change::{ChangeEdgePart, ChangePart, ChangeSelection, History, HistoryPart},
    selection::{Connection, ConnectionPart, NodeField, NodeSelection},
};

/// How many points one operation may cost.
pub const MAX_COST: u64 = 30_000;
/// The points of a statement.
pub(super) const STATEMENT: u64 = 100;
/// The points of a `totalCount` at the root.
pub(super) const COUNT: u64 = 250;
/// The points of a related row that a list at the root is found or ordered by.
pub(super) const RELATION: u64 = 50;
/// The points of a related row that a nested list is found or ordered by.
pub(super) const NESTED_RELATION: u64 = 2;

/// What an operation has cost so far, over all its root fields.
#[derive(Debug, Default)]
pub(super) struct Budget {
    requested: AtomicU64,
    /// Without the fields that were refused.
    spent: AtomicU64,
}

impl Budget {
    /// How many points were asked for.
    pub(super) fn requested(&self) -> u64 {
        self.requested.load(Ordering::Relaxed)
    }

    /// How many points have been spent.
    pub(super) fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }

    /// Spends the points of one more statement, or refuses it.
    ///
    /// # Errors
    ///
    /// [`ApiError::CostTooHigh`] when the operation would cost more than [`MAX_COST`].
    pub(super) fn spend(&self, points: u64) -> Result<(), ApiError> {
        let points = points.saturating_add(STATEMENT);
        let requested = add(&self.requested, points);
        if requested > MAX_COST {
            return Err(ApiError::CostTooHigh {
                requested,
                limit: MAX_COST,
            });
        }
        add(&self.spent, points);
        Ok(())
    }
}

/// Adds `more`, and says what it is then.
fn add(points: &AtomicU64, more: u64) -> u64 {
    let added = |points: u64| Some(points.saturating_add(more));
    let before = points.fetch_update(Ordering::Relaxed, Ordering::Relaxed, added);
    // It is never left as it is.
    before.unwrap_or_default().saturating_add(more)
}

/// The points of a list at the root.
pub(super) fn of_root_connection(connection: &Connection) -> u64 {
    let counts = connection
        .parts
        .iter()
        .filter(|(_, part)| matches!(part, ConnectionPart::TotalCount));
    let counts = u64::try_from(counts.count()).unwrap_or(u64::MAX);
    of_connection(connection)
        .saturating_add(counts.saturating_mul(COUNT))
        .saturating_add(relations(connection).saturating_mul(RELATION))
}

/// The points of numbers over rows.
pub(super) fn of_aggregate(aggregate: &Aggregate) -> u64 {
    let relations = aggregate.filter.relations().saturating_mul(RELATION);
    COUNT.saturating_add(relations)
}

/// The points of groups: as of an aggregate, and each group that could be given with its rows.
pub(super) fn of_groups(groups: &Groups) -> u64 {
    let ways = groups.by.iter().map(|dimension| dimension.way.len());
    let ways = u64::try_from(ways.sum::<usize>()).unwrap_or(u64::MAX);
    let relations = groups.filter.relations().saturating_add(ways);
    let nested = groups.parts.iter().map(|(_, part)| match part {
        GroupPart::Aggregate(_) => 0,
        GroupPart::Key(parts) => of_key(parts),
        GroupPart::Rows(connection) => of_nested_connection(connection),
    });
    let each = nested.fold(1, u64::saturating_add);
    let given = u64::from(groups.first.unwrap_or(MAX_GROUPS)).max(1);
    COUNT
        .saturating_add(relations.saturating_mul(RELATION))
        .saturating_add(given.saturating_mul(each))
}

fn of_key(parts: &[(String, KeyPart)]) -> u64 {
    let rows = parts.iter().map(|(_, part)| match part {
        KeyPart::Related(parts) => of_key(parts),
        KeyPart::Row(_, node) => of_node(node),
        KeyPart::TypeName(_) | KeyPart::Null | KeyPart::Dimension(_) => 0,
    });
    rows.fold(0, u64::saturating_add)
}

/// The rows of a node: itself and what is nested in it.
pub(super) fn of_node(node: &NodeSelection) -> u64 {
    node.fields.iter().fold(1, |rows, (_, field)| {
        rows.saturating_add(match field {
            NodeField::ToOne(_, node) => of_node(node),
            // The row itself is counted already.
            NodeField::Facet(_, facet) => of_node(facet).saturating_sub(1),
            NodeField::ToMany(_, connection) => of_nested_connection(connection),
            NodeField::History(_, history) => of_history(history),
            _ => 0,
        })
    })
}

/// The changes of a history, each with what it is nested in.
fn of_history(history: &History) -> u64 {
    let each = history.parts.iter().map(|(_, part)| match part {
        HistoryPart::Nodes(change) => of_change(change),
        HistoryPart::Edges(parts) => {
            let changes = parts.iter().map(|(_, part)| match part {
                ChangeEdgePart::Node(change) => of_change(change),
                ChangeEdgePart::TypeName | ChangeEdgePart::Cursor => 0,
            });
            changes.fold(0, u64::saturating_add)
        }
        HistoryPart::TypeName | HistoryPart::PageInfo(_) => 0,
    });
    let each = each.fold(0, u64::saturating_add).max(1);
    u64::from(history.limit).saturating_mul(each)
}

/// The points of a change: itself, and its row, whichever noun costs most.
pub(super) fn of_change(change: &ChangeSelection) -> u64 {
    let rows = change.parts.iter().map(|(_, part)| match part {
        ChangePart::Node(nodes) => nodes.iter().map(of_node).max().unwrap_or_default(),
        _ => 0,
    });
    rows.fold(1, u64::saturating_add)
}

fn of_nested_connection(connection: &Connection) -> u64 {
    let relations = relations(connection).saturating_mul(NESTED_RELATION);
    of_connection(connection).saturating_add(relations)
}

/// How many related rows a list is found or ordered by.
fn relations(connection: &Connection) -> u64 {
    let filtered = connection.filter.relations();
    filtered.saturating_add(connection.order.relations())
}

/// The rows of a page: its limit times those of one row, once for each time it is listed. A list that
/// returns none still has to be looked up, and costs a point.
fn of_connection(connection: &Connection) -> u64 {
    let per_row = connection.nodes().map(of_node);
    let per_row = per_row.fold(0, u64::saturating_add);
    let limit = u64::from(connection.page.limit.max(1));
    limit.saturating_mul(per_row.max(1))
}
