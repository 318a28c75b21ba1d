//! The schema keeps the habits of GraphQL: everything is described, names look as they do elsewhere, and
//! values have types.

use std::{collections::BTreeMap, fs, path::Path, sync::LazyLock};

use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{
            BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
            TypeSystemDefinition,
        },
    },
};

/// The types of `schema.graphql`, by name.
pub(super) static TYPES: LazyLock<BTreeMap<String, TypeDefinition>> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema.graphql");
    let document = parse_schema(fs::read_to_string(path).unwrap()).unwrap();
    let types = document
        .definitions
        .into_iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            _ => None,
        });
    types
        .map(|definition| (definition.name.node.to_string(), definition))
        .collect()
});

/// What has a name and a description: a type, a field, an argument, a value of an enum.
struct Element<'a> {
    /// `Lead`, `Lead.score`, `Query.leads(first:)`, `LeadStatus.MQL`.
    place: String,
    name: &'a str,
    kind: Kind,
    description: Option<&'a str>,
    /// The type of a field or an argument.
    of: Option<&'a Type>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Type,
    Field,
    Argument,
    Value,
}

fn text(description: Option<&Positioned<String>>) -> Option<&str> {
    description.map(|description| description.node.as_str())
}

fn element(place: String, kind: Kind, input: &InputValueDefinition) -> Element<'_> {
    Element {
        place,
        name: &input.name.node,
        kind,
        description: text(input.description.as_ref()),
        of: Some(&input.ty.node),
    }
}

/// The fields that a type gives.
pub(super) fn fields(definition: &TypeDefinition) -> &[Positioned<FieldDefinition>] {
    match &definition.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => &[],
    }
}

fn elements() -> Vec<Element<'static>> {
    let mut found = Vec::new();
    for (name, definition) in TYPES.iter() {
        found.push(Element {
            place: name.clone(),
            name,
            kind: Kind::Type,
            description: text(definition.description.as_ref()),
            of: None,
        });
        for field in fields(definition) {
            let (field, place) = (&field.node, format!("{name}.{}", field.node.name.node));
            for argument in &field.arguments {
                let place = format!("{place}({}:)", argument.node.name.node);
                found.push(element(place, Kind::Argument, &argument.node));
            }
            found.push(Element {
                place,
                name: &field.name.node,
                kind: Kind::Field,
                description: text(field.description.as_ref()),
                of: Some(&field.ty.node),
            });
        }
        if let TypeKind::InputObject(input) = &definition.kind {
            for field in &input.fields {
                let place = format!("{name}.{}", field.node.name.node);
                found.push(element(place, Kind::Field, &field.node));
            }
        }
        if let TypeKind::Enum(values) = &definition.kind {
            found.extend(values.values.iter().map(|value| Element {
                place: format!("{name}.{}", value.node.value.node),
                name: &value.node.value.node,
                kind: Kind::Value,
                description: text(value.node.description.as_ref()),
                of: None,
            }));
        }
    }
    found
}

/// The elements that are not as they should be.
fn wrong(is_wrong: impl Fn(&Element) -> bool) -> Vec<String> {
    let elements = elements().into_iter();
    let wrong = elements.filter(is_wrong);
    wrong.map(|element| element.place).collect()
}

/// The name of the type within lists and marks of what may be null.
pub(super) fn named(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}

#[test]
fn everything_is_described_in_sentences() {
    assert!(elements().len() > 3_000);
    let wrong = wrong(|element| {
        !element.description.is_some_and(|text| {
            text.ends_with('.')
                && !text.starts_with(|first: char| first.is_lowercase() || first.is_whitespace())
        })
    });
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn names_look_as_they_do_elsewhere() {
    let wrong = wrong(|element| {
        let mut letters = element.name.chars();
        let first = letters.next().unwrap();
        !match element.kind {
            Kind::Type => {
                first.is_ascii_uppercase() && letters.all(|letter| letter.is_ascii_alphanumeric())
            }
            Kind::Field | Kind::Argument => {
                first.is_ascii_lowercase() && letters.all(|letter| letter.is_ascii_alphanumeric())
            }
            Kind::Value => {
                let upper = |letter: char| {
                    letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_'
                };
                first.is_ascii_uppercase() && letters.all(upper)
            }
        }
    });
    assert_eq!(wrong, [""; 0]);
}

/// What a field of a row is called says of which type it is.
#[test]
fn ids_instants_and_days_have_their_types() {
    for (name, definition) in TYPES.iter() {
        let TypeKind::Object(object) = &definition.kind else {
            continue;
        };
        if object.implements.is_empty() {
            continue;
        }
        for field in &object.fields {
            let (field, of) = (
                field.node.name.node.as_str(),
                field.node.ty.node.to_string(),
            );
            let expected = match field {
                _ if field == "id" || field.ends_with("Id") => "ID",
                _ if field == "at" || field.ends_with("At") => "DateTime",
                _ if field.ends_with("On") => "Date",
                _ if field.ends_with("Ref") => "Reference",
                _ if field.ends_with("Band") && of.starts_with("Money") => "MoneyBand",
                _ => continue,
            };
            assert_eq!(of.trim_end_matches('!'), expected, "{name}.{field}");
        }
    }
}

/// Whoever gives or takes JSON has no type for it: names that operators make up, and properties that sources do.
#[test]
fn only_what_others_name_is_json() {
    let json = |element: &&Element| element.of.is_some_and(|of| named(of) == "JSON");
    let elements = elements();
    // What is said of a row has the types of what is read of it.
    let read = |place: &&str| {
        !place
            .split('.')
            .next()
            .is_some_and(|of| of.ends_with("Input"))
    };
    let json: Vec<_> = elements
        .iter()
        .filter(json)
        .map(|element| element.place.as_str())
        .filter(read)
        .collect();
    assert_eq!(
        json,
        [
            "Account.customFields",
            // By day of the week, which are fields of an object that nobody filters by.
            "BusinessCalendar.hours",
            "Campaign.customFields",
            "Contact.consent",
            "Contact.customFields",
            // What a field was, whichever it is.
            "FieldChange.after",
            "FieldChange.before",
            "Lead.customFields",
            // It grows with what can count; docs/definitions.md has its form, and everything wrong is told by its path.
            "LeadDefinition.criteria",
            "Opportunity.customFields",
            "Query.previewLeadDefinition(criteria:)",
            // By what leads are told apart, which grows.
            "SlaPolicy.condition",
            "Touch.properties",
        ]
    );
}

/// A list has no nulls in it, so that nobody has to look for them; `nodes(ids:)` says by them what is missing.
#[test]
fn lists_have_no_holes() {
    let wrong = wrong(|element| {
        let holes = element.of.is_some_and(|of| match &of.base {
            BaseType::List(inner) => inner.nullable,
            BaseType::Named(_) => false,
        });
        holes && element.place != "Query.nodes"
    });
    assert_eq!(wrong, [""; 0]);
}
