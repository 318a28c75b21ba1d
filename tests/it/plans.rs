//! Plans: what a role sees is found by walking an index, and never by reading a table through.

#![cfg(test)]

mod pages;

use api::views::Role;
use entity::user;
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};
use serde_json::json;
use tests::{
    app::{TestApp, each_app},
    fixtures,
    oracle::Noun,
    rows::Rows,
};

/// The steps of the plan for `statement`, one a line, made as if the tables were large.
async fn plan(app: &TestApp, statement: &Statement) -> String {
    let postgres = app.database.backend() == DbBackend::Postgres;
    let transaction = app.database.writes().begin().await.unwrap();
    let explain = if postgres {
        // The tables of a test are so small that reading them through is cheapest.
        let large = "SET LOCAL enable_seqscan = off";
        transaction.execute_unprepared(large).await.unwrap();
        "EXPLAIN"
    } else {
        "EXPLAIN QUERY PLAN"
    };
    let explained = Statement {
        sql: format!("{explain} {}", statement.sql),
        ..statement.clone()
    };
    let lines = transaction.query_all_raw(explained).await.unwrap();
    let column = if postgres { "QUERY PLAN" } else { "detail" };
    let lines = lines
        .iter()
        .map(|line| line.try_get::<String>("", column).unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

/// The steps that read a table through, or sort all rows of a scope.
fn costly(plan: &str, postgres: bool) -> Vec<&str> {
    let steps: Vec<_> = plan.lines().map(str::trim).collect();
    // The rows of a page, which were just found, are no table.
    let pages: Vec<_> = steps
        .iter()
        .filter_map(|step| step.strip_prefix("CO-ROUTINE "))
        .collect();
    let is_costly = |step: &&str| {
        if postgres {
            return step.contains("Seq Scan on");
        }
        let table = step
            .strip_prefix("SCAN ")
            .filter(|it| !it.contains(" USING "));
        let through = table.is_some_and(|it| {
            !pages.contains(&it) && it != "CONSTANT ROW" && !it.contains("VIRTUAL TABLE")
        });
        through || step.contains("TEMP B-TREE FOR ORDER BY")
    };
    steps.iter().copied().filter(is_costly).collect()
}

#[tokio::test]
async fn a_page_through_any_lens_walks_an_index() {
    each_app(async |app| {
        Rows::random(7, 40).insert(app.database.writes()).await;
        let postgres = app.database.backend() == DbBackend::Postgres;
        let mut viewers: Vec<user::Model> = Vec::new();
        for role in Role::ALL {
            viewers.push(fixtures::user(&app.database, &format!("Viewer {role}"), &[role]).await);
        }
        let all: Vec<_> = viewers.iter().collect();
        fixtures::territory(&app.database, "/Plans/", None, &all).await;
        let mut wrong = Vec::new();
        for viewer in &viewers {
            let token = app.token_of(&viewer.email).await;
            for noun in Noun::all() {
                let query = format!("{{ {}(first: 50) {{ nodes {{ id }} }} }}", noun.plural);
                let _before = app.take_queries();
                let answer = app.graphql(&token, &query, json!({})).await;
                assert!(answer.codes().is_empty(), "{}", answer.text);
                let queries = app.take_queries();
                let plan = plan(app, queries.last().unwrap()).await;
                let costly = costly(&plan, postgres);
                if !costly.is_empty() {
                    wrong.push(format!(
                        "{} {}: {costly:?}\n{plan}",
                        viewer.name, noun.plural
                    ));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    })
    .await;
}
