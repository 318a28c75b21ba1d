//! Rows that form a tree: none comes to lie below itself.

use std::ops::Range;

use api::views::Role;
use futures::future::join;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    fixtures,
};

use super::{id, input, pairs, problems, somebody};

/// A noun, what refers to what lies above, and what has to be said of a new row.
type Tree = (&'static str, &'static str, fn(usize) -> Value);

const TREES: [Tree; 4] = [
    (
        "Account",
        "parentId",
        |number| json!({ "name": format!("Account {number}") }),
    ),
    (
        "Campaign",
        "parentId",
        |number| json!({ "name": format!("Campaign {number}"), "kind": "WEBINAR", "channel": "EVENT" }),
    ),
    (
        "Territory",
        "parentId",
        |number| json!({ "name": format!("Territory {number}"), "code": format!("T{number}"), "kind": "GEO" }),
    ),
    (
        "User",
        "managerId",
        |number| json!({ "name": format!("User {number}"), "email": format!("user.{number}@example.com") }),
    ),
];

/// A row for each number, each below the one before.
async fn chain(
    app: &TestApp,
    token: &str,
    (noun, field, said): Tree,
    numbers: Range<usize>,
) -> Vec<String> {
    let query = format!(
        "mutation ($input: Create{noun}Input!) {{ made: create{noun}(input: $input) {{ id }} }}"
    );
    let mut rows: Vec<String> = Vec::new();
    for number in numbers {
        let mut said = said(number);
        if let Some(above) = rows.last() {
            said[field] = json!(above);
        }
        let answer = app.graphql(token, &query, input(&said)).await;
        rows.push(answer.data()["made"]["id"].as_str().unwrap().to_owned());
    }
    rows
}

/// Puts rows below others, in one list.
async fn put(
    app: &TestApp,
    token: &str,
    (noun, field, _): Tree,
    moves: &[(&str, &str)],
    atomic: bool,
) -> Response {
    let query = format!(
        "mutation ($input: [Update{noun}Input!]!, $atomic: Boolean!) {{
           told: update{noun}s(input: $input, atomic: $atomic) {{ results {{ outcome problems {{ field }} }} }} }}"
    );
    let query = query.replace("Territorys", "Territories");
    let rows = moves
        .iter()
        .map(|(row, above)| json!({ "id": row, (field): above }));
    let variables = json!({ "input": rows.collect::<Vec<_>>(), "atomic": atomic });
    app.graphql(token, &query, variables).await
}

#[tokio::test]
async fn nothing_is_put_below_itself_however_deep() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        for tree in TREES {
            let rows = chain(app, &admin, tree, 0..6).await;
            let (top, field) = (rows[0].as_str(), format!("input.0.{}", tree.1));
            for below in &rows {
                let answer = put(app, &admin, tree, &[(top, below)], true).await;
                assert_eq!(
                    problems(&answer),
                    pairs(&[("VALIDATION", &field)]),
                    "{}",
                    answer.text
                );
            }
            // To the side it can go.
            let answer = put(
                app,
                &admin,
                tree,
                &[(&rows[5], &rows[1]), (&rows[3], top)],
                true,
            )
            .await;
            let _moved = answer.data();
        }
    })
    .await;
}

#[tokio::test]
async fn no_two_of_a_list_are_put_below_each_other() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        for tree in TREES {
            let one = chain(app, &admin, tree, 0..3).await;
            let two = chain(app, &admin, tree, 3..6).await;
            let fields = [0, 1].map(|index| format!("input.{index}.{}", tree.1));
            let both = [
                (one[0].as_str(), two[2].as_str()),
                (&two[0], one[2].as_str()),
            ];
            let answer = put(app, &admin, tree, &both, true).await;
            let refused = fields
                .each_ref()
                .map(|field| ("VALIDATION", field.as_str()));
            assert_eq!(problems(&answer), pairs(&refused), "{}", answer.text);
            // Nobody can say which of them is the one that is wrong.
            let answer = put(app, &admin, tree, &both, false).await;
            let told = answer.data()["told"]["results"].as_array().unwrap();
            for (told, field) in told.iter().zip(&fields) {
                assert_eq!(told["problems"], json!([{ "field": field }]));
            }
            // With the way up elsewhere at the same time, it is none to itself.
            let apart = [
                (two[2].as_str(), two[0].as_str()),
                (&one[0], two[2].as_str()),
                (&two[1], one[2].as_str()),
            ];
            let _moved = put(app, &admin, tree, &apart, true).await.data();
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_that_put_rows_below_each_others_at_the_same_time_one_is_refused() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        for _ in 0..20 {
            let one = fixtures::account(&app.database, "One", None, None).await;
            let two = fixtures::account(&app.database, "Two", None, None).await;
            let (one, two) = (id("Account", one.id), id("Account", two.id));
            let (first, second) = join(
                put(app, &admin, TREES[0], &[(&one, &two)], true),
                put(app, &admin, TREES[0], &[(&two, &one)], true),
            )
            .await;
            let mut codes = [first.codes(), second.codes()];
            codes.sort();
            assert_eq!(
                codes,
                [vec![], vec!["VALIDATION"]],
                "{} {}",
                first.text,
                second.text
            );
        }
    })
    .await;
}

#[tokio::test]
async fn many_rows_that_move_cost_no_more_statements_than_few() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let rows = chain(app, &admin, TREES[0], 0..40).await;
        let move_some = async |some: &[String]| {
            let moves: Vec<(&str, &str)> = some
                .iter()
                .map(|row| (row.as_str(), rows[0].as_str()))
                .collect();
            let _before = app.take_statements();
            let _moved = put(app, &admin, TREES[0], &moves, true).await.data();
            app.take_statements().len()
        };
        let (few, many) = (move_some(&rows[38..]).await, move_some(&rows[4..36]).await);
        assert_eq!(few, many);
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_of_a_list_leaves_no_other_row_below_itself() {
    each_app(async |app| {
        let (_, token) = somebody(app, "Ada Byron", Role::Admin).await;
        for (tree, plural, wrong) in [
            (TREES[0], "Accounts", ("domain", "gmail.com")),
            (TREES[2], "Territories", ("code", "x/y")),
        ] {
            let (noun, field, _) = tree;
            let rows = chain(app, &token, tree, 0..2).await;
            let (above, below) = (&rows[0], &rows[1]);
            let query = format!(
                "mutation ($input: [Update{noun}Input!]!) {{
                   done: update{plural}(input: $input, atomic: false) {{ results {{ outcome problems {{ field }} }} }} }}"
            );
            // The first would make room for the second, and is refused for something else.
            let mut first = json!({ "id": below, field: null });
            first[wrong.0] = json!(wrong.1);
            let second = json!({ "id": above, field: below });
            let answer = app.graphql(&token, &query, input(&json!([first, second]))).await;
            let results = &answer.data()["done"]["results"];
            let told = |row: usize| results[row]["problems"][0]["field"].as_str().unwrap().to_owned();
            assert_eq!([told(0), told(1)], [format!("input.0.{}", wrong.0), format!("input.1.{field}")]);
        }
    })
    .await;
}
