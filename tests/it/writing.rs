//! Writing rows: what is written is there, what is wrong is told at once and changes nothing, and nobody writes
//! what is not theirs to write.

#![cfg(test)]

mod again;
mod alone;
mod batches;
mod deals;
mod domains;
mod faults;
mod giving_way;
mod paths;
mod rights;
mod rows;
mod territories;
mod together;
mod trees;
mod trials;
mod values;
mod widening;

use api::{
    dataset::{dataset, global_id},
    views::Role,
};
use entity::{change, user};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use tests::{app::TestApp, client::Response, fixtures};
use uuid::Uuid;

/// Variables with an input.
fn input(input: &Value) -> Value {
    json!({ "input": input })
}

/// The global id of a row.
fn id(noun: &str, id: Uuid) -> String {
    global_id(dataset().entity(noun).unwrap(), id)
}

/// A user in a role, and their token.
async fn somebody(app: &TestApp, name: &str, role: Role) -> (user::Model, String) {
    let user = fixtures::user(&app.database, name, &[role]).await;
    app.forget_callers();
    let token = app.token_of(&user.email).await;
    (user, token)
}

/// The change log, in its order.
async fn log(app: &TestApp) -> Vec<change::Model> {
    change::Entity::find()
        .order_by_asc(change::Column::Seq)
        .all(app.database.reads())
        .await
        .unwrap()
}

/// Each error's code, and the part of the input that it is about.
fn problems(answer: &Response) -> Vec<(String, String)> {
    let errors = answer.body["errors"].as_array().cloned();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = errors.unwrap_or_default().into_iter().map(|error| {
        let extensions = &error["extensions"];
        (text(&extensions["code"]), text(&extensions["field"]))
    });
    told.collect()
}

/// Pairs of texts, to compare with [`problems`].
fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = pairs
        .iter()
        .map(|(code, field)| ((*code).to_owned(), (*field).to_owned()));
    owned.collect()
}
