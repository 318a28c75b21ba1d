//! What is the same, what goes out again, and what shows a secret.

use std::collections::{BTreeSet, HashMap};

use async_graphql::{
    parser::{
        parse_schema,
        types::{BaseType, TypeDefinition, TypeKind, TypeSystemDefinition},
    },
    value,
};

use super::*;
use crate::graphql::sdl;

fn asked(query: &str, variables: Value) -> Hash {
    let mut request = Request::new(query).variables(Variables::from_value(variables));
    let document = Sha256::digest(query).into();
    body_hash(&mut request, &document).unwrap()
}

#[test]
fn the_same_is_the_same_in_any_order_and_nothing_else_is() {
    let query = "mutation A($a: Int) { a }";
    let one = asked(
        query,
        value!({ "a": 1, "b": { "c": [{ "d": 1, "e": 2 }], "f": null } }),
    );
    let other = asked(
        query,
        value!({ "b": { "f": null, "c": [{ "e": 2, "d": 1 }] }, "a": 1 }),
    );
    assert_eq!(one, other);
    let others = [
        asked(
            query,
            value!({ "a": 2, "b": { "c": [{ "d": 1, "e": 2 }], "f": null } }),
        ),
        asked(
            query,
            value!({ "a": 1, "b": { "c": [{ "d": 1, "e": 2 }] } }),
        ),
        asked(query, value!({ "a": 1, "b": { "c": [], "f": null } })),
        asked(
            "mutation A($a: Int) { b }",
            value!({ "a": 1, "b": { "c": [{ "d": 1, "e": 2 }], "f": null } }),
        ),
    ];
    let distinct: BTreeSet<_> = others.iter().chain([&one]).collect();
    assert_eq!(distinct.len(), 5);
}

#[test]
fn an_answer_is_given_again_byte_for_byte() {
    let answer = r#"{"data":{"b":{"x":"\u00e9\/é","n":1.0},"a":null},"extensions":{"asOf":"2026-11-22T12:00:00.000000Z"},"errors":[{"message":"é \"quoted\"","locations":[{"line":1,"column":2}],"path":["a",0],"extensions":{"allowed":["\u00e9"],"code":"VERSION_CONFLICT","current":{"z":1.50,"a":"\/"},"limit":5}}]}"#;
    let response = replay(answer).unwrap();
    assert!(was_replayed(&response));
    assert!(!is_of_the_moment(&response.errors[0]));
    assert_eq!(serde_json::to_string(&response).unwrap(), answer);
    let without = r#"{"data":null,"errors":[{"message":"no","path":["a"],"extensions":{"code":"NOT_FOUND"}}]}"#;
    let response = replay(without).unwrap();
    assert_eq!(
        (
            &response.data,
            serde_json::to_string(&response).unwrap().as_str()
        ),
        (&Value::Null, without)
    );
}

/// The types of the schema by name, each with its fields and their types.
fn objects() -> HashMap<String, Vec<(String, String)>> {
    let parsed = parse_schema(sdl()).unwrap();
    let types = parsed
        .definitions
        .into_iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            _ => None,
        });
    let fields = |definition: TypeDefinition| match definition.kind {
        // A row of the dataset has none: it is read through the view, as anywhere.
        TypeKind::Object(object) if !object.implements.iter().any(|it| it.node == "Node") => {
            object.fields
        }
        _ => Vec::new(),
    };
    let named = |base: &BaseType| {
        let mut base = base;
        while let BaseType::List(of) = base {
            base = &of.base;
        }
        base.to_string()
    };
    let types = types.map(|definition| {
        let name = definition.name.node.to_string();
        let fields = fields(definition).into_iter();
        let fields = fields.map(|it| (it.node.name.node.to_string(), named(&it.node.ty.node.base)));
        (name, fields.collect())
    });
    types.collect()
}

/// Whether a text of that name is one that only its owner should know.
fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    ["token", "secret", "password", "key"]
        .iter()
        .any(|end| name.ends_with(end))
}

#[test]
fn every_mutation_that_shows_a_secret_is_declared() {
    let objects = objects();
    let mut found = BTreeSet::new();
    for (field, answer) in &objects["Mutation"] {
        let (mut seen, mut left) = (BTreeSet::new(), vec![answer]);
        while let Some(object) = left.pop() {
            for (name, of) in objects.get(object).into_iter().flatten() {
                if of == "String" && is_secret(name) {
                    found.insert(field.as_str());
                }
                if seen.insert(of) {
                    left.push(of);
                }
            }
        }
    }
    assert_eq!(found, BTreeSet::from(SHOWING_SECRETS));
}
