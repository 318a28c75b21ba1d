//! The dataset as GraphQL types: objects, connections and edges, enumerations and scalars.

mod aggregate;
mod change;
mod filter;
mod follow_up;
mod meta;
mod subscription;
mod worklist;
mod write;

use async_graphql::{
    ID, InputType, Value,
    registry::{MetaField, MetaInputValue, MetaType, Registry},
};

use crate::dataset::{Entity, Field, Kind, dataset};

use super::argument::{DEFAULT_PAGE, MAX_PAGE};
pub(super) use aggregate::numbers_name;
use aggregate::{aggregate_fields, register_aggregates};
pub(super) use change::change_root;
use change::register_changes;
use filter::{filter_name, order_name, register_filters};
pub(super) use follow_up::FollowUp;
pub(super) use meta::enumeration;
use meta::{argument, field, interface, object, scalar, with_arguments};
pub(super) use subscription::subscription;
pub(super) use worklist::worklist_root;
pub(super) use write::{
    WriteField, batch_payload, batch_result, payload, write_fields, write_root,
};

/// Registers every type that the dataset is made of. Doing it again changes nothing.
pub(super) fn register(registry: &mut Registry) {
    if registry.types.contains_key("Node") {
        return;
    }
    register_scalars(registry);
    register_filters(registry);
    register_aggregates(registry);
    register_changes(registry);
    add(registry, node_interface());
    add(registry, object("PageInfo", PAGE_INFO, page_info_fields()));
    add(registry, object("Money", MONEY, money_fields()));
    add(registry, object("MoneyBand", MONEY_BAND, band_fields()));
    add(registry, object("Reference", REFERENCE, reference_fields()));
    let fields = external_id_fields();
    add(registry, object("ExternalId", EXTERNAL_ID, fields));
    for entity in dataset().entities() {
        for field in &entity.fields {
            if let Kind::Choice(_, choice) = &field.kind {
                add(registry, enumeration(choice));
            }
        }
        let fields = entity
            .fields
            .iter()
            .map(|field| node_field(entity, field))
            .collect();
        add(registry, object(entity.name, entity.description, fields));
        registry.add_implements(entity.name, "Node");
        if let Some((_, states)) = entity.state() {
            let fields = transition_option_fields(states.name);
            let described = format!("A step that you can take with a {} as it is.", entity.name);
            add(
                registry,
                object(&transition_option(entity.name), &described, fields),
            );
            let described = "What has to be said with a step, besides what always has to be.";
            let fields = transition_requirement_fields();
            add(registry, object("TransitionRequirement", described, fields));
        }
        register_connection(registry, entity);
    }
    for facet in dataset().facets() {
        let fields = facet.fields.iter();
        let fields = fields.map(|field| node_field(facet, field)).collect();
        add(registry, object(facet.name, facet.description, fields));
    }
}

/// The object type with the root fields that read the dataset.
pub(super) fn root() -> MetaType {
    object("DatasetQuery", "What there is to ask.", root_fields())
}

/// The root fields that read the dataset.
fn root_fields() -> Vec<MetaField> {
    let mut fields = vec![
        with_arguments(
            field(
                "node",
                "The row of any kind with that global id, or null where there is none that you may see.",
                "Node",
            ),
            vec![argument("id", "Its global id.", "ID!")],
        ),
        with_arguments(
            field(
                "nodes",
                "The rows with those global ids, in their order, with null for each that is not there for you to see.",
                "[Node]!",
            ),
            vec![argument("ids", "Their global ids, at most 100.", "[ID!]!")],
        ),
    ];
    for entity in dataset().entities() {
        fields.push(with_arguments(
            MetaField {
                description: Some(format!(
                    "The {} with that id, or null where there is none that you may see. {}",
                    entity.name, entity.description
                )),
                ..field(entity.single, "", entity.name)
            },
            vec![argument("id", "Its global id.", "ID!")],
        ));
        fields.push(with_arguments(
            MetaField {
                description: Some(format!(
                    "The {} rows that you may see, page by page, ordered by `{}` unless you say otherwise.",
                    entity.name, entity.order.field
                )),
                ..field(entity.plural, "", &format!("{}Connection!", entity.name))
            },
            list_arguments(entity),
        ));
        fields.extend(aggregate_fields(entity));
    }
    fields
}

const PAGE_INFO: &str = "Where a page lies in its list.";
const MONEY: &str = "An amount of money.";
const MONEY_BAND: &str = "The band that an amount of money lies in. Its edges are 0, 1000, 5000, 10000, 50000, 100000, 500000, 1000000, 5000000 and 10000000 of the currency's units.";
const EXTERNAL_ID: &str = "What another system calls a row.";
const REFERENCE: &str = "What a row is called, where no more of it can be said.";

fn add(registry: &mut Registry, meta: MetaType) {
    registry.types.entry(meta.name().to_owned()).or_insert(meta);
}

/// The type of a step that can be taken with a row of that noun.
pub(super) fn transition_option(noun: &str) -> String {
    format!("{noun}TransitionOption")
}

fn transition_option_fields(states: &str) -> Vec<MetaField> {
    vec![
        field("mutation", "The mutation that takes it.", "String!"),
        field(
            "to",
            "Where it leads; where there are several, you say which in `to`.",
            &format!("[{states}!]!"),
        ),
        field(
            "requires",
            "The fields of the mutation's input that you have to say in every case, besides the row.",
            "[String!]!",
        ),
        field(
            "requiresAlso",
            "What you have to say as well: one of several fields, or a field in some cases.",
            "[TransitionRequirement!]!",
        ),
        field(
            "reasonKinds",
            "The kind of which `reasonId` has to be, for one after the other of `to`; none where there is no `reasonId` to say.",
            "[ReasonKind!]!",
        ),
        field("description", "What it means.", "String!"),
    ]
}

fn transition_requirement_fields() -> Vec<MetaField> {
    vec![
        field(
            "oneOf",
            "The fields of the mutation's input: one of them is enough.",
            "[String!]!",
        ),
        field(
            "when",
            "In which case, in words that follow on \"where\"; null: in every one.",
            "String",
        ),
    ]
}

fn register_connection(registry: &mut Registry, entity: &Entity) {
    let name = entity.name;
    let edge = format!("{name}Edge");
    let fields = vec![
        field(
            "cursor",
            "The place of the row in the list, to go on from with `after` or `before`.",
            "String!",
        ),
        field("node", "The row.", &format!("{name}!")),
    ];
    add(
        registry,
        object(
            &edge,
            &format!("One of the {name} rows of a list, with its place there."),
            fields,
        ),
    );
    let fields = vec![
        field(
            "edges",
            "The rows of this page, each with its cursor.",
            &format!("[{edge}!]!"),
        ),
        field("nodes", "The rows of this page.", &format!("[{name}!]!")),
        field("pageInfo", "Where this page lies in the list.", "PageInfo!"),
        field(
            "totalCount",
            "How many rows there are on all pages together. Counted only when asked for.",
            "Int!",
        ),
    ];
    let connection = format!("{name}Connection");
    add(
        registry,
        object(&connection, &format!("A page of {name} rows."), fields),
    );
}

fn node_field(entity: &Entity, declared: &Field) -> MetaField {
    let mut meta = field(
        declared.name,
        declared.description,
        &type_of(entity, declared),
    );
    if let Kind::ToMany { target, .. } | Kind::ToManyThrough { target, .. } = &declared.kind
        && let Some(target) = dataset().entity(target)
    {
        meta.args = list_arguments(target)
            .into_iter()
            .map(|arg| (arg.name.clone(), arg))
            .collect();
    }
    if matches!(declared.kind, Kind::History) {
        return with_arguments(meta, change::history_arguments());
    }
    meta
}

fn type_of(entity: &Entity, field: &Field) -> String {
    let name = match &field.kind {
        Kind::Id | Kind::ForeignId { .. } => "ID".to_owned(),
        Kind::Text(_) => "String".to_owned(),
        Kind::Int(_) => "Int".to_owned(),
        Kind::Boolean(_) => "Boolean".to_owned(),
        Kind::Instant(_) => "DateTime".to_owned(),
        Kind::Day(_) => "Date".to_owned(),
        Kind::Choice(_, choice) => choice.name.to_owned(),
        Kind::Json(_) => "JSON".to_owned(),
        Kind::Texts(_) | Kind::MaskedFields => "[String!]".to_owned(),
        Kind::Money { .. } => "Money".to_owned(),
        Kind::Band { .. } => "MoneyBand".to_owned(),
        Kind::Reference { .. } => "Reference".to_owned(),
        Kind::ExternalIds => "[ExternalId!]".to_owned(),
        Kind::ToOne { target, .. } | Kind::Facet(target) => (*target).to_owned(),
        Kind::ToMany { target, .. } | Kind::ToManyThrough { target, .. } => {
            format!("{target}Connection")
        }
        Kind::History => "HistoryConnection".to_owned(),
        Kind::AllowedTransitions => return format!("[{}!]!", transition_option(entity.name)),
    };
    if field.nullable {
        name
    } else {
        format!("{name}!")
    }
}

fn list_arguments(entity: &Entity) -> Vec<MetaInputValue> {
    let first =
        format!("How many rows from the front: {DEFAULT_PAGE} unless you say, {MAX_PAGE} at most.");
    let last = format!("How many rows from the end, instead of `first`: {MAX_PAGE} at most.");
    vec![
        argument(
            "filter",
            "Which rows; all of them without.",
            &filter_name(entity.name),
        ),
        argument("first", &first, "Int"),
        argument(
            "after",
            "Only rows behind the one with this cursor.",
            "String",
        ),
        argument("last", &last, "Int"),
        argument(
            "before",
            "Only rows before the one with this cursor.",
            "String",
        ),
        argument(
            "orderBy",
            &format!(
                "In which order, by at most 5 keys, of which the first that differs decides; without, by `{}`. The id breaks ties.",
                entity.order.field
            ),
            &format!("[{}!]", order_name(entity.name)),
        ),
    ]
}

fn page_info_fields() -> Vec<MetaField> {
    vec![
        field("hasNextPage", "Whether rows follow this page.", "Boolean!"),
        field(
            "hasPreviousPage",
            "Whether rows precede this page.",
            "Boolean!",
        ),
        field(
            "startCursor",
            "The cursor of the first row; null where the page is empty.",
            "String",
        ),
        field(
            "endCursor",
            "The cursor of the last row; null where the page is empty.",
            "String",
        ),
    ]
}

fn money_fields() -> Vec<MetaField> {
    vec![
        field(
            "amount",
            "The amount, with as many digits behind the point as the currency has.",
            "Decimal!",
        ),
        field("currency", "Its currency.", "CurrencyCode!"),
        field(
            "minorUnits",
            "The amount in the currency's smallest unit: cents of a euro, yen.",
            "BigInt!",
        ),
    ]
}

fn band_fields() -> Vec<MetaField> {
    vec![
        field(
            "from",
            "The least amount of the band, in whole units of the currency; null for negative amounts.",
            "Decimal",
        ),
        field(
            "below",
            "What the amount is below, in whole units of the currency; null for the last band.",
            "Decimal",
        ),
        field("currency", "The currency.", "CurrencyCode!"),
    ]
}

fn reference_fields() -> Vec<MetaField> {
    vec![
        field("id", "The row's global id.", "ID!"),
        field(
            "name",
            "What it is called: a company, a person, a deal, a campaign; null where nobody has said.",
            "String",
        ),
        field(
            "status",
            "How far it is: an account's `lifecycle`, a deal's `stage`, a lead's or a campaign's `status`; null for a contact.",
            "String",
        ),
    ]
}

fn external_id_fields() -> Vec<MetaField> {
    vec![
        field(
            "system",
            "The other system, such as `salesforce`.",
            "String!",
        ),
        field("key", "The row's id there.", "String!"),
    ]
}

fn node_interface() -> MetaType {
    let id = field(
        "id",
        "Its global id, the same in every answer, export and feed.",
        "ID!",
    );
    let nouns = dataset().entities().iter().map(|entity| entity.name);
    interface("Node", "Anything with a global id.", id, nouns)
}

fn register_scalars(registry: &mut Registry) {
    let texts = [
        (
            "DateTime",
            "An instant in UTC, as in `2026-01-31T09:30:00.000000Z`. As input: RFC 3339 with any offset.",
        ),
        ("Date", "A day, as in `2026-01-31`."),
        (
            "Decimal",
            "A decimal number as a string, as in `\"1234.50\"`, so that no digit is lost.",
        ),
        (
            "BigInt",
            "An integer of up to 64 bits as a string, so that no digit is lost.",
        ),
        ("CurrencyCode", "An ISO 4217 code, as in `EUR`."),
    ];
    for (name, description) in texts {
        add(
            registry,
            scalar(name, description, |value| matches!(value, Value::String(_))),
        );
    }
    add(registry, scalar("JSON", "Any JSON value.", |_| true));
    // The built-in ones that our own types name.
    for register in [
        <ID as InputType>::create_type_info,
        <String as InputType>::create_type_info,
        <i32 as InputType>::create_type_info,
        <bool as InputType>::create_type_info,
        <f64 as InputType>::create_type_info,
    ] {
        register(registry);
    }
}
