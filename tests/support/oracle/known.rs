//! What the oracle knows of the schema. Whatever else is in there must be classified first.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::types::{FieldDefinition, TypeDefinition, TypeKind};

use super::{
    lens::{CLASSES, Class, REFERRED, STAMPS},
    model::{Model, named},
    noun::Noun,
};

/// Where one says what a field of a noun is.
const CLASSIFY: &str = "classify it in support/oracle/lens/class.rs as open or guarded";
/// Where one says how anything else is answered.
const TEACH: &str = "teach the oracle what each caller gets of it (support/oracle/resolve.rs), \
                     or say in support/oracle/known.rs that it tells nothing of rows";

/// Types that are no nouns, with their fields.
const OTHERS: [(&str, &[&str]); 5] = [
    ("Money", &["amount", "currency", "minorUnits"]),
    ("MoneyBand", &["from", "below", "currency"]),
    ("Reference", &["id", "name", "status"]),
    (
        "PageInfo",
        &["hasNextPage", "hasPreviousPage", "startCursor", "endCursor"],
    ),
    ("Viewer", &["name", "roles", "user", "territories"]),
];

/// What tells nothing of rows, or is compared by a test of its own: documents do not ask for it.
const BESIDE: [(&str, &[&str]); 9] = [
    ("Query", &["explainAccess"]),
    ("AccessExplanation", &["visible", "rules", "fields"]),
    ("AccessRule", &["role", "rows", "holds"]),
    ("FieldAccess", &["field", "masked", "rules"]),
    ("FieldRule", &["role", "mask", "masks"]),
    ("Viewer", &["can", "viewedAs", "views"]),
    (
        "EntityView",
        &[
            "entity",
            "rows",
            "reference",
            "masked",
            "mutations",
            "export",
        ],
    ),
    ("FieldMask", &["field", "kind", "when"]),
    ("AllowedMutation", &["action", "rows"]),
];

const SCALARS: [&str; 6] = [
    "BigInt",
    "CurrencyCode",
    "Date",
    "DateTime",
    "Decimal",
    "JSON",
];
const OPERATORS: [&str; 9] = ["eq", "ne", "in", "nin", "lt", "lte", "gt", "gte", "isNull"];
const PAGE: [&str; 5] = ["first", "last", "after", "before", "filter"];

/// Whether documents may ask for `field`: the oracle knows the answer.
#[must_use]
pub fn is_asked(type_name: &str, field: &str) -> bool {
    let mut beside = BESIDE.iter();
    !beside.any(|(name, fields)| *name == type_name && fields.contains(&field))
}

/// What in the schema is not classified, or otherwise than it is: each with what to do about it.
#[must_use]
pub fn unknown(model: &Model) -> Vec<String> {
    let mut problems = Vec::new();
    for definition in model.types() {
        problems.extend(unknown_of_type(model, definition));
    }
    for class in &CLASSES {
        let known = known_fields(model, class);
        let fields = model.fields(class.noun).iter();
        let fields: BTreeSet<_> = fields.map(|field| field.node.name.node.as_str()).collect();
        let missing = known
            .keys()
            .filter(|field| !fields.contains(field.as_str()));
        problems.extend(missing.map(|field| {
            format!(
                "the schema has no {}.{field}, which is classified",
                class.noun
            )
        }));
    }
    problems
}

fn unknown_of_type(model: &Model, definition: &TypeDefinition) -> Vec<String> {
    let name = definition.name.node.as_str();
    let known = match &definition.kind {
        TypeKind::Scalar => SCALARS.contains(&name),
        TypeKind::Enum(_) => true,
        TypeKind::Interface(_) => name == "Node",
        TypeKind::InputObject(_) => return unknown_tests(model, name),
        TypeKind::Object(_) => return unknown_fields(model, name),
        TypeKind::Union(_) => false,
    };
    let problem = format!("nobody has classified the type {name}: {TEACH}");
    if known { Vec::new() } else { vec![problem] }
}

fn unknown_fields(model: &Model, type_name: &str) -> Vec<String> {
    let fields = model.fields(type_name).iter().map(|field| &field.node);
    if let Some(noun) = Noun::of(type_name) {
        let known = known_fields(model, Class::of(noun.name));
        return fields
            .filter_map(|field| problem_of_field(noun, field, &known))
            .collect();
    }
    let Some(known) = fields_of_other(type_name) else {
        return vec![format!(
            "nobody has classified the type {type_name}. If it is a noun, put it into \
             support/oracle/noun.rs and support/oracle/lens/class.rs; otherwise {TEACH}"
        )];
    };
    let mut problems = Vec::new();
    for field in fields {
        let name = field.name.node.as_str();
        if !known.contains(&name) {
            problems.push(format!("nobody has classified {type_name}.{name}: {TEACH}"));
        }
        problems.extend(unknown_arguments(type_name, field));
    }
    problems
}

/// The fields of a type that is no noun.
fn fields_of_other(type_name: &str) -> Option<Vec<&'static str>> {
    let of_noun = |suffix: &str| type_name.strip_suffix(suffix).and_then(Noun::of).is_some();
    let beside = BESIDE.iter().find(|(name, _)| *name == type_name);
    let beside = beside.map_or(&[][..], |(_, fields)| *fields);
    let known = if type_name == "Query" {
        let nouns = Noun::all().iter();
        let mut known: Vec<_> = nouns.flat_map(|noun| [noun.single, noun.plural]).collect();
        known.extend(["node", "nodes", "viewer"]);
        known
    } else if of_noun("Connection") {
        vec!["edges", "nodes", "pageInfo", "totalCount"]
    } else if of_noun("Edge") {
        vec!["cursor", "node"]
    } else if let Some((_, fields)) = OTHERS.iter().find(|(name, _)| *name == type_name) {
        fields.to_vec()
    } else if beside.is_empty() {
        return None;
    } else {
        Vec::new()
    };
    Some(known.into_iter().chain(beside.iter().copied()).collect())
}

/// The fields of a noun, with whether each may be null; `None` where either will do.
fn known_fields(model: &Model, class: &Class) -> BTreeMap<String, Option<bool>> {
    let mut known = BTreeMap::new();
    let has = |field: &str| {
        let mut fields = model.fields(class.noun).iter();
        fields.any(|it| it.node.name.node == field)
    };
    let guarded = class.guarded().map(|field| (field, Some(true)));
    let open = class.open().map(|field| (field, None));
    for (field, nullable) in guarded.chain(open) {
        known.insert(field.to_owned(), nullable);
        if !has(field) {
            continue;
        }
        let type_name = named(&model.field(class.noun, field).ty.node);
        if Noun::of(type_name).is_some() {
            known.insert(field.to_owned(), Some(true));
            known.insert(format!("{field}Id"), nullable);
        }
        if REFERRED.contains(&type_name) {
            known.insert(format!("{field}Ref"), Some(true));
        }
        if type_name == "Money" {
            known.insert(format!("{field}Band"), Some(true));
        }
    }
    if class.guarded().next().is_some() {
        known.insert("maskedFields".to_owned(), Some(false));
    }
    let stamps = STAMPS.into_iter().filter(|stamp| has(stamp));
    known.extend(stamps.map(|stamp| (stamp.to_owned(), Some(false))));
    known
}

fn problem_of_field(
    noun: &Noun,
    field: &FieldDefinition,
    known: &BTreeMap<String, Option<bool>>,
) -> Option<String> {
    let name = field.name.node.as_str();
    let Some(nullable) = known.get(name) else {
        return Some(format!(
            "nobody has classified {}.{name}: {CLASSIFY}",
            noun.name
        ));
    };
    if nullable.is_some_and(|nullable| nullable != field.ty.node.nullable) {
        let must = if *nullable == Some(true) { "" } else { " not" };
        return Some(format!(
            "{}.{name} is {}, and must{must} be nullable",
            noun.name, field.ty.node
        ));
    }
    unknown_arguments(noun.name, field).into_iter().next()
}

fn unknown_arguments(type_name: &str, field: &FieldDefinition) -> Vec<String> {
    let is_page = named(&field.ty.node).ends_with("Connection");
    let known = |name: &str| match type_name {
        _ if is_page => PAGE.contains(&name),
        "Query" => matches!(name, "id" | "ids"),
        _ => false,
    };
    if !is_asked(type_name, &field.name.node) {
        return Vec::new();
    }
    let arguments = field.arguments.iter().map(|it| it.node.name.node.as_str());
    let unknown = arguments.filter(|name| !known(name));
    unknown
        .map(|name| {
            let field = &field.name.node;
            format!("nobody has classified the argument {name} of {type_name}.{field}: {TEACH}")
        })
        .collect()
}

/// Filters of nouns ask by fields that are known; other inputs test with operators that are known.
fn unknown_tests(model: &Model, type_name: &str) -> Vec<String> {
    let Some(of) = type_name.strip_suffix("Filter") else {
        return vec![format!(
            "nobody has classified the input {type_name}: {TEACH}"
        )];
    };
    let inputs = model.inputs(type_name).iter();
    let inputs = inputs.map(|input| input.node.name.node.as_str());
    let Some(noun) = Noun::of(of) else {
        let unknown = inputs.filter(|operator| !OPERATORS.contains(operator));
        return unknown
            .map(|operator| {
                format!("nobody has classified the test {type_name}.{operator}: {TEACH}")
            })
            .collect();
    };
    let known = known_fields(model, Class::of(noun.name));
    let unknown = inputs.filter(|field| !known.contains_key(*field));
    unknown
        .map(|field| format!("nobody has classified the filter {type_name}.{field}: {CLASSIFY}"))
        .collect()
}
