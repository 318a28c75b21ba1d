//! What a receiver gets, when all is well.

use api::views::Role;
use entity::{change::ChangeKind, webhook_delivery::DeliveryState};
use serde_json::json;
use tests::fixtures;

use super::{
    account_id, ask, deliveries_once, each_sending, endpoint, receiver::Receiver, record, updated,
};

#[tokio::test]
async fn a_change_is_told_by_a_signed_message_with_the_answer_to_the_document() {
    each_sending(async |app| {
        let mut receiver = Receiver::start();
        let (_, secret) = endpoint(app, &receiver, json!({})).await;
        assert!(secret.starts_with("whsec_"), "{secret}");
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        record(app, "account", acme.id, ChangeKind::Created, json!(null)).await;
        let message = receiver.next().await;
        assert_eq!(
            message.body,
            json!({
                "type": "account.created", "timestamp": "2026-11-22T12:00:00.000000Z",
                "id": account_id(acme.id), "data": { "account": { "name": "Acme" } },
            })
        );
        assert_eq!(message.headers["content-type"], "application/json");
        assert_eq!(message.headers["webhook-timestamp"], "1795348800");
        assert!(message.headers["webhook-signature"].starts_with("v1,"));
        assert!(message.id().starts_with("msg_"));

        let settled = deliveries_once(app, |all| all[0].state == DeliveryState::Delivered).await;
        assert_eq!(settled.len(), 1);
        assert_eq!(
            (settled[0].attempts, settled[0].status_code),
            (1, Some(200))
        );
        assert_eq!(settled[0].next_attempt_at, None);
    })
    .await;
}

#[tokio::test]
async fn messages_about_a_row_come_in_order_and_each_once() {
    each_sending(async |app| {
        let mut receiver = Receiver::start();
        endpoint(app, &receiver, json!({})).await;
        let mut rows = Vec::new();
        for name in ["Acme", "Globex", "Initech"] {
            rows.push(fixtures::account(&app.database, name, None, None).await.id);
        }
        for _ in 0..20 {
            for id in &rows {
                updated(app, *id).await;
            }
        }
        let messages = receiver.take(60).await;
        let settled = deliveries_once(app, |all| {
            all.len() == 60 && all.iter().all(|it| it.state == DeliveryState::Delivered)
        })
        .await;
        assert_eq!(receiver.collisions(), [""; 0]);
        for id in rows {
            let subject = account_id(id);
            let came: Vec<_> = messages
                .iter()
                .filter(|it| it.subject() == subject)
                .collect();
            let came: Vec<_> = came.iter().map(|message| message.id()).collect();
            let planned = settled.iter().filter(|it| it.subject == subject);
            let planned: Vec<_> = planned
                .map(|it| format!("msg_{}", it.id.simple()))
                .collect();
            assert_eq!(came, planned);
        }
        assert!(receiver.pending().is_none());
    })
    .await;
}

#[tokio::test]
async fn only_what_an_endpoint_asks_for_is_told() {
    each_sending(async |app| {
        let mut receiver = Receiver::start();
        let document = json!({ "kinds": ["CREATED"], "document": null });
        endpoint(app, &receiver, document).await;
        let ada = fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await;
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        updated(app, acme.id).await;
        record(app, "user", ada.id, ChangeKind::Created, json!(null)).await;
        record(app, "account", acme.id, ChangeKind::Created, json!(null)).await;
        let message = receiver.next().await;
        assert_eq!(message.event(), "account.created");
        assert_eq!(message.body["data"], json!(null));
        assert!(receiver.pending().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_contact_that_was_merged_is_told_as_gone_and_then_as_there_again() {
    each_sending(async |app| {
        let mut receiver = Receiver::start();
        let of_contacts = json!({ "entities": ["CONTACT"], "document": null });
        endpoint(app, &receiver, of_contacts).await;
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let mut ids = Vec::new();
        for name in ["Lemgor", "Lemgorr"] {
            let contact = fixtures::contact(&app.database, ("Eva", name), &acme).await;
            ids.push(format!("con_{}", contact.id.simple()));
        }
        let admin = app.token_for(Role::Admin).await;
        let merge = "mutation($input: MergeInput!) { mergeContacts(input: $input) { mergeId } }";
        let input = json!({ "winnerId": ids[0], "loserIds": [ids[1]] });
        let merged = app.graphql(&admin, merge, json!({ "input": input })).await;
        let gone = receiver.next().await;
        assert_eq!(
            (gone.event(), gone.subject()),
            ("contact.removed", ids[1].as_str())
        );
        let undo = "mutation($id: ID!) { undoMerge(mergeId: $id) { restored } }";
        let id = &merged.data()["mergeContacts"]["mergeId"];
        let _undone = app.graphql(&admin, undo, json!({ "id": id })).await;
        let back = receiver.next().await;
        assert_eq!(
            (back.event(), back.subject()),
            ("contact.unmerged", ids[1].as_str())
        );
    })
    .await;
}

#[tokio::test]
async fn a_test_is_sent_whatever_the_state_is_and_waits_for_nothing() {
    each_sending(async |app| {
        let mut receiver = Receiver::start();
        let (id, _) = endpoint(app, &receiver, json!({})).await;
        let of = "webhookEndpoint { state }";
        let paused = ask(app, "pauseWebhookEndpoint", json!({ "id": id }), of).await;
        assert_eq!(paused["webhookEndpoint"]["state"], "PAUSED");
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        updated(app, acme.id).await;
        let of = "delivery { id state event endpoint { id } }";
        let tested = ask(app, "testWebhookEndpoint", json!({ "id": id }), of).await;
        assert_eq!(tested["delivery"]["state"], "PENDING");
        let message = receiver.next().await;
        assert_eq!(message.id(), tested["delivery"]["id"]);
        assert_eq!((message.event(), message.subject()), ("ping", id.as_str()));
        assert!(receiver.pending().is_none());

        // What happened meanwhile is told once somebody resumes it.
        let of = "webhookEndpoint { state }";
        ask(app, "resumeWebhookEndpoint", json!({ "id": id }), of).await;
        let message = receiver.next().await;
        assert_eq!(message.subject(), account_id(acme.id));
    })
    .await;
}

#[tokio::test]
async fn what_was_told_is_told_again_under_the_same_ids() {
    each_sending(async |app| {
        let mut receiver = Receiver::start();
        let (id, _) = endpoint(app, &receiver, json!({})).await;
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        updated(app, acme.id).await;
        let before = receiver.next().await;
        app.clock
            .set(app.clock.now() + chrono::TimeDelta::minutes(10));
        let since = app.clock.now();
        updated(app, acme.id).await;
        updated(app, acme.id).await;
        let told = receiver.take(2).await;
        deliveries_once(app, |all| {
            all.iter().all(|it| it.state == DeliveryState::Delivered)
        })
        .await;

        let again = json!({ "id": id, "from": since.to_rfc3339() });
        ask(app, "redeliverWebhook", again, "webhookEndpoint { id }").await;
        let again = receiver.take(2).await;
        let ids = |messages: &[super::receiver::Message]| {
            let ids = messages.iter().map(|message| message.id().to_owned());
            ids.collect::<Vec<_>>()
        };
        assert_eq!(ids(&again), ids(&told));
        assert!(!ids(&again).contains(&before.id().to_owned()));
        // And then goes on with what is new.
        updated(app, acme.id).await;
        let new = receiver.next().await;
        assert!(!ids(&told).contains(&new.id().to_owned()));
        assert!(receiver.pending().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_deleted_endpoint_is_told_nothing_and_its_secrets_are_gone() {
    each_sending(async |app| {
        let mut receiver = Receiver::start();
        let (id, _) = endpoint(app, &receiver, json!({})).await;
        let deleted = ask(app, "deleteWebhookEndpoint", json!({ "id": id }), "id").await;
        assert_eq!(deleted["id"], id.as_str());
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        updated(app, acme.id).await;
        // Another one hears of it, so that there was time for this one to.
        let mut other = Receiver::start();
        endpoint(app, &other, json!({})).await;
        updated(app, acme.id).await;
        other.next().await;
        assert!(receiver.pending().is_none());
        let row = &super::endpoints(app).await[0];
        assert!(row.deleted_at.is_some() && row.secret.is_empty());
    })
    .await;
}
