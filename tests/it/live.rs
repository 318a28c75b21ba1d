//! What stays open, and tells what happens: sockets and streams of events.

#![cfg(test)]

mod clients;
mod ending;
mod events;
mod hostile;
mod idle;
mod limits;
mod protocol;
mod replicas;
mod telling;

use std::time::Duration;

use api::change::{self, Author, Change};
use entity::{change::ChangeKind, user};
use serde_json::{Value, json};
use tests::{app::TestApp, database::each_database, socket::Socket};
use uuid::Uuid;

/// Everything that happens to people.
const USERS: &str =
    "subscription($after: String) { changed(entities: [USER], after: $after) { cursor kind id } }";

/// A hub on one engine, for what no database has a part in.
async fn hub(settings: &[(&str, &str)]) -> TestApp {
    let database = each_database().next().unwrap();
    TestApp::start_with(database, settings).await
}

/// Puts a change of `user` into the log, as a service does, and nobody says so.
async fn touch(app: &TestApp, user: &user::Model) {
    record(app, ("user", user.id), json!({ "capacity": [null, 5] })).await;
}

/// Puts a change of that row into the log, as [`touch`] does.
async fn record(app: &TestApp, row: (&'static str, Uuid), fields: Value) {
    let change = Change::by(&Author::SYSTEM, app.clock.now(), row, ChangeKind::Updated);
    let tx = app.database.begin().await.unwrap();
    change::record(&tx, vec![change.of(fields)]).await.unwrap();
    tx.commit().await.unwrap();
}

/// The global id of a user.
fn id_of(user: &user::Model) -> String {
    format!("user_{}", user.id.simple())
}

/// The next event of the subscription `id`.
async fn event(socket: &mut Socket, id: &str) -> Value {
    let message = socket.message().await;
    assert_eq!(
        (&message["id"], &message["type"]),
        (&json!(id), &json!("next")),
        "{message}"
    );
    assert!(message["payload"]["errors"].is_null(), "{message}");
    message["payload"]["data"]["changed"].clone()
}

/// Whether the hub says nothing of its own accord for a while.
async fn is_silent(socket: &mut Socket) -> bool {
    tokio::time::timeout(Duration::from_millis(800), socket.message())
        .await
        .is_err()
}
