//! Where territories lie, when several of them are changed at once.

use std::collections::HashMap;

use api::views::Role;
use entity::territory;
use futures::future::join_all;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
};

use super::{input, log, pairs, problems, somebody};

const CREATE: &str =
    "mutation ($input: CreateTerritoryInput!) { createTerritory(input: $input) { id } }";
const UPDATE: &str =
    "mutation ($input: UpdateTerritoryInput!) { updateTerritory(input: $input) { outcome } }";
const UPDATE_ALL: &str = "mutation ($input: [UpdateTerritoryInput!]!, $atomic: Boolean = true) {
  updateTerritories(input: $input, atomic: $atomic) { results { outcome problems { code field } } }
}";
const UPSERT_ALL: &str = "mutation ($input: [UpsertTerritoryInput!]!) {
  upsertTerritories(input: $input) { results { outcome } }
}";

/// Makes a territory, and answers its id.
async fn make(app: &TestApp, token: &str, code: &str, parent: &Value) -> Value {
    let said = json!({ "name": code, "code": code, "parentId": parent });
    let answer = app.graphql(token, CREATE, input(&said)).await;
    answer.data()["createTerritory"]["id"].clone()
}

async fn rows(app: &TestApp) -> Vec<territory::Model> {
    let rows = territory::Entity::find().all(app.database.reads());
    rows.await.unwrap()
}

async fn paths(app: &TestApp) -> Vec<String> {
    let mut paths: Vec<String> = rows(app).await.into_iter().map(|row| row.path).collect();
    paths.sort();
    paths
}

async fn update(app: &TestApp, token: &str, list: Value, atomic: bool) -> Response {
    let variables = json!({ "input": list, "atomic": atomic });
    app.graphql(token, UPDATE_ALL, variables).await
}

#[tokio::test]
async fn territories_that_would_lie_in_each_other_are_refused() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let one = make(app, &admin, "ONE", &Value::Null).await;
        let other = make(app, &admin, "OTHER", &Value::Null).await;
        let third = make(app, &admin, "THIRD", &Value::Null).await;
        let circle = json!([{ "id": one, "parentId": other }, { "id": other, "parentId": one }]);
        let answer = update(app, &admin, circle, true).await;
        let refused = [
            ("VALIDATION", "input.0.parentId"),
            ("VALIDATION", "input.1.parentId"),
        ];
        assert_eq!(problems(&answer), pairs(&refused), "{}", answer.text);
        assert_eq!(paths(app).await, ["/ONE/", "/OTHER/", "/THIRD/"]);

        // What can be done without them is done as if they had not been said.
        let list = json!([
            { "id": one, "parentId": other, "code": "NEW" },
            { "id": other, "parentId": one },
            { "id": third, "parentId": one },
        ]);
        let answer = update(app, &admin, list, false).await;
        let results = &answer.data()["updateTerritories"]["results"];
        let problem = json!([{ "code": "VALIDATION", "field": "input.1.parentId" }]);
        assert_eq!(
            (&results[1]["problems"], &results[2]["outcome"]),
            (&problem, &json!("UPDATED"))
        );
        assert_eq!(paths(app).await, ["/ONE/", "/ONE/THIRD/", "/OTHER/"]);
    })
    .await;
}

#[tokio::test]
async fn territories_lie_where_all_that_was_said_puts_them() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let top = make(app, &admin, "X", &Value::Null).await;
        let parent = make(app, &admin, "P", &Value::Null).await;
        let child = make(app, &admin, "C", &parent).await;
        let below = make(app, &admin, "G", &child).await;
        make(app, &admin, "H", &below).await;
        let before = log(app).await.len();
        let list = json!([{ "id": parent, "parentId": top }, { "id": child, "code": "C2" }]);
        let _ = update(app, &admin, list, true).await.data();
        let moved = ["/X/", "/X/P/", "/X/P/C2/", "/X/P/C2/G/", "/X/P/C2/G/H/"];
        assert_eq!(paths(app).await, moved);
        // Each is written once.
        assert_eq!(log(app).await.len(), before + 4);
        assert!(rows(app).await.iter().all(|row| row.version <= 2));

        // In the other order, and where a part of what moves stays.
        let list = json!([
            { "id": below, "parentId": top, "code": "G2" },
            { "id": child, "parentId": below },
            { "id": parent, "parentId": null, "code": "P2" },
        ]);
        let _ = update(app, &admin, list, true).await.data();
        let moved = ["/P2/", "/X/", "/X/G2/", "/X/G2/C2/", "/X/G2/H/"];
        assert_eq!(paths(app).await, moved);

        // A new one lies in one that moves.
        let list = json!([
            { "code": "P2", "name": "P", "parentId": child },
            { "code": "NEW", "name": "New", "parentId": parent },
        ]);
        let answer = app
            .graphql(&admin, UPSERT_ALL, json!({ "input": list }))
            .await;
        let results = &answer.data()["upsertTerritories"]["results"];
        assert_eq!(
            results,
            &json!([{ "outcome": "UPDATED" }, { "outcome": "CREATED" }])
        );
        assert!(paths(app).await.contains(&"/X/G2/C2/P2/NEW/".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn territories_that_are_moved_and_made_at_the_same_time_lie_where_they_are() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let one = make(app, &admin, "ONE", &Value::Null).await;
        let other = make(app, &admin, "OTHER", &Value::Null).await;
        let moves = make(app, &admin, "MOVES", &one).await;
        let inner = make(app, &admin, "INNER", &moves).await;
        let write = async |at: usize| {
            let said = match at % 3 {
                0 => json!({ "id": moves, "parentId": other, "code": format!("MOVES-{at}") }),
                1 => json!({ "id": inner, "code": format!("INNER-{at}") }),
                _ => {
                    let said =
                        json!({ "name": "New", "code": format!("NEW-{at}"), "parentId": inner });
                    return app.graphql(&admin, CREATE, input(&said)).await;
                }
            };
            app.graphql(&admin, UPDATE, input(&said)).await
        };
        for answer in join_all((0..6).map(write)).await {
            let _ = answer.data();
        }
        let rows = rows(app).await;
        let by_id: HashMap<_, _> = rows.iter().map(|row| (row.id, row)).collect();
        for row in &rows {
            let above = row
                .parent_id
                .map_or("/", |parent| by_id[&parent].path.as_str());
            assert_eq!(row.path, format!("{above}{}/", row.code));
        }
        assert_eq!(rows.len(), 6);
    })
    .await;
}
