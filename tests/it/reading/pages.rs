//! Walking through lists, page by page, forward and backward.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use tests::{
    choices::Choices,
    oracle::{Noun, Oracle},
};

use super::{
    hub::{Hub, each_hub, ids, noun, oracle, text, variables},
    keys::order_of,
};

/// A query with the list that `path` leads to: `LIST leads`, or `user(id: "…") { LIST leads }`, with
/// an order behind ` BY `.
fn query_of(path: &str, arguments: &str, selection: &str) -> String {
    let (before, name) = path.split_once("LIST ").unwrap();
    let (name, after) = name.split_at(name.find(' ').unwrap_or(name.len()));
    let (after, arguments) = match after.split_once(" BY ") {
        Some((after, order)) => (after, format!("orderBy: {order}, {arguments}")),
        None => (after, arguments.to_owned()),
    };
    format!("{{ {before} list: {name}({arguments}) {{ {selection} }} {after} }}")
}

/// The list in the answer to such a query.
fn found(mut data: Json) -> Json {
    while data.get("list").is_none() {
        data = data.as_object().unwrap().values().next().unwrap().clone();
    }
    data["list"].take()
}

fn ids_of(list: &Json) -> Vec<String> {
    let nodes = list["nodes"].as_array().unwrap().iter();
    nodes.map(|node| text(&node["id"]).to_owned()).collect()
}

/// Asks for one page: the ids of its rows, and all that there is around them.
async fn page(hub: &Hub, path: &str, arguments: &str) -> (Vec<String>, Json) {
    let selection = "nodes { id } edges { cursor node { id } } totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
    let query = query_of(path, arguments, selection);
    let answer = hub.ask(&query).await;
    assert!(
        answer.body.get("errors").is_none(),
        "{query}: {}",
        answer.body
    );
    let list = found(answer.data().clone());
    let ids = ids_of(&list);
    let edges = list["edges"].as_array().unwrap();
    let edge_ids: Vec<_> = edges.iter().map(|edge| text(&edge["node"]["id"])).collect();
    assert_eq!(ids, edge_ids);
    let end = |at: Option<&Json>| at.map_or(Json::Null, |edge| edge["cursor"].clone());
    assert_eq!(list["pageInfo"]["startCursor"], end(edges.first()));
    assert_eq!(list["pageInfo"]["endCursor"], end(edges.last()));
    (ids, list)
}

/// Whether the list is not refused, as the oracle says.
fn is_given(oracle: &Oracle, list: &str) -> bool {
    let query = query_of(list, "first: 1", "nodes { id }");
    oracle
        .answer(&query, &Map::new(), &BTreeMap::new())
        .is_object()
}

/// All ids of the list, in its order, as the oracle says.
fn whole(oracle: &Oracle, list: &str) -> Vec<String> {
    let query = query_of(list, "first: 500", "nodes { id }");
    let answer = oracle.answer(&query, &Map::new(), &BTreeMap::new());
    ids_of(&found(answer))
}

/// Walks through the list both ways, with pages of `size`.
async fn walk(hub: &Hub, list: &str, size: usize, whole: &[String]) {
    let mut forward = Vec::new();
    let mut arguments = format!("first: {size}");
    loop {
        let (mut ids, list) = page(hub, list, &arguments).await;
        assert_eq!(list["totalCount"], json!(whole.len()));
        assert_eq!(
            list["pageInfo"]["hasPreviousPage"],
            json!(!forward.is_empty())
        );
        forward.append(&mut ids);
        let more = forward.len() < whole.len();
        assert_eq!(list["pageInfo"]["hasNextPage"], json!(more));
        if !more {
            break;
        }
        arguments = format!("first: {size}, after: {}", list["pageInfo"]["endCursor"]);
    }
    assert_eq!(forward, whole);

    let mut backward = Vec::new();
    let mut arguments = format!("last: {size}");
    loop {
        let (mut ids, list) = page(hub, list, &arguments).await;
        assert_eq!(list["pageInfo"]["hasNextPage"], json!(!backward.is_empty()));
        ids.append(&mut backward);
        backward = ids;
        let more = backward.len() < whole.len();
        assert_eq!(list["pageInfo"]["hasPreviousPage"], json!(more));
        if !more {
            break;
        }
        arguments = format!("last: {size}, before: {}", list["pageInfo"]["startCursor"]);
    }
    assert_eq!(backward, whole);
}

#[tokio::test]
async fn pages_of_every_list_make_up_the_whole_list_both_ways() {
    let oracle = oracle(7, 11);
    each_hub(&oracle, async |hub| {
        for noun in Noun::all() {
            let list = format!("LIST {}", noun.plural);
            let whole = whole(&oracle, &list);
            let (there, _) = ids(&oracle, noun);
            assert_eq!(whole.len(), there.len());
            for size in 1..=7 {
                walk(hub, &list, size, &whole).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn pages_of_nested_lists_do_too() {
    let oracle = oracle(8, 20);
    each_hub(&oracle, async |hub| {
        for (parent, lists) in [
            (
                "Account",
                &["contacts", "leads", "touches", "subsidiaries"][..],
            ),
            ("User", &["leads", "territories", "reports"]),
            ("Campaign", &["members", "costs", "opportunities"]),
        ] {
            let parent = noun(parent);
            let (there, _) = ids(&oracle, parent);
            for id in there.iter().take(3) {
                for list in lists {
                    let nested = format!("{}(id: \"{id}\") {{ LIST {list} }}", parent.single);
                    let whole = whole(&oracle, &nested);
                    for size in [1, 2, 5] {
                        walk(hub, &nested, size, &whole).await;
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn pages_in_any_order_make_up_the_whole_list_both_ways() {
    let oracle = oracle(9, 24);
    each_hub(&oracle, async |hub| {
        for (number, noun) in (0..).zip(Noun::all()) {
            for seed in [number, number + 100] {
                // Some orders are refused, by what is masked.
                let seeds = (seed..).step_by(1_000);
                let orders = seeds.map(|seed| order_of(&oracle, Choices::seeded(seed), noun));
                let mut lists = orders.map(|order| format!("LIST {} BY {order}", noun.plural));
                let list = lists.find(|list| is_given(&oracle, list)).unwrap();
                let whole = whole(&oracle, &list);
                walk(hub, &list, 3, &whole).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_of_nothing_says_what_lies_around_it() {
    let oracle = oracle(7, 11);
    each_hub(&oracle, async |hub| {
        for arguments in ["first: 0", "last: 0"] {
            let (ids, list) = page(hub, "LIST leads", arguments).await;
            assert!(ids.is_empty());
            let is_first = arguments == "first: 0";
            assert_eq!(list["pageInfo"]["hasNextPage"], json!(is_first));
            assert_eq!(list["pageInfo"]["hasPreviousPage"], json!(!is_first));
        }
        // Alone, without any row to gather: it must come once, whatever there is.
        let around =
            "{ leads { pageInfo { hasPreviousPage } } users(last: 3) { pageInfo { __typename } } }";
        let expected = json!({
            "leads": { "pageInfo": { "hasPreviousPage": false } },
            "users": { "pageInfo": { "__typename": "PageInfo" } },
        });
        assert_eq!(hub.ask(around).await.data(), &expected);
    })
    .await;
}

#[tokio::test]
async fn a_cursor_belongs_to_the_list_however_its_filter_is_written() {
    let oracle = oracle(7, 11);
    each_hub(&oracle, async |hub| {
        let query = "{
            leads(first: 1, filter: {score: {gte: -9}, status: {in: [NEW, MQL, SQL]}}) {
                pageInfo { endCursor }
            }
        }";
        let first = hub.ask(query).await;
        let after = &first.data()["leads"]["pageInfo"]["endCursor"];
        let given = json!({ "after": after, "in": ["NEW", "MQL", "SQL"] });
        let query = "query($after: String, $in: [LeadStatus!], $least: Int = -9) {
            leads(after: $after, filter: {status: {in: $in}, score: {gte: $least}}) { totalCount }
        }";
        hub.ask_with(query, &variables(given)).await.data();

        let all = hub
            .ask("{ leads(first: 1) { pageInfo { endCursor } } }")
            .await;
        let after = &all.data()["leads"]["pageInfo"]["endCursor"];
        for filter in ["{}", "null", "{status: {}}"] {
            let query = format!("{{ leads(after: {after}, filter: {filter}) {{ totalCount }} }}");
            hub.ask(&query).await.data();
        }
    })
    .await;
}

/// What a cursor says of its row: the values of the keys, and the id.
fn said_by(cursor: &Json) -> Vec<Json> {
    let digits = text(cursor).get(8..).unwrap();
    let bytes: Vec<_> = (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn a_cursor_has_the_name_of_a_value_and_not_its_place() {
    let oracle = oracle(5, 40);
    each_hub(&oracle, async |hub| {
        let query = "{ leads(orderBy: [{sourceCampaign: {channel: ASC_NULLS_FIRST}}, {status: DESC}], first: 500) {
            edges { cursor node { status sourceCampaign { channel } } }
            pageInfo { endCursor }
        } }";
        let answer = hub.ask(query).await;
        let leads = &answer.data()["leads"];
        let edges = leads["edges"].as_array().unwrap();
        for edge in edges {
            let channel = &edge["node"]["sourceCampaign"]["channel"];
            let said = said_by(&edge["cursor"]);
            assert_eq!(&said[..2], [channel.clone(), edge["node"]["status"].clone()]);
        }
        assert_eq!(leads["pageInfo"]["endCursor"], edges.last().unwrap()["cursor"]);
    })
    .await;
}
