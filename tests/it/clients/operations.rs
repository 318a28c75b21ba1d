//! Each document in `examples/clients/operations` gets an answer with something in it.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tests::client;

use super::document::file;
use crate::demo::Served;

pub(super) const FOLDER: &str = "examples/clients/operations";

/// The document of that name, with the fragment that some of them share.
fn document(name: &str) -> String {
    let mut text = file(&format!("{FOLDER}/{name}.graphql"));
    if text.contains("...LeadRow") {
        text.push_str(&file(&format!("{FOLDER}/lead-row.graphql")));
    }
    text
}

async fn ask(demo: &Served, name: &str, variables: Value) -> Value {
    let token = demo.token("REVENUE_LEADER");
    let document = document(name);
    let answer = client::graphql(&client::http(), demo.url(), token, &document, variables).await;
    answer.data().clone()
}

/// How many there are under `pointer`.
fn many(data: &Value, pointer: &str) -> usize {
    let list = data.pointer(pointer).and_then(Value::as_array);
    list.unwrap_or_else(|| panic!("no {pointer} in {data}"))
        .len()
}

#[tokio::test]
async fn each_operation_of_the_example_has_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Served::start(folder.path());

    let first = json!({ "first": 20, "filter": { "status": { "eq": "MQL" } }, "orderBy": [{ "score": "DESC" }] });
    let page = ask(&demo, "leads-page", first.clone()).await;
    assert_eq!(many(&page, "/leads/edges"), 20);
    let mut next = first;
    next["after"] = page["leads"]["pageInfo"]["endCursor"].clone();
    let next = ask(&demo, "leads-page", next).await;
    assert_ne!(page["leads"]["edges"], next["leads"]["edges"]);

    let row = &page["leads"]["edges"][0]["node"];
    let mut again = ask(&demo, "lead-again", json!({ "id": row["id"] })).await;
    let again = again["node"].as_object_mut().unwrap();
    assert_eq!(again.remove("__typename"), Some(json!("Lead")));
    assert_eq!(&json!(again), row);

    let hot = json!({ "countries": ["DE", "AT"], "score": 60 });
    let hot = ask(&demo, "hot-accounts", hot).await;
    assert_eq!(many(&hot, "/accounts/nodes"), 10);
    for account in hot["accounts"]["nodes"].as_array().unwrap() {
        assert!(many(account, "/leads/nodes") > 0, "{account}");
    }

    let screens = ask(&demo, "screens", json!({})).await;
    assert_eq!(screens["viewer"]["roles"], json!(["REVENUE_LEADER"]));
    assert!(many(&screens, "/viewer/views") > 10);

    let changed = json!({ "since": "1970-01-01T00:00:00Z" });
    let changed = ask(&demo, "changed-opportunities", changed).await;
    assert_eq!(many(&changed, "/opportunities/nodes"), 500);

    let funnel = ask(&demo, "lead-funnel", json!({ "days": 400, "atLeast": 5 })).await;
    assert!(many(&funnel, "/leadGroups") > 10);
    assert!(many(&funnel, "/leadGroups/0/leads/nodes") > 0);

    let pipeline = ask(&demo, "pipeline", json!({})).await;
    let groups = pipeline["byStage"].as_array().unwrap();
    let counts = groups.iter().map(|group| group["count"].as_u64().unwrap());
    assert_eq!(Some(counts.sum()), pipeline["open"]["count"].as_u64());
}

#[test]
fn no_operation_is_left_out() {
    let here = include_str!("operations.rs");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for entry in fs::read_dir(root.join(FOLDER)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(
            name == "lead-row" || here.contains(&format!("ask(&demo, \"{name}\"")),
            "{name} is not asked"
        );
    }
}
