//! The shape of answers and of the schema: what is absent, what is null, what is described.

use async_graphql::{
    EmptyMutation, EmptySubscription, Object, Positioned, Schema,
    parser::types::{FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind},
};
use serde_json::{Value as Json, json};
use tests::oracle::Noun;

use super::hub::{each_hub, ids, noun, oracle};

#[tokio::test]
async fn deleted_rows_are_nowhere() {
    let oracle = oracle(14, 40);
    each_hub(&oracle, async |hub| {
        for noun in Noun::all() {
            let (there, deleted) = ids(&oracle, noun);
            let mut fields = oracle.model.fields(noun.name).iter();
            if !fields.any(|field| field.node.name.node == "updatedAt") {
                // Its rows are only ever added; they go with what they are a part of.
                continue;
            }
            assert!(!deleted.is_empty(), "no {} is deleted", noun.name);
            let query = format!(
                "{{ list: {}(first: 500) {{ nodes {{ id }} totalCount }} }}",
                noun.plural
            );
            let answer = hub.ask(&query).await;
            assert_eq!(answer.data()["list"]["totalCount"], json!(there.len()));
            assert!(deleted.iter().all(|id| !answer.text.contains(id)));
            for id in &deleted {
                let list = format!("list: {}(filter: {{id: {{eq: \"{id}\"}}}})", noun.plural);
                let query = format!(
                    "{{ one: {}(id: \"{id}\") {{ id }} node(id: \"{id}\") {{ id }} \
                     nodes(ids: [\"{id}\"]) {{ id }} {list} {{ totalCount nodes {{ id }} }} }}",
                    noun.single
                );
                let none = json!({ "totalCount": 0, "nodes": [] });
                let nowhere = json!({ "one": null, "node": null, "nodes": [null], "list": none });
                assert_eq!(hub.ask(&query).await.data(), &nowhere);
            }
        }
        // The reference stays, and leads nowhere.
        let (_, users) = ids(&oracle, noun("User"));
        let answer = hub
            .ask("{ leads(first: 500) { nodes { ownerId owner { id } } } }")
            .await;
        let leads = answer.data()["leads"]["nodes"].as_array().unwrap();
        let (gone, there): (Vec<&Json>, Vec<_>) = leads
            .iter()
            .filter(|lead| lead["ownerId"] != Json::Null)
            .partition(|lead| users.iter().any(|id| lead["ownerId"] == **id));
        assert!(!gone.is_empty() && !there.is_empty());
        assert!(gone.iter().all(|lead| lead["owner"] == Json::Null));
        assert!(
            there
                .iter()
                .all(|lead| lead["owner"]["id"] == lead["ownerId"])
        );
    })
    .await;
}

#[tokio::test]
async fn an_error_makes_the_nearest_nullable_parent_null() {
    let oracle = oracle(3, 5);
    let (leads, _) = ids(&oracle, noun("Lead"));
    let id = &leads[0];
    each_hub(&oracle, async |hub| {
        // `lead` may be null: the rest is answered, in the order of the document.
        let lead = format!("lead(id: \"{id}\") {{ id touches(first: 501) {{ totalCount }} }}");
        let query = format!("{{ z: viewer {{ name }} {lead} a: viewer {{ name }} }}");
        let answer = hub.ask(&query).await;
        let name = &oracle.caller.name;
        let data = json!({ "z": { "name": name }, "lead": null, "a": { "name": name } });
        assert_eq!(answer.body["data"].to_string(), data.to_string());
        assert_eq!(answer.body["errors"][0]["path"], json!(["lead"]));
        assert_eq!(
            answer.body["errors"][0]["extensions"],
            json!({ "code": "VALIDATION", "field": "first" })
        );

        // `leads` and `nodes` may not: then there is no data at all.
        let nodes = format!(
            "nodes(ids: [\"{id}\"]) {{ ... on Lead {{ touches(last: -1) {{ totalCount }} }} }}"
        );
        let leads = "b: leads(first: 501) { totalCount }".to_owned();
        for (root, path) in [(leads, "b"), (nodes, "nodes")] {
            let answer = hub.ask(&format!("{{ viewer {{ name }} {root} }}")).await;
            assert_eq!(answer.body["data"], Json::Null);
            assert_eq!(answer.body["errors"][0]["path"], json!([path]));
        }
    })
    .await;
}

/// The rules of null as this release of the library has them, on which the hub's fields rely.
struct Probe;

#[expect(clippy::unused_async, reason = "resolvers are asynchronous")]
#[Object]
impl Probe {
    async fn fine(&self) -> i32 {
        1
    }

    async fn fails(&self) -> async_graphql::Result<i32> {
        Err("no".into())
    }

    async fn may_fail(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err("no".into()))
    }

    async fn nested(&self) -> Option<Probe> {
        Some(Probe)
    }

    async fn slow(&self) -> i32 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        2
    }
}

#[tokio::test]
async fn the_library_nulls_and_orders_as_the_specification_says() {
    let schema = Schema::new(Probe, EmptyMutation, EmptySubscription);
    for (query, data) in [
        ("{ slow fine }", r#"{"slow":2,"fine":1}"#),
        ("{ fine fails }", "null"),
        ("{ fine mayFail }", r#"{"fine":1,"mayFail":null}"#),
        (
            "{ fine nested { fine fails } slow }",
            r#"{"fine":1,"nested":null,"slow":2}"#,
        ),
    ] {
        let response = schema.execute(query).await;
        assert_eq!(
            serde_json::to_string(&response.data).unwrap(),
            data,
            "{query}"
        );
    }
}

#[test]
fn everything_in_the_schema_is_described() {
    let oracle = oracle(0, 0);
    for definition in oracle.model.types() {
        let name = &definition.name.node;
        let said = |what: String, description: Option<&Positioned<String>>| {
            let text = description.map_or("", |description| description.node.trim());
            assert!(!text.is_empty(), "{what} is not described");
        };
        assert_ne!(
            name, "Department",
            "the two functions of the revenue team are no departments"
        );
        said(name.to_string(), definition.description.as_ref());
        let inputs = |of: &str, inputs: &[Positioned<InputValueDefinition>]| {
            for input in inputs {
                said(
                    format!("{of}.{}", input.node.name.node),
                    input.node.description.as_ref(),
                );
            }
        };
        for field in fields_of(definition) {
            let of = format!("{name}.{}", field.node.name.node);
            said(of.clone(), field.node.description.as_ref());
            inputs(&of, &field.node.arguments);
        }
        match &definition.kind {
            TypeKind::Enum(choice) => {
                for value in &choice.values {
                    said(
                        format!("{name}.{}", value.node.value.node),
                        value.node.description.as_ref(),
                    );
                }
            }
            TypeKind::InputObject(input) => inputs(name, &input.fields),
            _ => {}
        }
    }
}

fn fields_of(definition: &TypeDefinition) -> &[Positioned<FieldDefinition>] {
    match &definition.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => &[],
    }
}
