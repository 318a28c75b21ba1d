//! The order of a list, read against the dataset.

use async_graphql::Value;

use crate::{
    dataset::{Direction, Entity, Field, Kind, dataset},
    error::ApiError,
    reader::{Order, OrderKey},
};

use super::{
    super::domain::Domain,
    operand::{items, name, object},
};

/// How many keys an order may have.
const MAX_KEYS: usize = 5;
/// Over how many relations a key may reach.
pub(super) const MAX_WAY: usize = 5;

/// Which end comes first, and where rows without a value go.
pub(super) type Sorted = (Direction, bool);

/// The order of a list of `entity`; its own where `input` names no keys.
pub(super) fn order(entity: &'static Entity, input: &Value) -> Result<Order, ApiError> {
    let keys = elements("orderBy", input)?;
    let keys = keys.into_iter().map(|(path, element)| {
        let (path, way, field, value) = leaf(entity, path, element)?;
        let (direction, nulls_first) = sorted(&path, value)?;
        Ok(OrderKey {
            way,
            field,
            direction,
            nulls_first,
            path,
        })
    });
    let keys = keys.collect::<Result<Vec<_>, ApiError>>()?;
    Ok(if keys.is_empty() {
        Order::of(entity)
    } else {
        Order { keys }
    })
}

/// The elements of `orderBy`, each with its path.
pub(super) fn elements<'v>(
    root: &str,
    input: &'v Value,
) -> Result<Vec<(String, &'v Value)>, ApiError> {
    let elements = items(input);
    if elements.len() > MAX_KEYS {
        return Err(ApiError::validation(
            root,
            format!("at most {MAX_KEYS} keys"),
        ));
    }
    let elements = elements.iter().enumerate();
    Ok(elements
        .map(|(position, element)| (format!("{root}.{position}"), element))
        .collect())
}

/// The one key of an element, with its value.
pub(super) fn only<'v>(path: &str, element: &'v Value) -> Result<(&'v str, &'v Value), ApiError> {
    let fields = object(path, element, "an object with exactly one key")?;
    let mut fields = fields.iter();
    match (fields.next(), fields.next()) {
        (Some((name, value)), None) => Ok((name.as_str(), value)),
        _ => Err(ApiError::validation(
            path,
            "an object with exactly one key is required",
        )),
    }
}

/// A field at the end of relations to one row, and what stands there.
pub(super) type Leaf<'v> = (String, Vec<&'static Field>, &'static Field, &'v Value);

/// What the one key of an element leads to.
pub(super) fn leaf<'v>(
    entity: &'static Entity,
    mut path: String,
    mut element: &'v Value,
) -> Result<Leaf<'v>, ApiError> {
    let (mut entity, mut way) = (entity, Vec::new());
    loop {
        let (name, value) = only(&path, element)?;
        path = format!("{path}.{name}");
        let unknown = || ApiError::validation(&*path, "lists are not ordered by this");
        let field = entity.find(name).ok_or_else(unknown)?;
        if let Kind::ToOne { target, .. } = field.kind {
            way.push(field);
            if way.len() > MAX_WAY {
                let problem = format!("over more than {MAX_WAY} relations");
                return Err(ApiError::validation(path, problem));
            }
            entity = dataset().target(target)?;
            element = value;
            continue;
        }
        let ordered = Domain::of(entity.name, field).is_some_and(Domain::is_ordered);
        if !ordered {
            return Err(unknown());
        }
        return Ok((path, way, field, value));
    }
}

/// A value of `SortOrder`.
pub(super) fn sorted(path: &str, value: &Value) -> Result<Sorted, ApiError> {
    Ok(match name(value) {
        Some("ASC") => (Direction::Ascending, false),
        Some("ASC_NULLS_FIRST") => (Direction::Ascending, true),
        Some("DESC") => (Direction::Descending, false),
        Some("DESC_NULLS_FIRST") => (Direction::Descending, true),
        _ => return Err(ApiError::validation(path, "a SortOrder is required")),
    })
}
