//! Which rows: those that the viewer sees, of the row that a list is nested in, that pass the
//! filter, and that lie beyond a cursor.

use crate::{
    dataset::{Direction, Entity, Field, Kind},
    error::ApiError,
    views::{Term, Word},
};

use super::{
    super::{
        cursor::Cursor,
        filter::{Condition, Filter, Operand, Test},
    },
    Compiler, Parent,
    scope::{NEVER, not_deleted},
};

impl Compiler<'_> {
    /// The conditions by which a row belongs to a list: the viewer sees it, it is tied to the row that
    /// the list is nested in, and it passes the filter.
    pub(super) fn belongs(
        &mut self,
        entity: &Entity,
        filter: &Filter,
        parent: Parent<'_>,
        alias: &str,
    ) -> Result<Vec<String>, ApiError> {
        let mut conditions = if self.seen_with(entity, parent) {
            not_deleted(entity, alias).into_iter().collect()
        } else {
            self.visible(entity, alias)?
        };
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
            conditions.push(self.condition(entity, condition, alias)?);
        }
        Ok(conditions)
    }

    /// Whether rows of `entity` are parts of the row that they are listed under, which the viewer
    /// sees: then they see them all.
    fn seen_with(&self, entity: &Entity, parent: Parent<'_>) -> bool {
        let (Some((column, whole)), Some((field, _))) = (entity.ties.part_of, parent) else {
            return false;
        };
        let rows = &self.view.noun(whole).rows;
        let mut terms = self.view.noun(entity.name).rows.terms().iter();
        let with_parent = |term: &Term| {
            term.words.iter().eq([&Word::Parent])
                && term.parent.as_ref().is_some_and(|seen| seen.covers(rows))
        };
        matches!(field.kind, Kind::ToMany { column: key, .. } if key == column)
            && terms.any(with_parent)
    }

    /// A condition of a filter. It sees the same value as the viewer does: by what is masked for them
    /// nothing is filtered, because the rows that pass would tell it.
    fn condition(
        &mut self,
        entity: &Entity,
        condition: &Condition,
        alias: &str,
    ) -> Result<String, ApiError> {
        let field = condition.field;
        if self.masked(field, entity).is_some() {
            return Err(ApiError::ForbiddenField {
                field: format!("filter.{}", field.name),
            });
        }
        let name = field.kind.columns().next().unwrap_or("id");
        let column = format!("{alias}.\"{name}\"");
        let known = match field.kind {
            Kind::ForeignId { column, target } => self.knows(entity, column, target, alias)?,
            _ => None,
        };
        let mut compare =
            |operator: &str, value: &Operand| format!("{column} {operator} {}", self.bind(value));
        let holds = match &condition.test {
            Test::Equals(value) => compare("=", value),
            Test::Differs(value) => compare("<>", value),
            Test::Less(value) => compare("<", value),
            Test::LessOrEqual(value) => compare("<=", value),
            Test::Greater(value) => compare(">", value),
            Test::GreaterOrEqual(value) => compare(">=", value),
            Test::In(values) if values.is_empty() => NEVER.to_owned(),
            Test::NotIn(values) if values.is_empty() => format!("{column} IS NOT NULL"),
            Test::In(values) => format!("{column} IN ({})", self.bind_all(values)),
            Test::NotIn(values) => format!("{column} NOT IN ({})", self.bind_all(values)),
            Test::IsNull(true) => format!("{column} IS NULL"),
            Test::IsNull(false) => format!("{column} IS NOT NULL"),
        };
        Ok(match (known, &condition.test) {
            (None, _) => holds,
            // What they may not know is null to them.
            (Some(known), Test::IsNull(true)) => format!("({holds} OR NOT {known})"),
            (Some(known), _) => format!("{holds} AND {known}"),
        })
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

/// ` WHERE` with all conditions, of which there may be none.
pub(super) fn all(conditions: &[String]) -> String {
    if conditions.is_empty() {
        return String::new();
    }
    format!(" WHERE {}", conditions.join(" AND "))
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
