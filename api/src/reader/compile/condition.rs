//! Which rows: those that there are to see, of the row that a list is nested in, that pass the
//! filter, and that lie beyond a cursor.

use crate::dataset::{Direction, Entity, Field, Kind};

use super::{
    super::{
        cursor::Cursor,
        filter::{Condition, Filter, Operand, Test},
    },
    Compiler, Parent,
};

impl Compiler {
    /// The conditions by which a row belongs to a list: it is visible, it is tied to the row that
    /// the list is nested in, and it passes the filter.
    pub(super) fn belongs(
        &mut self,
        entity: &Entity,
        filter: &Filter,
        parent: Parent<'_>,
        alias: &str,
    ) -> Vec<String> {
        let mut conditions = vec![visible(entity, alias)];
        match parent {
            Some((
                Field {
                    kind: Kind::ToMany { column, .. },
                    ..
                },
                row,
            )) => {
                conditions.push(format!("{alias}.\"{column}\" = {row}.\"id\""));
            }
            Some((
                Field {
                    kind:
                        Kind::ToManyThrough {
                            table, near, far, ..
                        },
                    ..
                },
                row,
            )) => {
                conditions.push(format!(
                    "{alias}.\"id\" IN (SELECT \"{far}\" FROM \"{table}\" WHERE \"{near}\" = {row}.\"id\")"
                ));
            }
            _ => {}
        }
        for condition in &filter.conditions {
            conditions.push(self.condition(condition, alias));
        }
        conditions
    }

    pub(super) fn condition(&mut self, condition: &Condition, alias: &str) -> String {
        let column = format!("{alias}.\"{}\"", condition.column);
        let mut compare =
            |operator: &str, value: &Operand| format!("{column} {operator} {}", self.bind(value));
        match &condition.test {
            Test::Equals(value) => compare("=", value),
            Test::Differs(value) => compare("<>", value),
            Test::Less(value) => compare("<", value),
            Test::LessOrEqual(value) => compare("<=", value),
            Test::Greater(value) => compare(">", value),
            Test::GreaterOrEqual(value) => compare(">=", value),
            Test::In(values) if values.is_empty() => "1 = 0".to_owned(),
            Test::NotIn(values) if values.is_empty() => format!("{column} IS NOT NULL"),
            Test::In(values) => format!("{column} IN ({})", self.bind_all(values)),
            Test::NotIn(values) => format!("{column} NOT IN ({})", self.bind_all(values)),
            Test::IsNull(true) => format!("{column} IS NULL"),
            Test::IsNull(false) => format!("{column} IS NOT NULL"),
        }
    }

    /// The condition for rows behind the cursor in the list's order, or before it; with the
    /// cursor's own row where `inclusive`.
    pub(super) fn beyond(
        &mut self,
        entity: &Entity,
        cursor: &Cursor,
        alias: &str,
        behind: bool,
        inclusive: bool,
    ) -> String {
        let (column, _) = order_column(entity);
        let ascending = entity.order.direction == Direction::Ascending;
        let operator = if ascending == behind { ">" } else { "<" };
        let or_equal = if inclusive { "=" } else { "" };
        let key = self.bind(cursor.key.clone());
        let id = self.bind(cursor.id);
        format!("({alias}.\"{column}\", {alias}.\"id\") {operator}{or_equal} ({key}, {id})")
    }
}

pub(super) fn table(entity: &Entity, alias: &str) -> String {
    format!("\"{}\" AS {alias}", entity.table)
}

/// The rows of `entity` that there are to see.
pub(super) fn visible(entity: &Entity, alias: &str) -> String {
    if entity.soft_delete {
        format!("{alias}.\"deleted_at\" IS NULL")
    } else {
        "1 = 1".to_owned()
    }
}

pub(super) fn order(entity: &Entity, alias: &str, backward: bool) -> String {
    let (column, _) = order_column(entity);
    let ascending = (entity.order.direction == Direction::Ascending) != backward;
    let direction = if ascending { "ASC" } else { "DESC" };
    format!("{alias}.\"{column}\" {direction}, {alias}.\"id\" {direction}")
}

pub(super) fn order_column(entity: &Entity) -> (&'static str, &Kind) {
    let kind = entity
        .find(entity.order.field)
        .map_or(&Kind::Id, |field| &field.kind);
    (kind.columns().next().unwrap_or("id"), kind)
}
