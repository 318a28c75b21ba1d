//! What rows are grouped by, which groups, and in which order.

use async_graphql::Value;

use crate::{
    calendar::Moment,
    dataset::{Entity, Field, Kind},
    error::ApiError,
    reader::{
        Dimension, Function, GroupKey, GroupOrder, Having, Logic, Measure, MeasureTest,
        dimension_name,
    },
};

use super::{
    super::domain::Domain,
    filter::FilterReader,
    operand::{items, name},
    order::{End, elements, end, only, ordered, sorted},
    period,
};

/// How many dimensions groups may have.
const MAX_DIMENSIONS: usize = 4;

/// What rows of `entity` are grouped by.
pub(super) fn dimensions(
    entity: &'static Entity,
    input: &Value,
) -> Result<Vec<Dimension>, ApiError> {
    let elements = items(input);
    if !(1..=MAX_DIMENSIONS).contains(&elements.len()) {
        let problem = format!("1 to {MAX_DIMENSIONS} dimensions are required");
        return Err(ApiError::validation("by", problem));
    }
    let mut by: Vec<Dimension> = Vec::with_capacity(elements.len());
    for (position, element) in elements.iter().enumerate() {
        let dimension = dimension(entity, format!("by.{position}"), element)?;
        if by
            .iter()
            .any(|other| other.is(&dimension.way, &dimension.name()))
        {
            return Err(ApiError::validation(
                dimension.path,
                "it is a dimension already",
            ));
        }
        by.push(dimension);
    }
    Ok(by)
}

fn dimension(
    entity: &'static Entity,
    path: String,
    element: &Value,
) -> Result<Dimension, ApiError> {
    let End {
        entity,
        way,
        key,
        value,
        path,
    } = end(entity, path, element)?;
    let mut fields = entity.fields.iter();
    let field = fields.find(|field| is_dimension(entity, field) && dimension_name(field) == key);
    let field =
        field.ok_or_else(|| ApiError::validation(&*path, "rows are not grouped by this"))?;
    let period = match field.kind {
        Kind::Instant(_) | Kind::Day(_) => Some(period(&path, value)?),
        _ if name(value) == Some("VALUE") => None,
        _ => return Err(ApiError::validation(path, "VALUE is required")),
    };
    Ok(Dimension {
        way,
        field,
        period,
        path,
    })
}

/// Whether rows of `entity` can be grouped by `field`.
pub(in crate::graphql) fn is_dimension(entity: &'static Entity, field: &'static Field) -> bool {
    !matches!(field.kind, Kind::Id) && Domain::of(entity.name, field).is_some()
}

/// What the values of a function of `field` are; `None` where there is no such function of it.
pub(in crate::graphql) fn measured(
    function: Function,
    entity: &'static Entity,
    field: &'static Field,
) -> Option<Domain> {
    let domain = Domain::of(entity.name, field)?;
    let bounds = matches!(
        domain,
        Domain::Int | Domain::Instant | Domain::Day | Domain::Money
    );
    match function {
        Function::CountDistinct => {
            let counted = !matches!(field.kind, Kind::Id | Kind::Money { .. });
            counted.then_some(Domain::Int)
        }
        Function::Sum | Function::Average => match domain {
            Domain::Int => Some(Domain::Float),
            Domain::Money => Some(Domain::Money),
            _ => None,
        },
        Function::Minimum | Function::Maximum => bounds.then_some(domain),
    }
}

/// Which groups of rows of `entity`.
pub(super) fn having(
    entity: &'static Entity,
    input: &Value,
    moment: &Moment,
) -> Result<Having, ApiError> {
    let mut reader = FilterReader::new("having", moment);
    reader.logic("having", input, &mut |reader, path, name, value| {
        let Some(function) = function(name) else {
            let tests = reader.tests(Domain::Int, path, value)?;
            let tests = tests.into_iter().map(|test| MeasureTest {
                measure: None,
                test,
            });
            return Ok(Logic::All(tests.map(Logic::Is).collect()));
        };
        let mut all = Vec::new();
        for (name, value) in super::operand::object(path, value, "an object")? {
            let path = format!("{path}.{name}");
            let (field, domain) = measure(function, entity, name, &path)?;
            for test in reader.tests(domain, &path, value)? {
                all.push(Logic::Is(MeasureTest {
                    measure: Some(Measure {
                        function,
                        field,
                        path: path.clone(),
                    }),
                    test,
                }));
            }
        }
        Ok(Logic::All(all))
    })
}

/// In which order groups of rows of `entity` are.
pub(super) fn group_order(
    entity: &'static Entity,
    by: &[Dimension],
    input: &Value,
) -> Result<Vec<GroupOrder>, ApiError> {
    let keys = elements("orderBy", input)?.into_iter();
    let keys = keys.map(|(path, element)| {
        let (key, value) = only(&path, element)?;
        let path = format!("{path}.{key}");
        let (by, (direction, nulls_first)) = match key {
            "count" => (GroupKey::Count, sorted(&path, value)?),
            "key" => {
                let end = end(entity, path, value)?;
                let name = dimension_name(ordered(&end)?);
                let place = by.iter().position(|it| it.is(&end.way, &name));
                let place = place.ok_or_else(|| {
                    let problem = "it is no dimension: name it in `by` first";
                    ApiError::validation(&*end.path, problem)
                })?;
                (GroupKey::Dimension(place), sorted(&end.path, end.value)?)
            }
            other => {
                let (name, value) = only(&path, value)?;
                let path = format!("{path}.{name}");
                let unknown = || ApiError::validation(&*path, "there is no such number");
                let function = function(other).ok_or_else(unknown)?;
                let (field, _) = measure(function, entity, name, &path)?;
                let sorted = sorted(&path, value)?;
                let measure = Measure {
                    function,
                    field,
                    path,
                };
                (GroupKey::Measure(measure), sorted)
            }
        };
        Ok(GroupOrder {
            by,
            direction,
            nulls_first,
        })
    });
    keys.collect()
}

fn measure(
    function: Function,
    entity: &'static Entity,
    name: &str,
    path: &str,
) -> Result<(&'static Field, Domain), ApiError> {
    let field = entity.find(name);
    let measured = field.and_then(|field| Some((field, measured(function, entity, field)?)));
    measured.ok_or_else(|| ApiError::validation(path, "there is no such number"))
}

/// The function of that name.
pub(in crate::graphql) fn function(name: &str) -> Option<Function> {
    FUNCTIONS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, function)| *function)
}

/// The functions, by their names.
pub(in crate::graphql) const FUNCTIONS: [(&str, Function); 5] = [
    ("countDistinct", Function::CountDistinct),
    ("sum", Function::Sum),
    ("avg", Function::Average),
    ("min", Function::Minimum),
    ("max", Function::Maximum),
];
