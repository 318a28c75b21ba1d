//! Pages while others write: a row that does not move is on one page, whatever happens around it.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::Map;
use tests::oracle::{Oracle, global_id};
use uuid::Uuid;

use super::hub::{Hub, each_hub, lead_ids, noun, oracle, text};

const ORDERS: [&str; 4] = [
    "",
    ", orderBy: [{score: ASC}]",
    ", orderBy: [{acceptedAt: DESC_NULLS_FIRST}, {score: DESC}]",
    ", orderBy: [{owner: {name: ASC}}, {updatedAt: DESC}]",
];

#[tokio::test]
async fn a_row_that_does_not_move_is_neither_skipped_nor_repeated() {
    let oracle = oracle(23, 60);
    let ids = lead_ids(&oracle);
    let (still, moving) = ids.split_at(ids.len() / 2);
    each_hub(&oracle, async |hub| {
        for order in ORDERS {
            for way in [
                ("first", "after", "endCursor"),
                ("last", "before", "startCursor"),
            ] {
                let mut found = walk(hub, order, way, moving).await;
                let mut expected = standing(&oracle, order, still);
                if way.0 == "last" {
                    expected.reverse();
                }
                found.retain(|id| expected.contains(id));
                assert_eq!(found, expected, "{way:?} {order}");
            }
        }
    })
    .await;
}

/// The global ids of those of `ids` that are there to see, in the list's order.
fn standing(oracle: &Oracle, order: &str, ids: &[Uuid]) -> Vec<String> {
    let query = format!("{{ leads(first: 500{order}) {{ nodes {{ id }} }} }}");
    let answer = oracle.answer(&query, &Map::new(), &BTreeMap::new());
    let nodes = answer["leads"]["nodes"].as_array().unwrap().iter();
    let of_those: Vec<_> = ids.iter().map(|id| global_id(noun("Lead"), *id)).collect();
    nodes
        .map(|node| text(&node["id"]).to_owned())
        .filter(|id| of_those.contains(id))
        .collect()
}

/// The ids of all pages, in the order in which they came; between two pages some of `moving` are written.
async fn walk(
    hub: &Hub,
    order: &str,
    (size, beyond, cursor): (&str, &str, &str),
    moving: &[Uuid],
) -> Vec<String> {
    let (mut found, mut turn, mut place) = (Vec::new(), 0, String::new());
    loop {
        let query = format!(
            "{{ leads({size}: 3{place}{order}) {{ nodes {{ id }} pageInfo {{ {cursor} }} }} }}"
        );
        let answer = hub.ask(&query).await;
        let page = &answer.data()["leads"];
        let nodes = page["nodes"].as_array().unwrap().iter();
        let mut ids: Vec<_> = nodes.map(|node| text(&node["id"]).to_owned()).collect();
        if ids.is_empty() {
            return found;
        }
        if size == "last" {
            ids.reverse();
        }
        found.append(&mut ids);
        place = format!(", {beyond}: {}", page["pageInfo"][cursor]);
        assert!(turn < 100, "the list has no end: {found:?}");
        for step in 0..4 {
            write(hub, moving[(turn * 4 + step) % moving.len()]).await;
        }
        turn += 1;
    }
}

/// Takes a row away or brings it back, and moves it in every order.
async fn write(hub: &Hub, id: Uuid) {
    let sql = "UPDATE lead SET deleted_at = CASE WHEN deleted_at IS NULL THEN updated_at END, \
               score = (score % 101 + 50) % 101, owner_id = CASE WHEN owner_id IS NULL THEN \
               (SELECT max(owner_id) FROM account) END, created_at = updated_at, \
               accepted_at = CASE WHEN accepted_at IS NULL THEN updated_at END WHERE id = $1";
    let backend = hub.database.backend();
    let sql = if hub.is_postgres() {
        sql.replace("max(owner_id)", "max(owner_id::text)::uuid")
    } else {
        sql.to_owned()
    };
    let statement = Statement::from_sql_and_values(backend, sql, [id.into()]);
    hub.database.writes().execute_raw(statement).await.unwrap();
}
