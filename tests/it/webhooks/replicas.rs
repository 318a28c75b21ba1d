//! Several hubs over one database: none of them sends what another is sending, and what a hub leaves undone another
//! does.

use api::views::Role;
use chrono::TimeDelta;
use entity::webhook_delivery::{DeliveryError, DeliveryState};
use serde_json::json;
use tests::{app::TestApp, client, database::each_database, fixtures};

use super::{
    account_id, deliveries, deliveries_once, endpoint, receiver::Reaction, receiver::Receiver,
    sending, updated,
};

#[tokio::test]
async fn two_hubs_never_send_about_a_row_at_the_same_time_and_each_message_once() {
    for database in each_database() {
        let app = sending(database).await;
        let other = app.replica().await;
        let mut receiver = Receiver::start();
        endpoint(&app, &receiver, json!({})).await;
        let mut rows = Vec::new();
        for _ in 0..10 {
            rows.push(
                fixtures::account(&app.database, "Acme", None, None)
                    .await
                    .id,
            );
        }
        for _ in 0..15 {
            for id in &rows {
                updated(&app, *id).await;
            }
        }
        let messages = receiver.take(150).await;
        let settled = deliveries_once(&app, |all| {
            all.len() == 150 && all.iter().all(|it| it.state == DeliveryState::Delivered)
        })
        .await;
        assert!(settled.iter().all(|message| message.attempts == 1));
        assert_eq!(receiver.collisions(), [""; 0]);
        assert!(receiver.pending().is_none());
        for id in rows {
            let subject = account_id(id);
            let came = messages.iter().filter(|it| it.subject() == subject);
            let came: Vec<_> = came.map(|message| message.id().to_owned()).collect();
            let planned = settled.iter().filter(|it| it.subject == subject);
            let planned: Vec<_> = planned
                .map(|it| format!("msg_{}", it.id.simple()))
                .collect();
            assert_eq!(came, planned);
        }
        other.stop(std::future::pending()).await.unwrap();
        app.stop().await;
    }
}

#[tokio::test]
async fn what_a_hub_was_sending_when_it_was_killed_is_sent_again_under_its_id() {
    for database in each_database() {
        // This one sends nothing.
        let settings = &super::SENDING[1..];
        let app = TestApp::start_with(database, settings).await;
        let mut receiver = Receiver::start();
        endpoint(&app, &receiver, json!({})).await;
        receiver.reacts(Reaction::Hold);
        let killed = app.replica_with(|config| config.webhooks.send = true).await;
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        updated(&app, acme.id).await;
        updated(&app, acme.id).await;
        let sent = receiver.next().await;
        // The receiver has it, and the hub never hears of it.
        drop(killed);
        receiver.reacts(Reaction::Answer("200 OK"));
        receiver.release("200 OK");

        let heir = app.replica_with(|config| config.webhooks.send = true).await;
        // As long as the claim holds, nobody sends it again; nor what is to come after it.
        let other = fixtures::account(&app.database, "Globex", None, None).await;
        updated(&app, other.id).await;
        assert_eq!(receiver.next().await.subject(), account_id(other.id));
        assert!(receiver.pending().is_none());
        app.clock.set(app.clock.now() + TimeDelta::minutes(2));
        assert_eq!(receiver.next().await.id(), sent.id());
        let next = receiver.next().await;
        assert_eq!(next.subject(), sent.subject());
        assert_ne!(next.id(), sent.id());
        let settled = deliveries_once(&app, |all| {
            all.iter().all(|it| it.state == DeliveryState::Delivered)
        })
        .await;
        let attempts: Vec<_> = settled.iter().map(|message| message.attempts).collect();
        assert_eq!(attempts, [2, 1, 1]);
        heir.stop(std::future::pending()).await.unwrap();
        app.stop().await;
    }
}

#[tokio::test]
async fn who_has_not_the_key_sends_nothing_until_there_is_a_new_secret() {
    for database in each_database() {
        let app = TestApp::start_with(database, &super::SENDING[1..]).await;
        let mut receiver = Receiver::start();
        let (id, _) = endpoint(&app, &receiver, json!({})).await;
        let folder = tempfile::tempdir().unwrap();
        let stranger = app.replica_with(|config| {
            config.webhooks.send = true;
            config.webhooks.key_file = Some(folder.path().join("another-key"));
        });
        let stranger = stranger.await;
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        updated(&app, acme.id).await;
        deliveries_once(&app, |all| all.len() == 1).await;
        // Over there a secret can be made anew, if the old one need not sign any more.
        let admin = app.token_for(Role::Admin).await;
        let rotate = async |hours: u32| {
            let query = "mutation($input: RotateWebhookSecretInput!) {
                rotateWebhookSecret(input: $input) { secret } }";
            let input = json!({ "input": { "id": id, "overlapHours": hours } });
            client::graphql(&app.http, &stranger.url, &admin, query, input).await
        };
        assert_eq!(rotate(24).await.codes(), ["VALIDATION"]);
        assert!(receiver.pending().is_none());
        assert_eq!(deliveries(&app).await[0].attempts, 0);
        assert_eq!(rotate(0).await.codes(), [""; 0]);
        assert_eq!(receiver.next().await.subject(), account_id(acme.id));
        stranger.stop(std::future::pending()).await.unwrap();
        app.stop().await;
    }
}

#[tokio::test]
async fn where_messages_may_go_is_asked_again_when_they_are_sent() {
    for database in each_database() {
        let app = TestApp::start_with(database, &super::SENDING[1..]).await;
        let mut receiver = Receiver::start();
        endpoint(&app, &receiver, json!({})).await;
        let strict = app.replica_with(|config| {
            config.webhooks.send = true;
            config.webhooks.allow_private_addresses = false;
        });
        let strict = strict.await;
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        updated(&app, acme.id).await;
        let settled = deliveries_once(&app, |all| all.iter().any(|it| it.error.is_some())).await;
        assert_eq!(settled[0].error, Some(DeliveryError::AddressRefused));
        assert!(receiver.pending().is_none());
        strict.stop(std::future::pending()).await.unwrap();
        app.stop().await;
    }
}
