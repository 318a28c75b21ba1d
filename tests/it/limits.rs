//! How much one request may ask for, what a caller reads who asks for more, and which documents run.

#![cfg(test)]

mod apq;
mod attempts;
mod bounds;
mod budgets;
mod callers;
mod cost;
mod hostile;
mod time;
mod tools;
mod trusted;
mod words;

use api::views::Role;
use serde_json::{Value, json};
use tests::{app::TestApp, client::Response, database::each_database};

/// A hub on one engine, for what no database has a part in.
async fn hub(settings: &[(&str, &str)]) -> TestApp {
    let database = each_database().next().unwrap();
    TestApp::start_with(database, settings).await
}

/// Asks as somebody who sees all.
async fn ask(app: &TestApp, query: &str) -> Response {
    ask_with(app, query, json!({})).await
}

async fn ask_with(app: &TestApp, query: &str, variables: Value) -> Response {
    let token = app.token_for(Role::Admin).await;
    app.graphql(&token, query, variables).await
}

/// The `extensions` of the only error.
fn extensions(answer: &Response) -> &Value {
    let errors = answer.body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{}", answer.text);
    &errors[0]["extensions"]
}

/// Asserts that there is an answer, and no error.
fn assert_answered(answer: &Response) {
    let _data = answer.data();
}

/// `count` pieces, each made of its number.
fn many(count: usize, piece: impl Fn(usize) -> String) -> String {
    let pieces: Vec<_> = (0..count).map(piece).collect();
    pieces.join(" ")
}
