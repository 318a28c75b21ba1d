//! Which rows: those that the viewer sees, of the row that a list is nested in, that pass the filter.

use crate::{
    dataset::{Entity, Field, Kind, Only, dataset},
    error::ApiError,
    views::{Term, Word},
};

use super::{
    super::filter::{Clause, Demand, Filter, Logic, Test},
    Compiler, Parent,
    row::misuse,
    scope::{ALWAYS, NEVER, not_deleted},
    source::Source,
};

impl Compiler<'_> {
    /// The conditions by which the row at `alias` belongs to a list, whatever its filter: the viewer sees
    /// it, and it is tied to the row that the list is nested in.
    pub(super) fn belongs(
        &mut self,
        entity: &Entity,
        parent: Parent<'_>,
        alias: &str,
    ) -> Result<Vec<String>, ApiError> {
        let mut conditions = if self.seen_with(entity, parent) {
            not_deleted(entity, alias).into_iter().collect()
        } else {
            self.visible(entity, alias)?
        };
        if let Parent::Row(field, row) = parent {
            conditions.push(tied(field, row, alias)?);
            if let Kind::ToMany {
                own: Some((column, whole)),
                ..
            } = field.kind
            {
                // What they may not know is null to them.
                conditions.extend(self.knows_row(&format!("{row}.\"{column}\""), whole)?);
            }
        }
        Ok(conditions)
    }

    /// Leaves the rows of `source` that pass the filter.
    pub(super) fn filtered(
        &mut self,
        source: &mut Source,
        entity: &'static Entity,
        filter: &Filter,
    ) -> Result<(), ApiError> {
        let parts = match filter {
            Logic::All(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        for part in parts {
            let holds = self.holds(entity, part, &source.alias)?;
            source.conditions.push(holds);
        }
        Ok(())
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
        matches!(field.kind, Kind::ToMany { column: key, own: None, .. } if key == column)
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
        let parent = Parent::Row(field, alias);
        let some = if matches!(clause.demand, Demand::Every(_)) {
            let mut those = self.source(target, &Filter::default(), parent)?;
            let passes = self.holds(target, filter, &those.alias)?;
            those.conditions.push(format!("({passes}) IS NOT TRUE"));
            those.exists()
        } else {
            self.source(target, filter, parent)?.exists()
        };
        Ok(if negated { format!("NOT {some}") } else { some })
    }

    /// That the viewer sees the row that `relation` leads to, and that it passes.
    fn one(&mut self, relation: &Field, filter: &Filter, alias: &str) -> Result<String, ApiError> {
        let Kind::ToOne { column, target } = relation.kind else {
            return Err(misuse(relation));
        };
        let mut source = self.source(dataset().target(target)?, filter, Parent::All)?;
        let key = format!("{}.\"id\" = {alias}.\"{column}\"", source.alias);
        source.conditions.insert(0, key);
        Ok(source.exists())
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
        Kind::ToMany {
            column, own, only, ..
        } => {
            let own = own.map_or("id", |(own, _)| own);
            let mut tied = format!("{alias}.\"{column}\" = {row}.\"{own}\"");
            for only in only {
                tied.push_str(" AND ");
                tied.push_str(&holds_of_all(only, row, alias));
            }
            Ok(tied)
        }
        Kind::ToManyThrough {
            table, near, far, ..
        } => Ok(format!(
            "{alias}.\"id\" IN (SELECT \"{far}\" FROM \"{table}\" WHERE \"{near}\" = {row}.\"id\")"
        )),
        _ => Err(misuse(field)),
    }
}

/// The condition that `only` holds for the row at `alias`, which is listed under the row at `row`.
fn holds_of_all(only: &Only, row: &str, alias: &str) -> String {
    let quoted = |values: &[String]| {
        let quoted: Vec<_> = values.iter().map(|value| format!("'{value}'")).collect();
        quoted.join(", ")
    };
    match only {
        Only::In(column, values) => format!("{alias}.\"{column}\" IN ({})", quoted(values)),
        Only::NotIn(column, values) => {
            format!("{alias}.\"{column}\" NOT IN ({})", quoted(values))
        }
        Only::UpTo { column, own } => {
            format!("({row}.\"{own}\" IS NULL OR {alias}.\"{column}\" <= {row}.\"{own}\")")
        }
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
