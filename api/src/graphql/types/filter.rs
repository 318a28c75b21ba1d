//! The filters and orders of the dataset as GraphQL input types.

use async_graphql::registry::{MetaInputValue, MetaType, Registry};

use crate::dataset::{Entity, Enumeration, Field, Kind, dataset};

use super::{
    super::{argument::PERIODS, domain::Domain},
    add,
    meta::{argument, enumeration, input_object, one_of},
};

/// The filter type of a list of that entity.
pub(super) fn filter_name(entity: &str) -> String {
    format!("{entity}Filter")
}

/// The type of a key that a list of that entity is ordered by.
pub(super) fn order_name(entity: &str) -> String {
    format!("{entity}Order")
}

/// Registers the filter and the order of each entity, and the tests of each kind of value.
pub(super) fn register_filters(registry: &mut Registry) {
    register_common(registry);
    for entity in dataset().entities() {
        add(registry, filter(entity));
        add(registry, list_filter(entity));
        add(registry, order(entity));
        for field in entity.fields.iter().filter(|field| field.filterable) {
            if let Some(domain) = Domain::of(entity.name, field) {
                register_tests(registry, domain);
            }
        }
    }
    // Of aggregates only.
    register_tests(registry, Domain::Float);
}

fn filter(entity: &'static Entity) -> MetaType {
    let name = filter_name(entity.name);
    let mut fields = logic(&name);
    for field in &entity.fields {
        let ty = match &field.kind {
            Kind::ToOne { target, .. } => filter_name(target),
            Kind::ToMany { target, .. } | Kind::ToManyThrough { target, .. } => {
                list_filter_name(target)
            }
            _ => match Domain::of(entity.name, field).filter(|_| field.filterable) {
                Some(domain) => domain.filter_type(),
                None => continue,
            },
        };
        fields.push(argument(field.name, field.description, &ty));
    }
    let description = format!(
        "Which {} rows: all that you give must hold. A relation to one row holds where there is a row that you see and for which its filter holds.",
        entity.name
    );
    input_object(&name, &description, fields)
}

/// The fields that put filters of the type `name` together.
pub(super) fn logic(name: &str) -> Vec<MetaInputValue> {
    let several = format!("[{name}!]");
    vec![
        argument("and", "All of these hold; none given holds.", &several),
        argument("or", "One of these holds; none given does not.", &several),
        argument(
            "not",
            "This does not hold: each row is in it or in its `not`, and null is in every `not`.",
            name,
        ),
    ]
}

fn list_filter_name(entity: &str) -> String {
    format!("{entity}ListFilter")
}

fn list_filter(entity: &Entity) -> MetaType {
    let one = filter_name(entity.name);
    let fields = vec![
        argument("some", "It holds for one of them.", &one),
        argument("none", "It holds for none of them.", &one),
        argument(
            "every",
            "It holds for each of them; also where there are none.",
            &one,
        ),
    ];
    let description = format!(
        "What holds for the {} rows of a list that you see: all that you give.",
        entity.name
    );
    input_object(&list_filter_name(entity.name), &description, fields)
}

fn order(entity: &'static Entity) -> MetaType {
    let fields = entity.fields.iter().filter_map(|field| {
        let ty = match &field.kind {
            Kind::ToOne { target, .. } => order_name(target),
            _ if is_ordered(entity, field) => "SortOrder".to_owned(),
            _ => return None,
        };
        Some(argument(field.name, field.description, &ty))
    });
    let description = format!(
        "What a list of {} rows is ordered by: exactly one key. Through a relation it is the value of the row that you see there; where there is none, null.",
        entity.name
    );
    one_of(&order_name(entity.name), &description, fields.collect())
}

/// Whether lists of `entity` can be ordered by `field`.
fn is_ordered(entity: &'static Entity, field: &'static Field) -> bool {
    Domain::of(entity.name, field).is_some_and(Domain::is_ordered)
}

/// What all filters and orders are made of.
fn register_common(registry: &mut Registry) {
    let sort = [
        (
            "ASC",
            "Smallest, earliest, A first; rows without a value last.",
        ),
        (
            "ASC_NULLS_FIRST",
            "Rows without a value first, then the smallest, earliest, A.",
        ),
        (
            "DESC",
            "Largest, latest, Z first; rows without a value last.",
        ),
        (
            "DESC_NULLS_FIRST",
            "Rows without a value first, then the largest, latest, Z.",
        ),
    ];
    let sort = sort.map(|(name, description)| (name.to_owned(), description));
    let described = "Which end comes first. Texts are ordered by their bytes, enumerations as their values are listed, amounts of money by their currency first.";
    add(
        registry,
        named_values("SortOrder", described, sort.to_vec()),
    );
    let periods = PERIODS.map(|(name, _, description)| (name.to_owned(), description));
    let described = "A span of the calendar, in the workspace's time zone.";
    add(
        registry,
        named_values("CalendarPeriod", described, periods.to_vec()),
    );
    let units = ["minutes", "hours", "days", "weeks", "months", "years"];
    let units = units.map(|unit| argument(unit, &format!("So many {unit}, 1 to 10000."), "Int"));
    let described = "How long: exactly one of these. Days and longer are those of the calendar, in the workspace's time zone.";
    add(registry, one_of("Duration", described, units.to_vec()));
    let amount = vec![
        argument(
            "amount",
            "The decimal amount, such as `\"1234.50\"`.",
            "Decimal!",
        ),
        argument("currency", "Its currency.", "CurrencyCode!"),
    ];
    let described = "An amount of money, as an argument.";
    add(registry, input_object("MoneyInput", described, amount));
}

pub(super) fn named_values(
    name: &'static str,
    description: &'static str,
    values: Vec<(String, &'static str)>,
) -> MetaType {
    enumeration(&Enumeration {
        name,
        description,
        values,
    })
}

/// Registers the tests of such values.
fn register_tests(registry: &mut Registry, domain: Domain) {
    let value = domain.input_type();
    let name = domain.filter_type();
    if registry.types.contains_key(&name) {
        return;
    }
    let description = match domain {
        Domain::Money => "Tests of an amount of money; all that you give must hold. Amounts of different currencies are never equal, and none of them is larger.".to_owned(),
        other => format!("Tests of {} values; all that you give must hold.", other.name()),
    };
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
    if domain.has_ranges() {
        let range = format!("{}Range", domain.name());
        tests.extend([
            one("lt", "It is smaller, or earlier."),
            one("lte", "It is smaller or equal, or not later."),
            one("gt", "It is greater, or later."),
            one("gte", "It is greater or equal, or not earlier."),
            argument(
                "between",
                "It is one of these two, or lies between them.",
                &range,
            ),
        ]);
        add(registry, range_of(&range, domain));
    }
    match domain {
        Domain::Text => tests.extend(tests_of_texts()),
        Domain::Instant | Domain::Day => tests.extend(tests_of_time()),
        _ => {}
    }
    add(registry, input_object(&name, &description, tests));
}

fn range_of(name: &str, domain: Domain) -> MetaType {
    let value = format!("{}!", domain.input_type());
    let ends = vec![
        argument(
            "from",
            "The smaller or earlier end, which is a part of it.",
            &value,
        ),
        argument(
            "to",
            "The larger or later end, which is a part of it.",
            &value,
        ),
    ];
    input_object(name, "A range, with both its ends.", ends)
}

fn tests_of_texts() -> Vec<MetaInputValue> {
    let tests = [
        ("contains", "It has this in it."),
        ("startsWith", "It begins with this."),
        ("endsWith", "It ends with this."),
        (
            "eqIgnoreCase",
            "It is this, if one letter is as good as its capital: by Unicode's simple case folding. At most 200 characters.",
        ),
        (
            "containsIgnoreCase",
            "It has this in it, if one letter is as good as its capital. At most 200 characters.",
        ),
        (
            "startsWithIgnoreCase",
            "It begins with this, if one letter is as good as its capital. At most 200 characters.",
        ),
        (
            "endsWithIgnoreCase",
            "It ends with this, if one letter is as good as its capital. At most 200 characters.",
        ),
    ];
    let tests = tests.map(|(name, description)| argument(name, description, "String"));
    tests.to_vec()
}

fn tests_of_time() -> Vec<MetaInputValue> {
    vec![
        argument(
            "last",
            "It lies so far back at most, and not ahead: from the start of that day on, in the workspace's time zone, until now; hours and minutes are exact.",
            "Duration",
        ),
        argument(
            "next",
            "It lies so far ahead at most, and not back: from now until the end of that day, in the workspace's time zone; hours and minutes are exact.",
            "Duration",
        ),
        argument(
            "this",
            "It lies in the same period as now.",
            "CalendarPeriod",
        ),
        argument(
            "previous",
            "It lies in the period before that of now.",
            "CalendarPeriod",
        ),
        argument(
            "following",
            "It lies in the period after that of now.",
            "CalendarPeriod",
        ),
    ]
}
