//! From the document to aggregates and groups.

use crate::{
    dataset::{Entity, Field, Kind, dataset},
    error::ApiError,
    reader::{
        Aggregate, AggregatePart, Dimension, Function, GroupPart, Groups, KeyPart, Measure,
        MeasurePart,
    },
};

use super::super::{argument::function, types::numbers_name};
use super::{Group, Selector, money_part, name_of, sets, unknown};

impl<'a> Selector<'a> {
    /// What `group` selects of the numbers over rows of `entity`, with its arguments.
    pub(in crate::graphql) fn aggregate(
        &self,
        entity: &'static Entity,
        group: &Group<'a>,
    ) -> Result<Aggregate, ApiError> {
        let arguments = self.arguments_of(group);
        let type_name = format!("{}Aggregate", entity.name);
        let mut parts = Vec::new();
        for (key, group) in self.collect(&type_name, sets(group)) {
            let part = self.aggregate_part(entity, &type_name, &group)?;
            parts.push((key.to_owned(), part));
        }
        Ok(Aggregate {
            entity,
            filter: arguments.filter(entity, self.moment)?,
            parts,
        })
    }

    /// What `group` selects of the groups of rows of `entity`, with its arguments.
    pub(in crate::graphql) fn groups(
        &self,
        entity: &'static Entity,
        group: &Group<'a>,
    ) -> Result<Groups, ApiError> {
        let arguments = self.arguments_of(group);
        let by = arguments.dimensions(entity)?;
        let type_name = format!("{}Group", entity.name);
        let mut parts = Vec::new();
        for (key, group) in self.collect(&type_name, sets(group)) {
            let name = name_of(&group);
            let part = if name == "key" {
                GroupPart::Key(self.key(entity, &by, &mut Vec::new(), &group)?)
            } else if name == entity.plural {
                GroupPart::Rows(Box::new(self.connection(entity, &group)?))
            } else {
                GroupPart::Aggregate(self.aggregate_part(entity, &type_name, &group)?)
            };
            parts.push((key.to_owned(), part));
        }
        Ok(Groups {
            entity,
            filter: arguments.filter(entity, self.moment)?,
            having: arguments.having(entity, self.moment)?,
            order: arguments.group_order(entity, &by)?,
            first: arguments.first_groups()?,
            by,
            parts,
        })
    }

    fn aggregate_part(
        &self,
        entity: &'static Entity,
        type_name: &str,
        group: &Group<'a>,
    ) -> Result<AggregatePart, ApiError> {
        let name = name_of(group);
        let function = match name {
            "__typename" => return Ok(AggregatePart::TypeName(type_name.to_owned())),
            "count" => return Ok(AggregatePart::Count),
            name => function(name).ok_or_else(|| unknown(type_name, name))?,
        };
        let type_name = numbers_name(entity, function);
        let mut parts = Vec::new();
        for (key, group) in self.collect(&type_name, sets(group)) {
            let field_name = name_of(&group);
            if field_name == "__typename" {
                parts.push((key.to_owned(), MeasurePart::TypeName(type_name.clone())));
                continue;
            }
            let field = entity
                .find(field_name)
                .ok_or_else(|| unknown(&type_name, field_name))?;
            let measure = Measure {
                function,
                field,
                path: format!("{name}.{field_name}"),
            };
            let money = matches!(field.kind, Kind::Money { .. });
            let part = if money && function != Function::CountDistinct {
                MeasurePart::Money(measure, self.parts("Money", &group, money_part)?)
            } else {
                MeasurePart::Value(measure)
            };
            parts.push((key.to_owned(), part));
        }
        Ok(AggregatePart::Measures(parts))
    }

    /// What `group` selects of the dimensions `by`, of those at the end of `way`, at rows of `entity`.
    fn key(
        &self,
        entity: &'static Entity,
        by: &[Dimension],
        way: &mut Vec<&'static Field>,
        group: &Group<'a>,
    ) -> Result<Vec<(String, KeyPart)>, ApiError> {
        let type_name = format!("{}GroupKey", entity.name);
        let mut parts = Vec::new();
        for (key, group) in self.collect(&type_name, sets(group)) {
            let name = name_of(&group);
            let part = match name {
                "__typename" => KeyPart::TypeName(type_name.clone()),
                "row" => match leading(by, way) {
                    Some(place) => KeyPart::Row(place, self.node(entity, &group)?),
                    None => KeyPart::Null,
                },
                name => match (by.iter().position(|it| it.is(way, name)), entity.find(name)) {
                    (Some(place), _) => KeyPart::Dimension(place),
                    (None, Some(relation)) => match relation.kind {
                        Kind::ToOne { target, .. } => {
                            way.push(relation);
                            let part = if passed(by, way) {
                                let target = dataset().target(target)?;
                                KeyPart::Related(self.key(target, by, way, &group)?)
                            } else {
                                KeyPart::Null
                            };
                            way.pop();
                            part
                        }
                        _ => KeyPart::Null,
                    },
                    (None, None) => KeyPart::Null,
                },
            };
            parts.push((key.to_owned(), part));
        }
        Ok(parts)
    }
}

/// The dimension that is the foreign key to the row at the end of `way`.
fn leading(by: &[Dimension], way: &[&'static Field]) -> Option<usize> {
    let (last, before) = way.split_last()?;
    let Kind::ToOne { column, .. } = last.kind else {
        return None;
    };
    by.iter().position(|dimension| {
        let foreign =
            matches!(dimension.field.kind, Kind::ForeignId { column: key, .. } if key == column);
        foreign && dimension.is(before, &dimension.name())
    })
}

/// Whether a dimension goes over `way`, or leads to its end.
fn passed(by: &[Dimension], way: &[&'static Field]) -> bool {
    let over = |dimension: &Dimension| {
        let mut fields = dimension.way.iter();
        way.iter()
            .all(|field| fields.next().is_some_and(|it| it.name == field.name))
    };
    by.iter().any(over) || leading(by, way).is_some()
}
