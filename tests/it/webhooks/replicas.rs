//! Several hubs over one database: none of them sends what another is sending, and what a hub leaves undone another
//! does.

use chrono::TimeDelta;
use entity::webhook_delivery::DeliveryState;
use serde_json::json;
use tests::{app::TestApp, database::each_database, fixtures};

use super::{
    account_id, deliveries_once, endpoint, receiver::Reaction, receiver::Receiver, sending, updated,
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
