//! The keys that a list is ordered by, as SQL; and which rows lie behind one that a cursor names.

use crate::{
    dataset::{Direction, Entity, Field, Kind},
    error::ApiError,
};

use super::{
    super::{
        cursor::Cursor,
        order::{Order, Piece},
    },
    Compiler,
    row::misuse,
    source::Source,
};

/// A piece of a key.
pub(super) struct KeyPiece {
    /// What it is called where the rows are read further.
    pub(super) name: String,
    /// What it is.
    pub(super) piece: Piece,
    /// The field that the key is.
    pub(super) field: &'static Field,
    /// The column, where the piece is one of the table itself.
    pub(super) column: Option<&'static str>,
    direction: Direction,
    nulls_first: bool,
    nullable: bool,
}

impl KeyPiece {
    /// The condition that a row with the key `expression` lies beyond one with `value`, where `rest` says
    /// so of the keys after this one.
    fn decides(&self, expression: &str, value: Option<&str>, behind: bool, rest: &str) -> String {
        let nulls_lie_beyond = self.nullable && self.nulls_first != behind;
        let Some(value) = value else {
            let equal = format!("{expression} IS NULL AND {rest}");
            return if nulls_lie_beyond {
                format!("({equal})")
            } else {
                format!("({expression} IS NOT NULL OR {equal})")
            };
        };
        let mut beyond = format!("{expression} {} {value}", operator(self.direction, behind));
        if nulls_lie_beyond {
            beyond = format!("{beyond} OR {expression} IS NULL");
        }
        format!("({beyond} OR {expression} = {value} AND {rest})")
    }
}

/// What a list is ordered by, the id at last.
pub(super) struct Keys {
    pub(super) pieces: Vec<KeyPiece>,
    ties: Direction,
}

impl Keys {
    /// The keys of `order`, by the names that they have once rows are read.
    pub(super) fn of(order: &Order) -> Self {
        let mut pieces = Vec::with_capacity(order.keys.len());
        for (position, key) in order.keys.iter().enumerate() {
            for piece in key.pieces() {
                let plain = !matches!(piece, Piece::Rank | Piece::Currency | Piece::Minor);
                let column = key.field.kind.columns().next();
                let column = column.filter(|_| plain && key.way.is_empty());
                let name = match (column, piece) {
                    (Some(column), _) => column.to_owned(),
                    (None, Piece::Currency) => format!("k{position}c"),
                    (None, _) => format!("k{position}"),
                };
                pieces.push(KeyPiece {
                    name,
                    piece: *piece,
                    field: key.field,
                    column,
                    direction: key.direction,
                    nulls_first: key.nulls_first,
                    nullable: key.is_nullable(),
                });
            }
        }
        Self {
            pieces,
            ties: order.of_ties(),
        }
    }

    /// The `ORDER BY` of rows at `alias`, by their names there.
    pub(super) fn by_name(&self, alias: &str, backward: bool) -> String {
        let at = |piece: &KeyPiece| format!("{alias}.\"{}\"", piece.name);
        let keys: Vec<_> = self.pieces.iter().map(at).collect();
        self.order(&keys, alias, backward)
    }

    /// The `ORDER BY` of rows of the table at `alias`, whose keys are the `expressions`.
    pub(super) fn order(&self, expressions: &[String], alias: &str, backward: bool) -> String {
        let pieces = self.pieces.iter().zip(expressions);
        let mut order: Vec<_> = pieces
            .map(|(piece, expression)| {
                let nulls = match (piece.nullable, piece.nulls_first == backward) {
                    (false, _) => "",
                    (true, true) => " NULLS LAST",
                    (true, false) => " NULLS FIRST",
                };
                format!("{expression} {}{nulls}", word(piece.direction, backward))
            })
            .collect();
        order.push(format!("{alias}.\"id\" {}", word(self.ties, backward)));
        order.join(", ")
    }

    /// Whether all keys go one way and have values, so that rows can be compared as a whole.
    fn is_plain(&self) -> bool {
        let mut pieces = self.pieces.iter();
        pieces.all(|piece| !piece.nullable && piece.direction == self.ties)
    }
}

impl Compiler<'_> {
    /// What the keys of `order` are for rows of `entity` in `source`.
    pub(super) fn key_expressions(
        &mut self,
        source: &mut Source,
        entity: &'static Entity,
        order: &Order,
    ) -> Result<Vec<String>, ApiError> {
        let mut expressions = Vec::with_capacity(order.keys.len());
        for key in &order.keys {
            let (entity, alias) = self.reach(source, entity, &key.way, &key.path)?;
            self.refuse_masked(key.field, entity, &key.path)?;
            for piece in key.pieces() {
                let value = expression(key.field, *piece, &alias);
                expressions.push(value.ok_or_else(|| misuse(key.field))?);
            }
        }
        Ok(expressions)
    }

    /// The condition for rows behind the cursor in the list's order, or before it; with the cursor's
    /// own row where `inclusive`. The rows are at `alias`, and their keys are the `expressions`.
    pub(super) fn beyond(
        &mut self,
        keys: &Keys,
        expressions: &[String],
        alias: &str,
        cursor: &Cursor,
        (behind, inclusive): (bool, bool),
    ) -> String {
        let id = self.bind(cursor.id);
        let mut values = Vec::with_capacity(cursor.values.len());
        for value in &cursor.values {
            values.push(value.as_ref().map(|value| self.bind(value.clone())));
        }
        let or_equal = if inclusive { "=" } else { "" };
        let pieces = keys.pieces.iter().zip(expressions).zip(&values);
        if keys.is_plain() {
            let values: Vec<_> = values.iter().flatten().map(String::as_str).collect();
            return format!(
                "({}, {alias}.\"id\") {}{or_equal} ({}, {id})",
                expressions.join(", "),
                operator(keys.ties, behind),
                values.join(", ")
            );
        }
        // Each key decides where those before it are equal.
        let mut condition = format!(
            "{alias}.\"id\" {}{or_equal} {id}",
            operator(keys.ties, behind)
        );
        for ((piece, expression), value) in pieces.rev() {
            condition = piece.decides(expression, value.as_deref(), behind, &condition);
        }
        // The first key alone bounds the walk, where there is an index.
        match (keys.pieces.first(), expressions.first(), values.first()) {
            (Some(piece), Some(first), Some(Some(value))) if !piece.nullable => {
                format!(
                    "{first} {}= {value} AND {condition}",
                    operator(piece.direction, behind)
                )
            }
            _ => condition,
        }
    }
}

/// A piece of the key `field` of the row at `alias`.
pub(super) fn expression(field: &Field, piece: Piece, alias: &str) -> Option<String> {
    let mut columns = field.kind.columns();
    let column = format!("{alias}.\"{}\"", columns.next()?);
    Some(match piece {
        Piece::Rank => rank(field, &column)?,
        Piece::Currency => {
            let currency = columns.next()?;
            format!("CASE WHEN {column} IS NOT NULL THEN {alias}.\"{currency}\" END")
        }
        _ => column,
    })
}

/// The operator between a row beyond another and that one, where a list goes in that direction.
fn operator(direction: Direction, behind: bool) -> &'static str {
    if (direction == Direction::Ascending) == behind {
        ">"
    } else {
        "<"
    }
}

/// The place of a value in its enumeration.
pub(super) fn rank(field: &Field, column: &str) -> Option<String> {
    let Kind::Choice(_, choice) = &field.kind else {
        return None;
    };
    let places = choice.values.iter().enumerate();
    let arms = places.map(|(place, (value, _))| format!(" WHEN '{value}' THEN {place}"));
    let arms: Vec<_> = arms.collect();
    Some(format!("CASE {column}{} END", arms.concat()))
}

/// The value at the place `rank` of its enumeration.
pub(super) fn ranked(field: &Field, rank: &str) -> Option<String> {
    let Kind::Choice(_, choice) = &field.kind else {
        return None;
    };
    let places = choice.values.iter().enumerate();
    let arms = places.map(|(place, (value, _))| format!(" WHEN {place} THEN '{value}'"));
    let arms: Vec<_> = arms.collect();
    Some(format!("CASE {rank}{} END", arms.concat()))
}

fn word(direction: Direction, backward: bool) -> &'static str {
    if (direction == Direction::Ascending) == backward {
        "DESC"
    } else {
        "ASC"
    }
}
