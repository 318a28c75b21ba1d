//! Documents that go along every path of the schema.

use async_graphql::parser::types::FieldDefinition;
use tests::oracle::{
    Noun, Oracle,
    known::is_asked,
    lens::Class,
    model::{Model, named},
};

/// All that there is of a row of `noun`, with what lies one step away: of that, what lenses differ
/// in.
pub(super) fn everything(model: &Model, noun: &Noun) -> String {
    let fields = fields_of(model, noun.name);
    let texts = fields.map(|field| {
        let name = &field.name.node;
        let type_name = named(&field.ty.node);
        if let Some(target) = type_name.strip_suffix("Connection").and_then(Noun::of) {
            return format!("{name}(first: 2) {}", page(model, target));
        }
        match Noun::of(type_name) {
            Some(target) => format!("{name} {{ {} }}", guarded(model, target)),
            None => format!("{name}{}", leaves(model, type_name)),
        }
    });
    texts.collect::<Vec<_>>().join(" ")
}

/// What lenses differ in: what can be masked, references, and their ids.
pub(super) fn guarded(model: &Model, noun: &Noun) -> String {
    let class = Class::of(noun.name);
    let mut texts = vec!["id".to_owned()];
    for field in fields_of(model, noun.name) {
        let name = field.name.node.as_str();
        let type_name = named(&field.ty.node);
        let stands_beside = matches!(type_name, "ID" | "MoneyBand" | "Reference");
        let matters = stands_beside || name == "maskedFields" || class.guard_of(name).is_some();
        if name == "id" || !matters {
            continue;
        }
        texts.push(match (Noun::of(type_name), type_name) {
            (Some(_), _) => format!("{name} {{ id }}"),
            (_, "Reference") => format!("{name} {{ name }}"),
            (_, "MoneyBand") => format!("{name} {{ below }}"),
            (_, "Money") => format!("{name} {{ minorUnits }}"),
            _ => name.to_owned(),
        });
    }
    texts.join(" ")
}

/// What can be masked of a row, and nothing beside it.
fn maskable(model: &Model, noun: &Noun) -> String {
    let class = Class::of(noun.name);
    let fields = fields_of(model, noun.name).filter_map(|field| {
        let name = field.name.node.as_str();
        let is_leaf = model.fields(named(&field.ty.node)).is_empty();
        (is_leaf && class.guard_of(name).is_some()).then_some(name)
    });
    let fields: Vec<_> = ["id"].into_iter().chain(fields).collect();
    fields.join(" ")
}

/// A page with everything around its rows.
pub(super) fn page(model: &Model, noun: &Noun) -> String {
    let (guarded, maskable) = (guarded(model, noun), maskable(model, noun));
    format!(
        "{{ totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} \
         edges {{ cursor node {{ {maskable} }} }} nodes {{ {guarded} }} }}"
    )
}

/// The lists of a noun: the field, and what is in it.
pub(super) fn lists<'m>(
    model: &'m Model,
    type_name: &str,
) -> impl Iterator<Item = (&'m str, &'static Noun)> {
    model.fields(type_name).iter().filter_map(|field| {
        let target = named(&field.node.ty.node).strip_suffix("Connection")?;
        Some((field.node.name.node.as_str(), Noun::of(target)?))
    })
}

/// The fields and relations that the filter of a noun asks by, each with the type of its tests.
pub(super) fn filters<'m>(
    model: &'m Model,
    noun: &Noun,
) -> impl Iterator<Item = (&'m str, &'m str)> {
    let inputs = model.inputs(&format!("{}Filter", noun.name)).iter();
    let inputs = inputs.map(|input| {
        let name = input.node.name.node.as_str();
        (name, named(&input.node.ty.node))
    });
    inputs.filter(|(name, _)| !matches!(*name, "and" | "or" | "not"))
}

/// A test of `field` by which one row of `noun` is told from others, hidden ones too.
pub(super) fn telling(oracle: &Oracle, noun: &Noun, field: &str, tests: &str) -> String {
    if let Some(target) = tests.strip_suffix("ListFilter").and_then(Noun::of) {
        let id = telling(oracle, target, "id", "IDFilter");
        return format!("{{some: {{id: {id}}}}}");
    }
    if let Some(target) = tests.strip_suffix("Filter").and_then(Noun::of) {
        return format!("{{id: {}}}", telling(oracle, target, "id", "IDFilter"));
    }
    let stored = oracle.stored(noun, field);
    let Some(value) = stored.get(stored.len() / 2) else {
        return "{isNull: false}".to_owned();
    };
    let operand = &oracle.model.inputs(tests).iter();
    let mut operand = operand.clone().filter(|it| it.node.name.node == "eq");
    let operand = operand
        .next()
        .expect("everything can be tested for equality");
    match (value, oracle.model.is_enum(named(&operand.node.ty.node))) {
        (serde_json::Value::String(choice), true) => format!("{{eq: {choice}}}"),
        (serde_json::Value::Object(amount), _) => {
            let (amount, currency) = (&amount["amount"], &amount["currency"]);
            format!("{{eq: {{amount: {amount}, currency: {currency}}}}}")
        }
        _ => format!("{{eq: {value}}}"),
    }
}

fn fields_of<'m>(
    model: &'m Model,
    type_name: &'m str,
) -> impl Iterator<Item = &'m FieldDefinition> {
    let fields = model.fields(type_name).iter().map(|field| &field.node);
    fields.filter(move |field| is_asked(type_name, &field.name.node))
}

/// The fields of a type that is no noun, all of which are scalars; nothing for a scalar.
fn leaves(model: &Model, type_name: &str) -> String {
    let fields = fields_of(model, type_name).map(|field| field.name.node.as_str());
    let fields: Vec<_> = fields.collect();
    if fields.is_empty() {
        return String::new();
    }
    format!(" {{ {} }}", fields.join(" "))
}
