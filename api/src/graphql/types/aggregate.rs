//! Aggregates and groups of the dataset as GraphQL types.

use async_graphql::registry::{MetaField, MetaInputValue, MetaType, Registry};

use crate::{
    dataset::{Entity, Enumeration, Field, Kind, dataset},
    reader::{Function, MAX_GROUPS, dimension_name},
};

use super::{
    super::{
        argument::{FUNCTIONS, is_dimension, measured},
        domain::Domain,
    },
    add,
    filter::{filter_name, logic, order_name},
    list_arguments,
    meta::{argument, enumeration, field, input_object, object, one_of, with_arguments},
};

/// The type of the numbers of a function over rows of `entity`.
pub(in crate::graphql) fn numbers_name(entity: &Entity, function: Function) -> String {
    let kind = match function {
        Function::CountDistinct => "CountDistinct",
        Function::Sum | Function::Average => "Numbers",
        Function::Minimum | Function::Maximum => "Bounds",
    };
    format!("{}{kind}", entity.name)
}

/// Registers the types of aggregates and groups of each entity.
pub(super) fn register_aggregates(registry: &mut Registry) {
    let value = ("VALUE".to_owned(), "By its value.");
    add(
        registry,
        enumeration(&Enumeration {
            name: "Grouping",
            description: "How rows are grouped by what is no date.",
            values: vec![value],
        }),
    );
    for entity in dataset().entities() {
        for (_, function) in FUNCTIONS {
            register_numbers(registry, entity, function);
        }
        let name = entity.name;
        let described = format!("Numbers over {name} rows.");
        let aggregate = object(&format!("{name}Aggregate"), &described, numbers(entity));
        add(registry, aggregate);
        add(registry, group(entity));
        add(registry, key(entity));
        add(registry, dimension(entity));
        add(registry, having(entity));
        add(registry, group_order(entity));
    }
}

/// The root fields with numbers over rows of `entity`.
pub(super) fn aggregate_fields(entity: &'static Entity) -> [MetaField; 2] {
    let Entity { name, single, .. } = entity;
    let filter = argument(
        "filter",
        "Which rows; all of them without.",
        &filter_name(name),
    );
    let first = format!(
        "How many groups, {MAX_GROUPS} at most. Without it all of them; if they are more than that, it is an error."
    );
    let aggregate = field(
        &format!("{single}Aggregate"),
        &format!("Numbers over the {name} rows that you may see."),
        &format!("{name}Aggregate!"),
    );
    let groups = field(
        &format!("{single}Groups"),
        &format!(
            "The {name} rows that you may see in groups that agree in something, with numbers over each."
        ),
        &format!("[{name}Group!]!"),
    );
    let arguments = vec![
        filter.clone(),
        argument(
            "by",
            "What the rows of a group agree in: 1 to 4 dimensions.",
            &format!("[{name}Dimension!]!"),
        ),
        argument(
            "having",
            "Which groups; all of them without.",
            &format!("{name}Having"),
        ),
        argument(
            "orderBy",
            "In which order, by at most 5 keys; at last by the dimensions, smallest first, those without a value last.",
            &format!("[{name}GroupOrder!]"),
        ),
        argument("first", &first, "Int"),
    ];
    [
        with_arguments(aggregate, vec![filter]),
        with_arguments(groups, arguments),
    ]
}

/// Each field of `entity` of which there is that function, with what its values are.
fn measures(
    entity: &'static Entity,
    function: Function,
) -> impl Iterator<Item = (&'static Field, Domain)> {
    let fields = entity.fields.iter();
    fields.filter_map(move |field| Some((field, measured(function, entity, field)?)))
}

/// Registers what a function gives for each field, and how groups are found and ordered by it.
fn register_numbers(registry: &mut Registry, entity: &'static Entity, function: Function) {
    let name = numbers_name(entity, function);
    if measures(entity, function).next().is_none() {
        return;
    }
    let fields = measures(entity, function).map(|(measured, domain)| {
        let required = if function == Function::CountDistinct {
            "!"
        } else {
            ""
        };
        let ty = format!("{}{required}", domain.name());
        field(measured.name, measured.description, &ty)
    });
    let described = match function {
        Function::CountDistinct => {
            format!(
                "For fields of {} rows, how many different values they have; null is none.",
                entity.name
            )
        }
        Function::Sum | Function::Average => format!(
            "For fields of {} rows, a number made of their values; null where there is none. Amounts of different currencies cannot be added: then it is null, too.",
            entity.name
        ),
        Function::Minimum | Function::Maximum => format!(
            "For fields of {} rows, one of their values; null where there is none. Amounts of different currencies cannot be compared: then it is null, too.",
            entity.name
        ),
    };
    add(registry, object(&name, &described, fields.collect()));
    let tests = measures(entity, function).map(|(measured, domain)| {
        argument(measured.name, measured.description, &domain.filter_type())
    });
    let described = "What must hold of these numbers: all that you give.";
    let having = format!("{name}Having");
    add(registry, input_object(&having, described, tests.collect()));
    let keys = measures(entity, function)
        .map(|(measured, _)| argument(measured.name, measured.description, "SortOrder"));
    let described = "Which of these numbers groups are ordered by: exactly one.";
    let order = format!("{name}Order");
    add(registry, one_of(&order, described, keys.collect()));
}

/// The functions of which there are numbers over rows of `entity`, with what they give.
fn functions(
    entity: &'static Entity,
) -> impl Iterator<Item = (&'static str, Function, &'static str)> {
    let functions = FUNCTIONS.into_iter();
    functions
        .filter(move |(_, function)| measures(entity, *function).next().is_some())
        .map(|(name, function)| {
            let description = match function {
                Function::CountDistinct => "How many different values there are.",
                Function::Sum => "The sum of the values, exact.",
                Function::Average => {
                    "The average of the values; of amounts to the minor unit, halves up."
                }
                Function::Minimum => "The smallest or earliest value.",
                Function::Maximum => "The largest or latest value.",
            };
            (name, function, description)
        })
}

fn numbers(entity: &'static Entity) -> Vec<MetaField> {
    let mut fields = vec![field("count", "How many rows there are.", "Int!")];
    fields.extend(functions(entity).map(|(name, function, description)| {
        let ty = format!("{}!", numbers_name(entity, function));
        field(name, description, &ty)
    }));
    fields
}

fn group(entity: &'static Entity) -> MetaType {
    let name = entity.name;
    let mut fields = vec![field(
        "key",
        "What its rows agree in.",
        &format!("{name}GroupKey!"),
    )];
    fields.extend(numbers(entity));
    let rows = field(
        entity.plural,
        "Its rows, page by page.",
        &format!("{name}Connection!"),
    );
    fields.push(with_arguments(rows, list_arguments(entity)));
    let described = format!("{name} rows that agree in something.");
    object(&format!("{name}Group"), &described, fields)
}

fn key(entity: &'static Entity) -> MetaType {
    let mut fields = vec![field(
        "row",
        "The row itself, where the rows of the group agree in its id and you see it; else null.",
        entity.name,
    )];
    fields.extend(entity.fields.iter().filter_map(|dimension| {
        let (name, ty) = match dimension.kind {
            Kind::ToOne { target, .. } => (dimension.name.to_owned(), format!("{target}GroupKey")),
            _ if is_dimension(entity, dimension) => {
                (dimension_name(dimension), value_type(entity, dimension)?)
            }
            _ => return None,
        };
        Some(field(&name, &described(dimension), &ty))
    }));
    let described = format!(
        "What the rows of a group agree in, among the fields of {} rows. What is no dimension is null. A date is the first day of its period; a relation is null unless a dimension goes over it or leads to it.",
        entity.name
    );
    object(&format!("{}GroupKey", entity.name), &described, fields)
}

/// What a dimension is.
fn described(field: &Field) -> String {
    match field.kind {
        Kind::Money { .. } => format!("The currency of `{}`.", field.name),
        _ => field.description.to_owned(),
    }
}

/// The type of a value that groups have in common.
fn value_type(entity: &'static Entity, field: &'static Field) -> Option<String> {
    Some(match Domain::of(entity.name, field)? {
        Domain::Instant | Domain::Day => "Date".to_owned(),
        Domain::Money => "CurrencyCode".to_owned(),
        other => other.name().to_owned(),
    })
}

fn dimension(entity: &'static Entity) -> MetaType {
    let fields = entity.fields.iter().filter_map(|field| {
        let (name, ty) = match field.kind {
            Kind::ToOne { target, .. } => (field.name.to_owned(), format!("{target}Dimension")),
            _ if !is_dimension(entity, field) => return None,
            Kind::Instant(_) | Kind::Day(_) => (field.name.to_owned(), "CalendarPeriod".to_owned()),
            _ => (dimension_name(field), "Grouping".to_owned()),
        };
        Some(argument(&name, &described(field), &ty))
    });
    let described = format!(
        "What {} rows are grouped by: exactly one key. Through a relation it is the value of the row that you see there; where there is none, null.",
        entity.name
    );
    one_of(
        &format!("{}Dimension", entity.name),
        &described,
        fields.collect(),
    )
}

fn having(entity: &'static Entity) -> MetaType {
    let name = format!("{}Having", entity.name);
    let mut fields = logic(&name);
    fields.push(argument("count", "How many rows it has.", "IntFilter"));
    fields.extend(over_functions(entity, "Having"));
    let described = format!(
        "Which groups of {} rows: all that you give must hold.",
        entity.name
    );
    input_object(&name, &described, fields)
}

fn group_order(entity: &'static Entity) -> MetaType {
    let mut fields = vec![
        argument(
            "key",
            "What the rows agree in; it must be one of the dimensions. An amount stands for its currency.",
            &order_name(entity.name),
        ),
        argument("count", "How many rows there are.", "SortOrder"),
    ];
    fields.extend(over_functions(entity, "Order"));
    let described = format!(
        "What groups of {} rows are ordered by: exactly one key.",
        entity.name
    );
    one_of(&format!("{}GroupOrder", entity.name), &described, fields)
}

/// For each function an argument of the type whose name ends so.
fn over_functions(entity: &'static Entity, ending: &str) -> Vec<MetaInputValue> {
    let functions = functions(entity);
    functions
        .map(|(name, function, description)| {
            let ty = format!("{}{ending}", numbers_name(entity, function));
            argument(name, description, &ty)
        })
        .collect()
}
