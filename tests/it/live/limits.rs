//! How much may be open, at each limit and beyond it.

use api::views::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    client::Response,
    fixtures,
    socket::{Heard, Socket},
};

use super::{USERS, event, hub, is_silent, touch};

/// The errors of the operation `id`, which was refused.
async fn refused(socket: &mut Socket, id: &str) -> Value {
    let message = socket.message().await;
    assert_eq!(
        (&message["id"], &message["type"]),
        (&json!(id), &json!("error")),
        "{message}"
    );
    message["payload"][0]["extensions"].clone()
}

async fn stream(app: &TestApp, token: &str) -> reqwest::Response {
    let request = app
        .http
        .post(format!("{}/graphql", app.url))
        .bearer_auth(token)
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .body(json!({ "query": USERS }).to_string());
    request.send().await.unwrap()
}

#[tokio::test]
async fn so_many_streams_of_one_caller_are_open() {
    let app = hub(&[("LIMITS__OPEN_STREAMS", "3")]).await;
    let (token, other) = (
        app.token_for(Role::Admin).await,
        app.token_for(Role::Analyst).await,
    );
    let header = format!("Bearer {token}");
    let first = Socket::of(&app.url, &token).await;
    let _second = Socket::open(&app.url, &[("authorization", &header)])
        .await
        .unwrap();
    let third = stream(&app, &token).await;
    assert_eq!(third.status(), StatusCode::OK);
    // However one comes: in a header, in the first message, or for a stream of events.
    let refused = Socket::open(&app.url, &[("authorization", &header)])
        .await
        .unwrap_err();
    assert!(
        refused.starts_with("HTTP/1.1 429 ") && refused.contains("open_streams"),
        "{refused}"
    );
    let mut late = Socket::open(&app.url, &[]).await.unwrap();
    let payload = json!({ "Authorization": header });
    late.say(&json!({ "type": "connection_init", "payload": payload }))
        .await;
    assert_eq!(late.closed().await, 4290);
    let fourth = Response::read(stream(&app, &token).await).await;
    assert_eq!(fourth.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(fourth.body["errors"][0]["extensions"]["limit"], 3);
    // Others have their own, and a place that was left is free.
    let _other = Socket::of(&app.url, &other).await;
    drop((first, third));
    let mut again = loop {
        let socket = Socket::open(&app.url, &[("authorization", &header)]).await;
        if let Ok(socket) = socket {
            break socket;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    again.say(&json!({ "type": "connection_init" })).await;
    assert_eq!(again.message().await["type"], "connection_ack");
    app.stop().await;
}

#[tokio::test]
async fn so_many_operations_go_on_on_one_socket() {
    let app = hub(&[("LIMITS__SUBSCRIPTIONS_OF_A_SOCKET", "3")]).await;
    let token = app.token_for(Role::Admin).await;
    let ada = fixtures::user(&app.database, "Ada Byron", &[]).await;
    let mut socket = Socket::of(&app.url, &token).await;
    for id in ["a", "b", "c"] {
        socket.subscribe(id, USERS, json!({})).await;
    }
    assert!(is_silent(&mut socket).await);
    socket.subscribe("d", USERS, json!({})).await;
    let told = refused(&mut socket, "d").await;
    assert_eq!(
        told,
        json!({ "code": "TOO_MANY_REQUESTS", "which": "subscriptions_of_a_socket", "limit": 3, "actual": 4 })
    );
    // One less, one more.
    socket.say(&json!({ "id": "a", "type": "complete" })).await;
    socket.subscribe("d", USERS, json!({})).await;
    assert!(is_silent(&mut socket).await);
    touch(&app, &ada).await;
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.push(socket.message().await["id"].as_str().unwrap().to_owned());
    }
    heard.sort_unstable();
    assert_eq!(heard, ["b", "c", "d"]);
    app.stop().await;
}

#[tokio::test]
async fn a_message_is_so_long_at_the_most_in_one_piece_or_in_several() {
    let app = hub(&[]).await;
    let token = app.token_for(Role::Admin).await;
    let ping = json!({ "type": "ping", "payload": "x" }).to_string();
    let padded = |length: usize| ping.replace('x', &"x".repeat(length - ping.len() + 1));
    for (length, fits) in [(262_144, true), (262_145, false)] {
        let message = padded(length);
        let (one, other) = message.split_at(length / 2);
        let mut whole = Socket::of(&app.url, &token).await;
        whole.send(message.as_bytes()).await;
        let mut pieces = Socket::of(&app.url, &token).await;
        pieces.frame(0x01, one.as_bytes()).await;
        pieces.frame(0x80, other.as_bytes()).await;
        for socket in [&mut whole, &mut pieces] {
            if fits {
                assert_eq!(
                    socket.hear().await,
                    Heard::Message(json!({ "type": "pong" }))
                );
            } else {
                assert_eq!(socket.closed().await, 1009);
            }
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn so_many_strangers_of_one_address_wait_to_be_known() {
    let app = hub(&[]).await;
    let mut strangers = Vec::new();
    for _ in 0..100 {
        strangers.push(Socket::open(&app.url, &[]).await.unwrap());
    }
    let refused = Socket::open(&app.url, &[]).await.unwrap_err();
    assert!(
        refused.starts_with("HTTP/1.1 429 ") && refused.contains("unknown_sockets"),
        "{refused}"
    );
    // Who says at once who they are needs no such place.
    let header = format!("Bearer {}", app.token_for(Role::Admin).await);
    let _known = Socket::open(&app.url, &[("authorization", &header)])
        .await
        .unwrap();
    app.stop().await;
}

#[tokio::test]
async fn subscriptions_are_requests_and_their_events_cost_points() {
    let app = hub(&[
        ("LIMITS__REQUESTS_PER_MINUTE", "3"),
        ("LIMITS__POINTS_PER_MINUTE", "100000"),
    ])
    .await;
    let token = app.token_for(Role::Admin).await;
    let ada = fixtures::user(&app.database, "Ada Byron", &[]).await;
    // To open a socket is one.
    let mut socket = Socket::of(&app.url, &token).await;
    for id in ["a", "b"] {
        socket.subscribe(id, USERS, json!({})).await;
    }
    assert!(is_silent(&mut socket).await);
    socket.subscribe("c", USERS, json!({})).await;
    assert_eq!(refused(&mut socket, "c").await["code"], "BUDGET_EXCEEDED");
    socket.say(&json!({ "id": "b", "type": "complete" })).await;
    touch(&app, &ada).await;
    event(&mut socket, "a").await;
    app.clock
        .set(TestApp::now() + chrono::TimeDelta::seconds(61));
    touch(&app, &ada).await;
    event(&mut socket, "a").await;
    let answer = app.graphql(&token, "{ __typename }", json!({})).await;
    let left = answer.header("ratelimit");
    assert!(
        left.contains("\"points\";r=") && !left.contains("r=100000"),
        "{left}"
    );
    app.stop().await;
}

#[tokio::test]
async fn who_has_no_points_left_hears_the_rest_in_the_next_minute() {
    let app = hub(&[("LIMITS__POINTS_PER_MINUTE", "5")]).await;
    let token = app.token_for(Role::Admin).await;
    let ada = fixtures::user(&app.database, "Ada Byron", &[]).await;
    let mut socket = Socket::of(&app.url, &token).await;
    socket.subscribe("a", USERS, json!({})).await;
    assert!(is_silent(&mut socket).await);
    touch(&app, &ada).await;
    event(&mut socket, "a").await;
    touch(&app, &ada).await;
    assert!(is_silent(&mut socket).await);
    app.clock
        .set(TestApp::now() + chrono::TimeDelta::seconds(61));
    event(&mut socket, "a").await;
    app.stop().await;
}
