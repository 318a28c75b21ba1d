//! Where rows come from: a table, the related rows beside it that one asks by, and which rows of it.

use crate::{
    dataset::{Entity, Field, Kind, dataset},
    error::ApiError,
};

use super::{
    super::filter::Filter,
    Compiler, Parent,
    condition::{all, table},
    row::misuse,
};

/// The rows of a table that a statement reads, with related rows beside them.
pub(super) struct Source {
    /// What the rows are called.
    pub(super) alias: String,
    /// What must hold of them.
    pub(super) conditions: Vec<String>,
    table: String,
    joins: Vec<Join>,
}

/// The rows at the end of a way, each beside the row that it starts from.
struct Join {
    way: Vec<&'static str>,
    alias: String,
    sql: String,
}

impl Source {
    /// ` FROM … WHERE …`.
    pub(super) fn sql(&self) -> String {
        let joins = self.joins.iter().map(|join| join.sql.as_str());
        let joins: Vec<_> = joins.collect();
        format!(
            " FROM {}{}{}",
            self.table,
            joins.concat(),
            all(&self.conditions)
        )
    }

    /// That there is such a row.
    pub(super) fn exists(&self) -> String {
        format!("EXISTS (SELECT 1{})", self.sql())
    }
}

impl Compiler<'_> {
    /// The rows of a list: those that the viewer sees, of what the list is nested in, that pass the filter.
    pub(super) fn source(
        &mut self,
        entity: &'static Entity,
        filter: &Filter,
        parent: Parent<'_>,
    ) -> Result<Source, ApiError> {
        let alias = self.alias();
        let mut source = Source {
            table: table(entity, &alias),
            conditions: self.belongs(entity, parent, &alias)?,
            alias,
            joins: Vec::new(),
        };
        if let Parent::Group(groups) = parent {
            self.filtered(&mut source, entity, &groups.filter)?;
            for (place, dimension) in groups.by.iter().enumerate() {
                let agrees = self.agrees(&mut source, entity, dimension, place)?;
                source.conditions.push(agrees);
            }
        }
        self.filtered(&mut source, entity, filter)?;
        Ok(source)
    }

    /// All rows that pass the filter, which may be found by the viewer's scope.
    pub(super) fn all_rows(
        &mut self,
        entity: &'static Entity,
        filter: &Filter,
    ) -> Result<Source, ApiError> {
        self.by_scope = true;
        let source = self.source(entity, filter, Parent::All);
        self.by_scope = false;
        source
    }

    /// The end of a way over relations to one row: its entity, and what its rows are called beside those
    /// of `source`. Where the viewer sees no such row there is null. `path` is where the caller asked.
    pub(super) fn reach(
        &mut self,
        source: &mut Source,
        mut entity: &'static Entity,
        way: &[&'static Field],
        path: &str,
    ) -> Result<(&'static Entity, String), ApiError> {
        let (mut from, mut so_far) = (source.alias.clone(), Vec::with_capacity(way.len()));
        for relation in way {
            self.refuse_masked(relation, entity, path)?;
            let Kind::ToOne { column, target } = relation.kind else {
                return Err(misuse(relation));
            };
            entity = dataset().target(target)?;
            so_far.push(relation.name);
            if let Some(join) = source.joins.iter().find(|join| join.way == so_far) {
                from.clone_from(&join.alias);
                continue;
            }
            let there = self.alias();
            let mut conditions = vec![format!("{there}.\"id\" = {from}.\"{column}\"")];
            conditions.extend(self.visible(entity, &there)?);
            let (table, conditions) = (table(entity, &there), conditions.join(" AND "));
            source.joins.push(Join {
                way: so_far.clone(),
                alias: there.clone(),
                sql: format!(" LEFT JOIN {table} ON {conditions}"),
            });
            from = there;
        }
        Ok((entity, from))
    }
}
