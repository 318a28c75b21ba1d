//! Receivers that fail, hang, answer slowly or say that they are gone, and come back: nothing is lost, and what is told
//! of a row is told in order.

use std::collections::HashMap;

use chrono::TimeDelta;
use entity::{
    change, hub,
    webhook_delivery::{self, DeliveryError, DeliveryState},
    webhook_endpoint::EndpointState,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use tests::{app::TestApp, fixtures};
use uuid::Uuid;

use super::{
    account_id, ask, deliveries, deliveries_once, each_sending, endpoint, endpoints,
    receiver::{Message, Reaction, Receiver},
    updated,
};

fn all_delivered(messages: &[webhook_delivery::Model]) -> bool {
    messages
        .iter()
        .all(|message| message.state == DeliveryState::Delivered)
}

fn failed_once(messages: &[webhook_delivery::Model]) -> bool {
    messages
        .iter()
        .any(|message| message.error.is_some() && message.lease.is_none())
}

async fn account(app: &TestApp) -> Uuid {
    fixtures::account(&app.database, "Acme", None, None)
        .await
        .id
}

/// Moves the clock to when the next message is to be sent.
async fn to_next_attempt(app: &TestApp) {
    let waiting = deliveries(app).await;
    let next = waiting
        .iter()
        .filter_map(|message| message.next_attempt_at)
        .max();
    app.clock.set(next.expect("a message waits"));
}

#[tokio::test]
async fn whatever_a_receiver_does_the_message_is_sent_again_until_it_has_it() {
    each_sending(async |app| {
        let mut receiver = Receiver::start();
        endpoint(app, &receiver, json!({})).await;
        let id = account(app).await;
        let mut ids = Vec::new();
        for (reaction, error, status) in [
            (
                Reaction::Answer("500 Internal Server Error"),
                DeliveryError::Refused,
                Some(500),
            ),
            (
                Reaction::Answer("404 Not Found"),
                DeliveryError::Refused,
                Some(404),
            ),
            (
                Reaction::Answer("302 Found\r\nLocation: http://127.0.0.1:1/"),
                DeliveryError::Redirected,
                Some(302),
            ),
            (Reaction::HangUp, DeliveryError::Unreachable, None),
            (Reaction::Hold, DeliveryError::TimedOut, None),
        ] {
            receiver.reacts(reaction);
            if ids.is_empty() {
                updated(app, id).await;
            } else {
                to_next_attempt(app).await;
            }
            ids.push(receiver.next().await.id().to_owned());
            let attempts = i32::try_from(ids.len()).unwrap();
            let settled =
                deliveries_once(app, |all| all[0].attempts == attempts && failed_once(all)).await;
            assert_eq!(settled[0].error, Some(error), "{reaction:?}");
            assert_eq!(settled[0].status_code, status, "{reaction:?}");
            assert_eq!(settled[0].state, DeliveryState::Pending);
        }
        receiver.reacts(Reaction::Chatter(1024 * 1024));
        to_next_attempt(app).await;
        ids.push(receiver.next().await.id().to_owned());
        let settled = deliveries_once(app, all_delivered).await;
        assert_eq!((settled[0].attempts, settled[0].error), (6, None));
        ids.dedup();
        assert_eq!(ids.len(), 1, "a message keeps its id");
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_comes_and_goes_loses_nothing_and_hears_of_each_row_in_order() {
    each_sending(async |app| {
        let mut receiver = Receiver::start();
        endpoint(app, &receiver, json!({})).await;
        let mut rows = Vec::new();
        for _ in 0..4 {
            rows.push(account(app).await);
        }
        let mut turn = 0_usize;
        receiver.reacts_with(move |_message| {
            turn += 1;
            match turn % 5 {
                0 | 3 => Reaction::Answer("503 Service Unavailable"),
                1 => Reaction::HangUp,
                _ => Reaction::Answer("204 No Content"),
            }
        });
        for _ in 0..8 {
            for id in &rows {
                updated(app, *id).await;
            }
        }
        deliveries_once(app, |all| all.len() == 32).await;
        let mut came: Vec<Message> = Vec::new();
        // Minutes go by until all has arrived.
        let arriving = async {
            loop {
                let all = deliveries(app).await;
                while let Some(message) = receiver.pending() {
                    came.push(message);
                }
                if all_delivered(&all) {
                    return all;
                }
                if all.iter().all(|message| message.lease.is_none()) {
                    app.clock.set(app.clock.now() + TimeDelta::seconds(30));
                }
                tokio::task::yield_now().await;
            }
        };
        let arriving = tokio::time::timeout(std::time::Duration::from_mins(2), arriving);
        let all = arriving.await.expect("everything arrives");
        assert_eq!(receiver.collisions(), [""; 0]);
        // As often as it came, nothing of a row came before what happened before it.
        let mut last: HashMap<String, i64> = HashMap::new();
        let seq: HashMap<_, _> = all
            .iter()
            .map(|message| (format!("msg_{}", message.id.simple()), message.seq.unwrap()))
            .collect();
        for message in &came {
            let seq = seq[message.id()];
            let before = last.insert(message.subject().to_owned(), seq);
            assert!(before.is_none_or(|before| before <= seq));
        }
        assert_eq!(last.len(), 4);
        assert!(endpoints(app).await[0].state == EndpointState::Active);
    })
    .await;
}

#[tokio::test]
async fn a_slow_receiver_keeps_nobody_else_waiting_and_later_messages_wait_for_earlier_ones() {
    each_sending(async |app| {
        let (mut slow, mut quick) = (Receiver::start(), Receiver::start());
        slow.reacts(Reaction::Hold);
        endpoint(app, &slow, json!({})).await;
        endpoint(app, &quick, json!({})).await;
        let (one, other) = (account(app).await, account(app).await);
        for id in [one, one, other] {
            updated(app, id).await;
        }
        assert_eq!(quick.take(3).await.len(), 3);
        let held = slow.take(2).await;
        let subjects: Vec<_> = held.iter().map(Message::subject).collect();
        assert!(subjects.contains(&account_id(one).as_str()));
        assert!(subjects.contains(&account_id(other).as_str()));
        slow.reacts(Reaction::Answer("200 OK"));
        slow.release("200 OK");
        assert_eq!(slow.next().await.subject(), account_id(one));
        assert_eq!(slow.collisions(), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn who_says_that_they_are_gone_is_told_nothing_until_somebody_resumes_it() {
    each_sending(async |app| {
        let mut receiver = Receiver::start();
        let (id, _) = endpoint(app, &receiver, json!({})).await;
        receiver.reacts(Reaction::Answer("410 Gone"));
        let acme = account(app).await;
        updated(app, acme).await;
        let first = receiver.next().await.id().to_owned();
        let settled = deliveries_once(app, failed_once).await;
        assert_eq!(settled[0].state, DeliveryState::Failed);
        assert_eq!(settled[0].error, Some(DeliveryError::Gone));
        assert_eq!(endpoints(app).await[0].state, EndpointState::Dead);
        let reported = change::Entity::find()
            .filter(change::Column::Entity.eq("webhook_endpoint"))
            .filter(change::Column::Kind.eq(change::ChangeKind::Updated));
        let reported = reported.all(app.database.reads()).await.unwrap();
        assert_eq!(
            reported[0].fields,
            Some(json!({ "state": ["ACTIVE", "DEAD"] }))
        );
        assert_eq!(reported[0].actor_kind, change::ActorKind::System);

        updated(app, acme).await;
        receiver.reacts(Reaction::Answer("200 OK"));
        let of = "webhookEndpoint { state }";
        ask(app, "resumeWebhookEndpoint", json!({ "id": id }), of).await;
        assert_eq!(receiver.next().await.id(), first);
        assert_ne!(receiver.next().await.id(), first);
        deliveries_once(app, |all| all.len() == 2 && all_delivered(all)).await;
    })
    .await;
}

#[tokio::test]
async fn a_message_that_fails_for_a_day_takes_its_endpoint_out_and_is_not_lost() {
    each_sending(async |app| {
        let mut receiver = Receiver::start();
        let (id, _) = endpoint(app, &receiver, json!({})).await;
        receiver.reacts(Reaction::Answer("500 Internal Server Error"));
        let acme = account(app).await;
        let began = app.clock.now();
        updated(app, acme).await;
        for attempt in 1..=11 {
            receiver.next().await;
            deliveries_once(app, |all| all[0].attempts == attempt && all[0].lease.is_none()).await;
            if attempt < 11 {
                to_next_attempt(app).await;
            }
        }
        let day = app.clock.now() - began;
        assert!((21..=26).contains(&day.num_hours()), "{day}");
        assert_eq!(deliveries(app).await[0].state, DeliveryState::Failed);
        assert_eq!(endpoints(app).await[0].state, EndpointState::Suspended);

        // What fails is easy to find.
        let admin = app.token_for(api::views::Role::Admin).await;
        let query = "{ webhookEndpoints(filter: {state: {eq: SUSPENDED}}) { nodes {
            deliveries(filter: {state: {eq: FAILED}}) { nodes { subject error statusCode attempts } } } } }";
        let answer = app.graphql(&admin, query, json!({})).await;
        let failed = &answer.data()["webhookEndpoints"]["nodes"][0]["deliveries"]["nodes"];
        let expected = json!([
            { "subject": account_id(acme), "error": "REFUSED", "statusCode": 500, "attempts": 11 }
        ]);
        assert_eq!(failed, &expected);

        receiver.reacts(Reaction::Answer("200 OK"));
        ask(app, "resumeWebhookEndpoint", json!({ "id": id }), "webhookEndpoint { id }").await;
        receiver.next().await;
        deliveries_once(app, all_delivered).await;
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_asks_to_be_left_alone_is() {
    each_sending(async |app| {
        let mut receiver = Receiver::start();
        endpoint(app, &receiver, json!({})).await;
        receiver.reacts(Reaction::Answer(
            "429 Too Many Requests\r\nRetry-After: 300",
        ));
        let acme = account(app).await;
        updated(app, acme).await;
        receiver.next().await;
        let settled = deliveries_once(app, failed_once).await;
        let wait = settled[0].next_attempt_at.unwrap() - app.clock.now();
        assert_eq!(wait, TimeDelta::seconds(300));
    })
    .await;
}

#[tokio::test]
async fn an_endpoint_of_a_log_that_was_moved_goes_on_where_it_was_told_last() {
    each_sending(async |app| {
        let mut receiver = Receiver::start();
        endpoint(app, &receiver, json!({})).await;
        let acme = account(app).await;
        updated(app, acme).await;
        let told = receiver.next().await.id().to_owned();
        deliveries_once(app, all_delivered).await;
        // As after a restore: what anybody knows of their place means nothing any more.
        let moved =
            hub::Entity::update_many().col_expr(hub::Column::FeedId, Expr::value(Uuid::now_v7()));
        moved.exec(app.database.writes()).await.unwrap();
        updated(app, acme).await;
        let again: Vec<_> = receiver
            .take(2)
            .await
            .iter()
            .map(|it| it.id().to_owned())
            .collect();
        assert_eq!(again[0], told);
        assert_ne!(again[1], told);
        updated(app, acme).await;
        assert!(!again.contains(&receiver.next().await.id().to_owned()));
        deliveries_once(app, |all| all.len() == 3 && all_delivered(all)).await;
    })
    .await;
}
