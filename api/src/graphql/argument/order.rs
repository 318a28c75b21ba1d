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
const MAX_WAY: usize = 5;

/// Which end comes first, and where rows without a value go.
pub(super) type Sorted = (Direction, bool);

/// The order of a list of `entity`; its own where `input` names no keys.
pub(super) fn order(entity: &'static Entity, input: &Value) -> Result<Order, ApiError> {
    let keys = elements("orderBy", input)?;
    let keys = keys.into_iter().map(|(path, element)| {
        let end = end(entity, path, element)?;
        let (direction, nulls_first) = sorted(&end.path, end.value)?;
        Ok(OrderKey {
            field: ordered(&end)?,
            way: end.way,
            direction,
            nulls_first,
            path: end.path,
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

/// The end of relations to one row: the last key, and what stands there.
pub(super) struct End<'v> {
    /// The entity that the way leads to.
    pub(super) entity: &'static Entity,
    /// The relations on the way.
    pub(super) way: Vec<&'static Field>,
    /// The key there.
    pub(super) key: &'v str,
    /// What stands under it.
    pub(super) value: &'v Value,
    /// Where all that was written.
    pub(super) path: String,
}

/// Follows an element of one key over relations to one row.
pub(super) fn end<'v>(
    mut entity: &'static Entity,
    mut path: String,
    mut element: &'v Value,
) -> Result<End<'v>, ApiError> {
    let mut way = Vec::new();
    loop {
        let (key, value) = only(&path, element)?;
        path = format!("{path}.{key}");
        let relation = entity.find(key).and_then(|field| match field.kind {
            Kind::ToOne { target, .. } => Some((field, target)),
            _ => None,
        });
        let Some((field, target)) = relation else {
            return Ok(End {
                entity,
                way,
                key,
                value,
                path,
            });
        };
        way.push(field);
        if way.len() > MAX_WAY {
            let problem = format!("over more than {MAX_WAY} relations");
            return Err(ApiError::validation(path, problem));
        }
        entity = dataset().target(target)?;
        element = value;
    }
}

/// The field that a key of an order leads to.
pub(super) fn ordered(end: &End<'_>) -> Result<&'static Field, ApiError> {
    let field = end.entity.find(end.key);
    let ordered =
        |field: &&'static Field| Domain::of(end.entity.name, field).is_some_and(Domain::is_ordered);
    field
        .filter(ordered)
        .ok_or_else(|| ApiError::validation(&*end.path, "lists are not ordered by this"))
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
