//! The filters of the dataset as GraphQL input types.

use async_graphql::registry::{MetaInputValue, Registry};

use crate::dataset::{Entity, Field, Kind, dataset};

use super::meta::{argument, input_object};

/// The filter type of a list of `entity`.
pub(super) fn filter_name(entity: &Entity) -> String {
    format!("{}Filter", entity.name)
}

/// Registers the filter of each entity and the tests of each kind of field.
pub(super) fn register_filters(registry: &mut Registry) {
    for entity in dataset().entities() {
        let mut fields = Vec::new();
        for field in entity.fields.iter().filter(|field| field.filterable) {
            let Some((name, value, ordered)) = tests_of(field) else {
                continue;
            };
            let tests = input_object(
                &name,
                &format!("Tests of a {value}; all that you give must hold."),
                tests(&value, ordered),
            );
            registry.types.entry(name.clone()).or_insert(tests);
            fields.push(argument(field.name, field.description, &name));
        }
        let name = filter_name(entity);
        let description = format!("Which {} rows: all that you give must hold.", entity.name);
        registry
            .types
            .insert(name.clone(), input_object(&name, &description, fields));
    }
}

/// The input type that tests a field, the type of its operands, and whether they have an order.
fn tests_of(field: &Field) -> Option<(String, String, bool)> {
    let (value, ordered) = match &field.kind {
        Kind::Id | Kind::ForeignId { .. } => ("ID", false),
        Kind::Text(_) => ("String", true),
        Kind::Int(_) => ("Int", true),
        Kind::Boolean(_) => ("Boolean", false),
        Kind::Instant(_) => ("DateTime", true),
        Kind::Day(_) => ("Date", true),
        Kind::Choice(_, choice) => (choice.name, false),
        _ => return None,
    };
    Some((format!("{value}Filter"), value.to_owned(), ordered))
}

fn tests(value: &str, ordered: bool) -> Vec<MetaInputValue> {
    let one = |name, description| argument(name, description, value);
    let many = |name, description| argument(name, description, &format!("[{value}!]"));
    let mut tests = vec![
        one("eq", "It is this."),
        one("ne", "It is something else; null is nothing else."),
        many("in", "It is one of these, at most 500."),
        many(
            "nin",
            "It is none of these, at most 500; null is none of anything.",
        ),
        argument("isNull", "Whether it is absent.", "Boolean"),
    ];
    if ordered {
        tests.extend([
            one("lt", "It is smaller, or earlier."),
            one("lte", "It is smaller or equal, or not later."),
            one("gt", "It is greater, or later."),
            one("gte", "It is greater or equal, or not earlier."),
        ]);
    }
    tests
}
