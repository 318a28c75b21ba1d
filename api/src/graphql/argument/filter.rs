//! The filter of a list, read against the dataset.

use async_graphql::Value;

use crate::{
    calendar::Moment,
    dataset::{Entity, Field, Kind, dataset},
    error::ApiError,
    reader::{Clause, Demand, Filter, Logic, Test},
};

use super::{
    super::domain::Domain,
    operand::{items, object},
    test::test,
};

/// How many conditions a filter may have, all in all.
const MAX_CONDITIONS: usize = 100;
/// How many values a filter may compare with, all in all.
const MAX_OPERANDS: usize = 1000;
/// How deep a filter may be nested.
const MAX_DEPTH: usize = 10;

/// Reads what has a name of its own in a filter: where it stands, its name and its value.
type Leaf<'l, R, C> = &'l mut dyn FnMut(&mut R, &str, &str, &Value) -> Result<Logic<C>, ApiError>;

/// Reads one filter.
pub(super) struct FilterReader<'m> {
    moment: &'m Moment,
    root: &'m str,
    conditions: usize,
    operands: usize,
    depth: usize,
}

impl<'m> FilterReader<'m> {
    /// A reader of the argument `root`.
    pub(super) fn new(root: &'m str, moment: &'m Moment) -> Self {
        Self {
            moment,
            root,
            conditions: 0,
            operands: 0,
            depth: 0,
        }
    }

    /// A filter of rows of `entity`.
    pub(super) fn rows(
        &mut self,
        entity: &'static Entity,
        path: &str,
        input: &Value,
    ) -> Result<Filter, ApiError> {
        self.logic(path, input, &mut |reader, path, name, value| {
            reader.clauses(entity, path, name, value)
        })
    }

    /// Clauses put together by `and`, `or` and `not`; `leaf` reads what has another name.
    pub(super) fn logic<C>(
        &mut self,
        path: &str,
        input: &Value,
        leaf: Leaf<'_, Self, C>,
    ) -> Result<Logic<C>, ApiError> {
        let fields = object(path, input, "an object")?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let problem = format!("nested more than {MAX_DEPTH} deep");
            return Err(ApiError::validation(self.root, problem));
        }
        let mut parts = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            let path = format!("{path}.{name}");
            parts.push(match name.as_str() {
                "and" => Logic::All(self.several(&path, value, leaf)?),
                "or" => Logic::Any(self.several(&path, value, leaf)?),
                "not" => {
                    let part = self.counted(|reader| reader.logic(&path, value, leaf))?;
                    Logic::Not(Box::new(part))
                }
                name => leaf(self, &path, name, value)?,
            });
        }
        self.depth -= 1;
        Ok(match parts.len() {
            1 => parts.swap_remove(0),
            _ => Logic::All(parts),
        })
    }

    /// The parts of an `and` or an `or`.
    fn several<C>(
        &mut self,
        path: &str,
        value: &Value,
        leaf: Leaf<'_, Self, C>,
    ) -> Result<Vec<Logic<C>>, ApiError> {
        if *value == Value::Null {
            return Err(ApiError::validation(path, "a list is required"));
        }
        self.counted(|reader| {
            let items = items(value).iter().enumerate();
            items
                .map(|(position, item)| {
                    let path = format!("{path}.{position}");
                    reader.counted(|reader| reader.logic(&path, item, leaf))
                })
                .collect()
        })
    }

    /// Counts one condition more, and reads it.
    pub(super) fn counted<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.conditions += 1;
        if self.conditions > MAX_CONDITIONS {
            let problem = format!("at most {MAX_CONDITIONS} conditions");
            return Err(ApiError::validation(self.root, problem));
        }
        read(self)
    }

    /// What the filter says of the field or relation `name`.
    fn clauses(
        &mut self,
        entity: &'static Entity,
        path: &str,
        name: &str,
        value: &Value,
    ) -> Result<Filter, ApiError> {
        let unknown = || ApiError::validation(path, "there is no such field");
        let field = entity.find(name).ok_or_else(unknown)?;
        let target = field.kind.target().map(|target| dataset().target(target));
        match &field.kind {
            Kind::ToOne { .. } => {
                let target = target.ok_or_else(unknown)??;
                let filter = self.counted(|reader| reader.rows(target, path, value))?;
                Ok(clause(field, path, Demand::One(Box::new(filter))))
            }
            Kind::ToMany { .. } | Kind::ToManyThrough { .. } => {
                self.related(field, target.ok_or_else(unknown)??, path, value)
            }
            _ => {
                let domain = Domain::of(entity.name, field).filter(|_| field.filterable);
                let domain = domain.ok_or_else(unknown)?;
                self.value(domain, field, path, value)
            }
        }
    }

    /// What is said of the value of `field`, at `path`.
    pub(super) fn value(
        &mut self,
        domain: Domain,
        field: &'static Field,
        path: &str,
        value: &Value,
    ) -> Result<Filter, ApiError> {
        let tests = self.tests(domain, path, value)?.into_iter();
        let clauses = tests.map(|test| clause(field, path, Demand::Value(test)));
        Ok(Logic::All(clauses.collect()))
    }

    /// The tests of a value.
    pub(super) fn tests(
        &mut self,
        domain: Domain,
        path: &str,
        value: &Value,
    ) -> Result<Vec<Test>, ApiError> {
        let mut tests = Vec::new();
        for (operator, value) in object(path, value, "an object such as {eq: …}")? {
            let path = format!("{path}.{operator}");
            self.operands += items(value).len();
            if self.operands > MAX_OPERANDS {
                let problem = format!("at most {MAX_OPERANDS} values to compare with");
                return Err(ApiError::validation(self.root, problem));
            }
            let moment = self.moment;
            let read = self.counted(|_| test(domain, &path, operator, value, moment))?;
            tests.push(read);
        }
        Ok(tests)
    }

    /// What is said of the rows that a list would show.
    fn related(
        &mut self,
        field: &'static Field,
        target: &'static Entity,
        path: &str,
        value: &Value,
    ) -> Result<Filter, ApiError> {
        let mut demands = Vec::new();
        for (name, value) in object(path, value, "an object such as {some: {…}}")? {
            let path = format!("{path}.{name}");
            let filter = self.counted(|reader| reader.rows(target, &path, value))?;
            let filter = Box::new(filter);
            let demand = match name.as_str() {
                "some" => Demand::Some(filter),
                "none" => Demand::None(filter),
                "every" => Demand::Every(filter),
                _ => return Err(ApiError::validation(path, "there is no such operator")),
            };
            demands.push(clause(field, &path, demand));
        }
        Ok(Logic::All(demands))
    }
}

fn clause(field: &'static Field, path: &str, demand: Demand) -> Filter {
    Logic::Is(Clause {
        field,
        path: path.to_owned(),
        demand,
    })
}
