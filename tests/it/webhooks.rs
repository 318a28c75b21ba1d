//! Telling other systems of changes: signed, in order, at least once, and no more than a role sees.

#![cfg(test)]

mod delivery;
mod eyes;
mod key;
mod making;
mod receiver;
mod replicas;
mod signatures;
mod trouble;
mod waiting;

use api::{
    change::{self, Author, Change},
    dataset::{dataset, global_id},
    views::Role,
};
use entity::{change::ChangeKind, webhook_delivery, webhook_endpoint};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    database::{TestDatabase, each_database},
};
use uuid::Uuid;

use receiver::Receiver;

const CREATE: &str = "mutation($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) {
  secret webhookEndpoint { id system description url state stateSince role scopes entities kinds document
    previousSecretUntil version } } }";
/// What messages to the endpoints of the tests carry.
const DOCUMENT: &str = "query($id: ID!) { account(id: $id) { name } }";
/// The settings of a hub that sends messages to this machine, and does not wait long.
const SENDING: [(&str, &str); 4] = [
    ("WEBHOOKS__SEND", "true"),
    ("WEBHOOKS__ALLOW_HTTP", "true"),
    ("WEBHOOKS__ALLOW_PRIVATE_ADDRESSES", "true"),
    ("WEBHOOKS__TIMEOUT_MILLISECONDS", "700"),
];

/// Runs `test` with a hub that sends on each engine, one after the other.
async fn each_sending<Test: AsyncFn(&TestApp)>(test: Test) {
    for database in each_database() {
        let app = sending(database).await;
        test(&app).await;
        app.stop().await;
    }
}

async fn sending(database: TestDatabase) -> TestApp {
    TestApp::start_with(database, &SENDING).await
}

/// An endpoint that is told of accounts, as an administrator makes it: its global id, and its secret.
async fn endpoint(app: &TestApp, receiver: &Receiver, more: Value) -> (String, String) {
    let admin = app.token_for(Role::Admin).await;
    let mut input = json!({
        "system": "warehouse", "url": receiver.url, "role": "ADMIN", "entities": ["ACCOUNT"],
        "document": DOCUMENT,
    });
    let given = more.as_object().cloned().unwrap_or_default();
    input.as_object_mut().unwrap().extend(given);
    let answer = app.graphql(&admin, CREATE, json!({ "input": input })).await;
    let made = &answer.data()["createWebhookEndpoint"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["webhookEndpoint"]["id"]), text(&made["secret"]))
}

/// Asks for `field`, a mutation, with `input`, as an administrator.
async fn ask(app: &TestApp, field: &str, input: Value, of: &str) -> Value {
    let admin = app.token_for(Role::Admin).await;
    let type_name = match field {
        "rotateWebhookSecret" => "RotateWebhookSecretInput",
        "redeliverWebhook" => "RedeliverWebhookInput",
        "updateWebhookEndpoint" => "UpdateWebhookEndpointInput",
        _ => "WebhookEndpointInput",
    };
    let query = format!("mutation($input: {type_name}!) {{ {field}(input: $input) {{ {of} }} }}");
    let answer = app.graphql(&admin, &query, json!({ "input": input })).await;
    answer.data()[field].clone()
}

/// Records that something was done to the row of a table, as whoever does it would.
async fn record(app: &TestApp, table: &'static str, id: Uuid, kind: ChangeKind, fields: Value) {
    let tx = app.database.begin().await.unwrap();
    let now = app.clock.now();
    let change = Change::by(&Author::SYSTEM, now, (table, id), kind);
    let change = if fields.is_null() {
        change
    } else {
        change.of(fields)
    };
    change::record(&tx, vec![change]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Records that an account was changed.
async fn updated(app: &TestApp, id: Uuid) {
    let fields = json!({ "name": ["before", "after"] });
    record(app, "account", id, ChangeKind::Updated, fields).await;
}

fn account_id(id: Uuid) -> String {
    global_id(dataset().entity("Account").unwrap(), id)
}

async fn endpoints(app: &TestApp) -> Vec<webhook_endpoint::Model> {
    let all = webhook_endpoint::Entity::find().order_by_asc(webhook_endpoint::Column::Id);
    all.all(app.database.reads()).await.unwrap()
}

/// What became of every message, in the order of the log.
async fn deliveries(app: &TestApp) -> Vec<webhook_delivery::Model> {
    let all = webhook_delivery::Entity::find().order_by_asc(webhook_delivery::Column::Seq);
    all.all(app.database.reads()).await.unwrap()
}

/// What became of every message, once `settled` says that it is enough.
async fn deliveries_once(
    app: &TestApp,
    settled: impl Fn(&[webhook_delivery::Model]) -> bool,
) -> Vec<webhook_delivery::Model> {
    let looking = async {
        loop {
            let found = deliveries(app).await;
            if settled(&found) {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    let found = tokio::time::timeout(std::time::Duration::from_mins(1), looking).await;
    let Ok(found) = found else {
        panic!("it does not come to this: {:#?}", deliveries(app).await);
    };
    found
}
