//! Changes of rows, as callers select them: of one row, as its history, and of all, as a feed.

use crate::dataset::Entity;

use super::selection::{NodeSelection, PageInfoPart};

/// What to read of the history of a row: a page, latest first.
#[derive(Clone, Debug)]
pub struct History {
    /// How many changes at most.
    pub limit: u32,
    /// Only changes before the one with this number.
    pub before: Option<i64>,
    /// Response key and what stands under it.
    pub parts: Vec<(String, HistoryPart)>,
}

/// What stands under a key of a history.
#[derive(Clone, Debug)]
pub enum HistoryPart {
    /// `__typename`.
    TypeName,
    /// Where the page lies.
    PageInfo(Vec<(String, PageInfoPart)>),
    /// The changes with their cursors.
    Edges(Vec<(String, ChangeEdgePart)>),
    /// The changes.
    Nodes(ChangeSelection),
}

/// What stands under a key of an edge.
#[derive(Clone, Debug)]
pub enum ChangeEdgePart {
    /// `__typename`.
    TypeName,
    /// The change's cursor.
    Cursor,
    /// The change.
    Node(ChangeSelection),
}

/// What to read of a change: response key and what stands under it.
#[derive(Clone, Debug, Default)]
pub struct ChangeSelection {
    /// The GraphQL type, which is what `__typename` is.
    pub type_name: &'static str,
    /// Response key and what stands under it.
    pub parts: Vec<(String, ChangePart)>,
}

/// What stands under a key of a change.
#[derive(Clone, Debug)]
pub enum ChangePart {
    /// `__typename`.
    TypeName,
    /// Where it stands in the feed.
    Cursor,
    /// When it was recorded.
    At,
    /// What was done.
    Kind,
    /// To what kind of row.
    Entity,
    /// The row's id.
    Id,
    /// The row; what to read of it, for each entity.
    Node(Vec<NodeSelection>),
    /// The fields that changed.
    Fields(Vec<(String, FieldChangePart)>),
    /// Who did it.
    Actor(Vec<(String, ActorPart)>),
    /// Why.
    Reason,
    /// Of which nouns other rows may have come into view with it, or gone.
    AlsoAffects,
}

impl ChangePart {
    /// What to read of the row, if it is that, and the row is of `entity`.
    pub(super) fn node_of(&self, entity: &Entity) -> Option<&NodeSelection> {
        let Self::Node(nodes) = self else {
            return None;
        };
        nodes.iter().find(|node| node.entity.name == entity.name)
    }
}

/// What stands under a key of a field that changed.
#[derive(Clone, Copy, Debug)]
pub enum FieldChangePart {
    /// `__typename`.
    TypeName,
    /// The field's name.
    Field,
    /// What it was.
    Before,
    /// What it became.
    After,
}

/// What stands under a key of who did something.
#[derive(Clone, Copy, Debug)]
pub enum ActorPart {
    /// `__typename`.
    TypeName,
    /// Who or what they are.
    Kind,
    /// Their id, where the viewer may know it.
    Id,
    /// What they are called, where the viewer may know it.
    Name,
}

/// What the cursors of histories begin with.
pub(super) const MARK: &str = "hist";

/// The number in a cursor of a history; `None` for any other text.
#[must_use]
pub fn number_of(cursor: &str) -> Option<i64> {
    let digits = cursor.strip_prefix(MARK)?;
    let canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| canonical)
}
