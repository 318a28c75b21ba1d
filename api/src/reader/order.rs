//! In which order a list is: keys, of which the first that differs decides, and at last the id.

use crate::dataset::{self, Direction, Entity, Field, Kind};

/// In which order a list is.
#[derive(Clone, Debug)]
pub struct Order {
    /// The keys; there is at least one.
    pub keys: Vec<OrderKey>,
}

/// A key that a list is ordered by.
#[derive(Clone, Debug)]
pub struct OrderKey {
    /// The relations to one row that lead to the value, from the row itself on.
    pub way: Vec<&'static Field>,
    /// The field with the value.
    pub field: &'static Field,
    /// Which end comes first.
    pub direction: Direction,
    /// Whether rows without a value come first, and not last.
    pub nulls_first: bool,
    /// Where the caller wrote it, such as `orderBy.0.owner.name`.
    pub path: String,
}

impl Order {
    /// The order that lists of `entity` have when nobody says.
    #[must_use]
    pub fn of(entity: &'static Entity) -> Self {
        Self::by(entity, &entity.order)
    }

    /// The order of lists of `entity` by one field.
    #[must_use]
    pub fn by(entity: &'static Entity, key: &dataset::OrderKey) -> Self {
        let field = entity.find(key.field).into_iter();
        let keys = field.map(|field| OrderKey {
            way: Vec::new(),
            field,
            direction: key.direction,
            nulls_first: false,
            path: "orderBy".to_owned(),
        });
        Self {
            keys: keys.collect(),
        }
    }

    /// In which direction the id breaks ties.
    pub(super) fn of_ties(&self) -> Direction {
        self.keys
            .last()
            .map_or(Direction::Ascending, |key| key.direction)
    }

    /// How many related rows are looked for.
    pub(super) fn relations(&self) -> u64 {
        let ways = self.keys.iter().map(|key| key.way.len());
        u64::try_from(ways.sum::<usize>()).unwrap_or(u64::MAX)
    }
}

impl OrderKey {
    /// Whether there can be rows without a value.
    pub(super) fn is_nullable(&self) -> bool {
        !self.way.is_empty() || self.field.nullable
    }

    /// What the key consists of: an amount is ordered by its currency, then by its minor units.
    pub(super) fn pieces(&self) -> &'static [Piece] {
        match self.field.kind {
            Kind::Money { .. } => &[Piece::Currency, Piece::Minor],
            Kind::Choice(..) => &[Piece::Rank],
            Kind::Int(_) => &[Piece::Int],
            Kind::Boolean(_) => &[Piece::Boolean],
            Kind::Instant(_) => &[Piece::Instant],
            Kind::Day(_) => &[Piece::Day],
            _ => &[Piece::Text],
        }
    }
}

/// A value that a key consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A text, by its bytes.
    Text,
    /// A number of 16 or 32 bits.
    Int,
    /// False before true.
    Boolean,
    /// An instant.
    Instant,
    /// A day.
    Day,
    /// The place of a value in its enumeration, as declared.
    Rank,
    /// The currency of an amount.
    Currency,
    /// The minor units of an amount.
    Minor,
}
