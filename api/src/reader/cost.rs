//! How many rows a request could return, known before it runs.

use crate::error::ApiError;

use super::selection::{Connection, ConnectionPart, EdgePart, NodeField, NodeSelection};

/// How many rows one root field may return at most, nested ones included.
pub const MAX_ROWS: u64 = 25_000;

/// Refuses what could return more than [`MAX_ROWS`].
pub(super) fn check(requested: u64) -> Result<(), ApiError> {
    if requested > MAX_ROWS {
        return Err(ApiError::CostTooHigh {
            requested,
            limit: MAX_ROWS,
        });
    }
    Ok(())
}

/// The rows of a node: itself and what is nested in it.
pub(super) fn of_node(node: &NodeSelection) -> u64 {
    node.fields.iter().fold(1, |rows, (_, field)| {
        rows.saturating_add(match field {
            NodeField::ToOne(_, node) => of_node(node),
            NodeField::ToMany(_, connection) => of_connection(connection),
            _ => 0,
        })
    })
}

/// The rows of a page: its limit times those of one row, once for each time it is listed.
pub(super) fn of_connection(connection: &Connection) -> u64 {
    let per_row = connection.parts.iter().fold(0_u64, |rows, (_, part)| {
        rows.saturating_add(match part {
            ConnectionPart::Nodes(node) => of_node(node),
            ConnectionPart::Edges(parts) => parts.iter().fold(0_u64, |rows, (_, part)| {
                rows.saturating_add(if let EdgePart::Node(node) = part {
                    of_node(node)
                } else {
                    0
                })
            }),
            _ => 0,
        })
    });
    u64::from(connection.page.limit).saturating_mul(per_row.max(1))
}
