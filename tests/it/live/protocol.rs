//! `graphql-transport-ws`, message by message, as its specification has it.

use api::views::Role;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    socket::{Heard, Socket},
};

use super::hub;

fn init() -> Value {
    json!({ "type": "connection_init" })
}

/// What the hub closes the socket with after `messages` of a client that was let in.
async fn closed_after(app: &TestApp, messages: &[Value]) -> u16 {
    let token = app.token_for(Role::Analyst).await;
    let mut socket = Socket::of(&app.url, &token).await;
    for message in messages {
        socket.say(message).await;
    }
    socket.closed().await
}

#[tokio::test]
async fn queries_and_mutations_are_answered_and_completed() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let mut socket = Socket::of(&app.url, &token).await;
        socket.subscribe("q", "{ viewer { roles } }", json!({})).await;
        let next = socket.message().await;
        assert_eq!(next["payload"]["data"], json!({ "viewer": { "roles": ["ADMIN"] } }));
        assert_eq!(socket.message().await, json!({ "id": "q", "type": "complete" }));
        // The name is free again.
        let mutation = "mutation { createServiceToken(input: {name: \"x\", role: \"ANALYST\", scopes: [\"lead:read\"]}) \
                        { apiToken { name } } }";
        socket.subscribe("q", mutation, json!({})).await;
        let next = socket.message().await;
        assert_eq!(next["type"], "next", "{next}");
        assert_eq!(socket.message().await, json!({ "id": "q", "type": "complete" }));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_executed_is_an_error_and_no_result() {
    let app = hub(&[]).await;
    let token = app.token_for(Role::Analyst).await;
    let mut socket = Socket::of(&app.url, &token).await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { changed(after: \"garbage\") { cursor } }",
            "VALIDATION",
        ),
        (
            "subscription($a: String!) { changed(after: $a) { cursor } }",
            "VALIDATION",
        ),
        (
            "mutation { revokeToken(input: {id: \"x\"}) { revoked { id } } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ] {
        socket.subscribe("a", query, json!({})).await;
        let error = socket.message().await;
        assert_eq!(error["type"], "error", "{query}: {error}");
        assert_eq!(
            error["payload"][0]["extensions"]["code"], code,
            "{query}: {error}"
        );
    }
    // And the socket goes on.
    socket.say(&json!({ "type": "ping" })).await;
    assert_eq!(
        socket.hear().await,
        Heard::Message(json!({ "type": "pong" }))
    );
    app.stop().await;
}

#[tokio::test]
async fn a_client_that_keeps_to_no_protocol_is_told_by_the_code() {
    let app = hub(&[]).await;
    let subscribe = |id: &str| {
        let payload = json!({ "query": "subscription { changed { cursor } }" });
        json!({ "id": id, "type": "subscribe", "payload": payload })
    };
    for (messages, code) in [
        (vec![init()], 4429),
        (vec![subscribe("a"), subscribe("a")], 4409),
        (vec![json!({ "type": "start", "id": "a" })], 4400),
        (vec![json!([])], 4400),
        (vec![json!({ "id": "a", "type": "subscribe" })], 4400),
    ] {
        assert_eq!(closed_after(&app, &messages).await, code, "{messages:?}");
    }
    let mut socket = Socket::open(&app.url, &[]).await.unwrap();
    socket.say(&subscribe("a")).await;
    let heard = socket.hear().await;
    assert_eq!(heard, Heard::Close(4401, "Unauthorized".to_owned()));
    app.stop().await;
}

#[tokio::test]
async fn who_does_not_say_who_they_are_is_not_waited_for() {
    let app = hub(&[]).await;
    let mut socket = Socket::open(&app.url, &[]).await.unwrap();
    assert_eq!(socket.closed().await, 4408);
    app.stop().await;
}

#[tokio::test]
async fn a_bad_token_is_never_a_guest() {
    let app = hub(&[]).await;
    for payload in [
        json!({}),
        json!({ "Authorization": "Bearer garbage" }),
        json!({ "Authorization": "" }),
    ] {
        let mut socket = Socket::open(&app.url, &[]).await.unwrap();
        socket
            .say(&json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(socket.closed().await, 4403, "{payload}");
    }
    let garbage = [("authorization", "Bearer garbage")];
    let refused = Socket::open(&app.url, &garbage).await.unwrap_err();
    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");
    // And two are none.
    let token = app.token_for(Role::Analyst).await;
    let header = format!("Bearer {token}");
    let mut socket = Socket::open(&app.url, &[("authorization", &header)])
        .await
        .unwrap();
    let payload = json!({ "Authorization": header });
    socket
        .say(&json!({ "type": "connection_init", "payload": payload }))
        .await;
    assert_eq!(socket.closed().await, 4403);
    app.stop().await;
}

#[tokio::test]
async fn a_token_in_the_header_is_enough() {
    let app = hub(&[]).await;
    let header = format!("Bearer {}", app.token_for(Role::Analyst).await);
    let mut socket = Socket::open(&app.url, &[("authorization", &header)])
        .await
        .unwrap();
    socket.say(&init()).await;
    assert_eq!(socket.message().await, json!({ "type": "connection_ack" }));
    socket
        .subscribe("a", "{ viewer { roles } }", json!({}))
        .await;
    let next = socket.message().await;
    assert_eq!(
        next["payload"]["data"]["viewer"]["roles"],
        json!(["ANALYST"])
    );
    app.stop().await;
}

#[tokio::test]
async fn a_handshake_that_is_none_is_refused_over_http() {
    let app = hub(&[]).await;
    let refused = async |headers: &[(&str, &str)]| {
        let answer = Socket::open_bare(&app.url, headers).await.unwrap_err();
        answer.get(9..12).unwrap().to_owned()
    };
    assert_eq!(refused(&[]).await, "400");
    let protocol = ("sec-websocket-protocol", "graphql-ws");
    assert_eq!(refused(&[protocol]).await, "400");
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    let origin = ("origin", "https://evil.example");
    assert_eq!(refused(&[protocol, origin]).await, "403");
    // Who asks in the ordinary way is answered in the ordinary way.
    let token = app.token_for(Role::Analyst).await;
    let answer = app.graphql(&token, "{ __typename }", json!({})).await;
    assert_eq!(answer.data()["__typename"], "Query");
    app.stop().await;
}
