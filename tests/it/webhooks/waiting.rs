//! Messages that wait while their endpoint becomes another one: what is sent is what it is told then.

use entity::{change::ChangeKind, contact, webhook_delivery::DeliveryState};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};
use tests::{app::TestApp, fixtures};
use uuid::Uuid;

use super::{
    ask, deliveries, deliveries_once, each_sending, endpoint,
    receiver::{Reaction, Receiver},
    record, updated,
};

/// An endpoint that is told of contacts and accounts, and has failed to hear of a change of `contact`.
async fn behind(app: &TestApp, contact: Uuid) -> String {
    let mut receiver = Receiver::start();
    receiver.reacts(Reaction::Answer("500 Internal Server Error"));
    let of = json!({ "entities": ["CONTACT", "ACCOUNT"], "document": null });
    let (id, _) = endpoint(app, &receiver, of).await;
    let fields = json!({ "email": ["a@example.com", "b@example.com"], "job_title": [null, "CEO"] });
    record(app, "contact", contact, ChangeKind::Updated, fields).await;
    assert_eq!(receiver.next().await.event(), "contact.updated");
    deliveries_once(app, |found| {
        found
            .iter()
            .any(|message| message.error.is_some() && message.lease.is_none())
    })
    .await;
    id
}

/// The endpoint becomes another one, elsewhere, and what waits is due.
async fn turn(app: &TestApp, id: &str, receiver: &Receiver, into: Value) {
    let mut input = json!({ "id": id, "url": receiver.url });
    let into = into.as_object().cloned().unwrap_or_default();
    input.as_object_mut().unwrap().extend(into);
    ask(
        app,
        "updateWebhookEndpoint",
        input,
        "webhookEndpoint { id }",
    )
    .await;
    let waiting = deliveries(app).await;
    let next = waiting.iter().filter_map(|it| it.next_attempt_at).max();
    app.clock.set(next.unwrap());
}

#[tokio::test]
async fn what_is_not_asked_for_any_more_is_not_sent() {
    for less in [
        json!({ "entities": ["ACCOUNT"] }),
        json!({ "kinds": ["CREATED"] }),
        json!({ "role": "SALES_REP", "entities": ["CAMPAIGN"] }),
        json!({ "scopes": ["account:read"], "entities": ["ACCOUNT"] }),
    ] {
        each_sending(async |app| {
            let acme = fixtures::account(&app.database, "Acme", None, None).await;
            let ada = fixtures::contact(&app.database, ("Ada", "Byron"), &acme).await;
            let id = behind(app, ada.id).await;
            let mut elsewhere = Receiver::start();
            turn(app, &id, &elsewhere, less.clone()).await;
            // It is taken back, and keeps nothing else from being told.
            deliveries_once(app, <[_]>::is_empty).await;
            assert!(elsewhere.pending().is_none());
            if less["entities"] == json!(["ACCOUNT"]) {
                updated(app, acme.id).await;
                assert_eq!(elsewhere.next().await.event(), "account.updated");
            }
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_masked_by_now_is_not_among_the_fields_that_changed() {
    each_sending(async |app| {
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let ada = fixtures::contact(&app.database, ("Ada", "Byron"), &acme).await;
        let id = behind(app, ada.id).await;
        let mut elsewhere = Receiver::start();
        turn(app, &id, &elsewhere, json!({ "role": "ANALYST" })).await;
        let message = elsewhere.next().await;
        assert_eq!(message.event(), "contact.updated");
        assert_eq!(message.body["changedFields"], json!(["jobTitle"]));
        let all = |found: &[entity::webhook_delivery::Model]| {
            found.iter().all(|it| it.state == DeliveryState::Delivered)
        };
        deliveries_once(app, all).await;
    })
    .await;
}

#[tokio::test]
async fn a_row_that_is_gone_by_now_is_told_as_removed() {
    each_sending(async |app| {
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let ada = fixtures::contact(&app.database, ("Ada", "Byron"), &acme).await;
        let id = behind(app, ada.id).await;
        let now = app.clock.now();
        let deleted = contact::Entity::update_many()
            .col_expr(contact::Column::DeletedAt, Expr::value(now))
            .filter(contact::Column::Id.eq(ada.id));
        deleted.exec(app.database.writes()).await.unwrap();
        let mut elsewhere = Receiver::start();
        let fields = json!({ "deleted_at": [null, now] });
        record(app, "contact", ada.id, ChangeKind::Deleted, fields).await;
        deliveries_once(app, |found| found.len() == 2).await;
        turn(app, &id, &elsewhere, json!({})).await;
        for _ in 0..2 {
            let message = elsewhere.next().await;
            assert_eq!(message.event(), "contact.removed");
            assert!(message.body.get("changedFields").is_none());
        }
    })
    .await;
}
