//! Which rows: those that the viewer sees, of the row that a list is nested in, that pass the filter.

use crate::{
    dataset::{Entity, Field, Kind, dataset},
    error::ApiError,
    views::{Term, Word},
};

use super::{
    super::filter::{Clause, Demand, Filter, Logic, Test},
    Compiler, Parent,
    row::misuse,
    scope::{ALWAYS, NEVER, exists, not_deleted},
};

impl Compiler<'_> {
    /// The conditions by which a row belongs to a list: the viewer sees it, it is tied to the row that
    /// the list is nested in, and it passes the filter.
    pub(super) fn belongs(
        &mut self,
        entity: &'static Entity,
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
            Parent::All => {}
            Parent::Row(field, row) => conditions.push(tied(field, row, alias)?),
            Parent::Group(groups) => {
                conditions.push(self.holds(entity, &groups.filter, alias)?);
                for (place, dimension) in groups.by.iter().enumerate() {
                    conditions.extend(self.agrees(entity, dimension, place, alias)?);
                }
            }
        }
        match filter {
            Logic::All(parts) => {
                for part in parts {
                    conditions.push(self.holds(entity, part, alias)?);
                }
            }
            one => conditions.push(self.holds(entity, one, alias)?),
        }
        Ok(conditions)
    }

    /// Whether rows of `entity` are parts of the row that they are listed under, which the viewer
    /// sees: then they see them all.
    fn seen_with(&self, entity: &Entity, parent: Parent<'_>) -> bool {
        let (Some((column, whole)), Parent::Row(field, _)) = (entity.ties.part_of, parent) else {
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

    /// The condition that a filter holds for the row at `alias`.
    fn holds(
        &mut self,
        entity: &'static Entity,
        filter: &Filter,
        alias: &str,
    ) -> Result<String, ApiError> {
        self.logic(filter, &mut |compiler, clause| {
            compiler.clause(entity, clause, alias)
        })
    }

    /// The condition that clauses hold as they are put together. Null is as good as false.
    pub(super) fn logic<C>(
        &mut self,
        logic: &Logic<C>,
        leaf: &mut dyn FnMut(&mut Self, &C) -> Result<String, ApiError>,
    ) -> Result<String, ApiError> {
        let (parts, word, without) = match logic {
            Logic::Is(clause) => return leaf(self, clause),
            Logic::Not(part) => {
                return Ok(format!("({}) IS NOT TRUE", self.logic(part, leaf)?));
            }
            Logic::All(parts) => (parts, " AND ", ALWAYS),
            Logic::Any(parts) => (parts, " OR ", NEVER),
        };
        let mut conditions = Vec::with_capacity(parts.len());
        for part in parts {
            conditions.push(format!("({})", self.logic(part, leaf)?));
        }
        Ok(if conditions.is_empty() {
            without.to_owned()
        } else {
            format!("({})", conditions.join(word))
        })
    }

    /// A clause of a filter. It sees the same value as the viewer does: by what is masked for them
    /// nothing is filtered, because the rows that pass would tell it.
    fn clause(
        &mut self,
        entity: &'static Entity,
        clause: &Clause,
        alias: &str,
    ) -> Result<String, ApiError> {
        let field = clause.field;
        self.refuse_masked(field, entity, &clause.path)?;
        let (filter, negated) = match &clause.demand {
            Demand::Value(test) => return self.value(entity, field, test, alias),
            Demand::One(filter) => return self.one(field, filter, alias),
            Demand::Some(filter) => (filter, false),
            Demand::None(filter) | Demand::Every(filter) => (filter, true),
        };
        let target = field.kind.target().ok_or_else(|| misuse(field))?;
        let target = dataset().target(target)?;
        let there = self.alias();
        let every = matches!(clause.demand, Demand::Every(_));
        let conditions = if every {
            let mut those = self.belongs(
                target,
                &Filter::default(),
                Parent::Row(field, alias),
                &there,
            )?;
            let passes = self.holds(target, filter, &there)?;
            those.push(format!("({passes}) IS NOT TRUE"));
            those
        } else {
            self.belongs(target, filter, Parent::Row(field, alias), &there)?
        };
        let some = exists(target, &there, &conditions);
        Ok(if negated { format!("NOT {some}") } else { some })
    }

    /// That the viewer sees the row that `relation` leads to, and that it passes.
    fn one(&mut self, relation: &Field, filter: &Filter, alias: &str) -> Result<String, ApiError> {
        let Kind::ToOne { column, target } = relation.kind else {
            return Err(misuse(relation));
        };
        let target = dataset().target(target)?;
        let there = self.alias();
        let mut conditions = vec![format!("{there}.\"id\" = {alias}.\"{column}\"")];
        conditions.extend(self.belongs(target, filter, Parent::All, &there)?);
        Ok(exists(target, &there, &conditions))
    }

    /// That the value of `field` passes `test`.
    fn value(
        &mut self,
        entity: &Entity,
        field: &Field,
        test: &Test,
        alias: &str,
    ) -> Result<String, ApiError> {
        let mut columns = field.kind.columns();
        let column = format!("{alias}.\"{}\"", columns.next().unwrap_or("id"));
        let currency = columns.next();
        let currency = currency.map(|currency| format!("{alias}.\"{currency}\""));
        let holds = self.passes(&column, currency.as_deref(), test);
        let known = match field.kind {
            Kind::ForeignId { column, target } => self.knows(entity, column, target, alias)?,
            _ => None,
        };
        Ok(match (known, test) {
            (None, _) => holds,
            // What they may not know is null to them.
            (Some(known), Test::IsNull(true)) => format!("({holds} OR NOT {known})"),
            (Some(known), _) => format!("{holds} AND {known}"),
        })
    }
}

/// The condition that the row at `alias` is one of the list `field` of the row at `row`.
fn tied(field: &Field, row: &str, alias: &str) -> Result<String, ApiError> {
    match &field.kind {
        Kind::ToMany { column, .. } => Ok(format!("{alias}.\"{column}\" = {row}.\"id\"")),
        Kind::ToManyThrough {
            table, near, far, ..
        } => Ok(format!(
            "{alias}.\"id\" IN (SELECT \"{far}\" FROM \"{table}\" WHERE \"{near}\" = {row}.\"id\")"
        )),
        _ => Err(misuse(field)),
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
