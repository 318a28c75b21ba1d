//! Clients that mean no good, or are broken.

use std::time::{Duration, Instant};

use api::views::Role;
use serde_json::json;
use tests::{
    fixtures,
    socket::{Heard, Socket},
};

use super::{USERS, event, hub, is_silent, touch};

#[tokio::test]
async fn twenty_thousand_subscriptions_are_fifty() {
    let app = hub(&[]).await;
    let token = app.token_for(Role::Admin).await;
    let mut socket = Socket::of(&app.url, &token).await;
    let (mut told, mut beyond) = (0, 0);
    let began = Instant::now();
    for number in 0..20_000 {
        socket
            .subscribe(&number.to_string(), USERS, json!({}))
            .await;
        // A client that reads nothing of what it is told is dropped, which is another matter.
        while let Ok(message) = tokio::time::timeout(Duration::ZERO, socket.hear()).await {
            match message {
                Heard::Message(message) if message["type"] == "error" => {
                    told += 1;
                    let code = &message["payload"][0]["extensions"]["which"];
                    beyond += u32::from(code == "subscriptions_of_a_socket");
                }
                Heard::Message(_) | Heard::Ping => {}
                other => panic!("{other:?} after {number}"),
            }
        }
        if began.elapsed() > Duration::from_secs(20) {
            break;
        }
    }
    assert!(told > 500 && beyond > 400, "{told} {beyond}");
    // And the hub has time for others.
    let answer = app.graphql(&token, "{ __typename }", json!({})).await;
    assert_eq!(answer.data()["__typename"], "Query");
    app.stop().await;
}

#[tokio::test]
async fn what_is_no_websocket_closes_the_socket() {
    let app = hub(&[]).await;
    let token = app.token_for(Role::Admin).await;
    for (bytes, codes) in [
        // Not masked.
        (b"\x81\x02{}".as_slice(), [1002, 1006]),
        // A kind of frame that there is not.
        (b"\x83\x80\0\0\0\0", [1002, 1006]),
        // A reserved bit.
        (b"\xC1\x80\0\0\0\0", [1002, 1006]),
        // Longer than anything.
        (
            b"\x81\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0",
            [1009, 1009],
        ),
        // No text.
        (b"\x81\x82\0\0\0\0\xFF\xFE", [1002, 1006]),
        // Binary.
        (b"\x82\x82\0\0\0\0{}", [4400, 4400]),
    ] {
        let mut socket = Socket::of(&app.url, &token).await;
        socket.raw(bytes).await;
        let code = socket.closed().await;
        assert!(codes.contains(&code), "{bytes:?}: {code}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_client_that_does_not_answer_is_gone() {
    let app = hub(&[("LIMITS__STREAM_HEARTBEAT_SECONDS", "1")]).await;
    let token = app.token_for(Role::Admin).await;
    let mut silent = Socket::of(&app.url, &token).await;
    let mut there = Socket::of(&app.url, &token).await;
    let began = Instant::now();
    let answering = async {
        while began.elapsed() < Duration::from_secs(5) {
            if let Ok(Heard::Ping) =
                tokio::time::timeout(Duration::from_secs(2), there.hear()).await
            {
                there.frame(0x8A, b"").await;
            }
        }
    };
    let (code, ()) = tokio::join!(silent.closed(), answering);
    assert_eq!(code, 4291);
    there.say(&json!({ "type": "ping" })).await;
    assert_eq!(there.message().await, json!({ "type": "pong" }));
    app.stop().await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_dropped_and_can_go_on() {
    let app = hub(&[
        ("LIMITS__STREAM_WRITE_SECONDS", "1"),
        ("LIMITS__STREAM_HEARTBEAT_SECONDS", "60"),
    ])
    .await;
    let token = app.token_for(Role::Admin).await;
    let ada = fixtures::user(&app.database, "Ada Byron", &[]).await;
    // Each event some twenty kilobytes, which is more than the system keeps on the way.
    let fields = ["name", "email", "timeZone", "function", "roles"];
    let names = fields
        .iter()
        .flat_map(|field| (0..50).map(move |n| format!("{field}{n:050}: {field}")));
    let names: Vec<_> = names.collect();
    let large = format!(
        "subscription($after: String) {{ changed(entities: [USER], after: $after) {{ cursor node {{ ... on User {{ {} }} }} }} }}",
        names.join(" ")
    );
    let mut slow = Socket::of(&app.url, &token).await;
    slow.subscribe("a", &large, json!({})).await;
    let mut other = Socket::of(&app.url, &token).await;
    other.subscribe("b", USERS, json!({})).await;
    assert!(is_silent(&mut other).await);
    for _ in 0..600 {
        touch(&app, &ada).await;
    }
    // Others are told all the same.
    for _ in 0..600 {
        event(&mut other, "b").await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (mut cursor, mut count) = (json!(null), 0);
    let end = loop {
        match slow.hear().await {
            Heard::Message(message) if message["type"] == "next" => {
                cursor = message["payload"]["data"]["changed"]["cursor"].clone();
                count += 1;
            }
            Heard::Message(_) | Heard::Ping | Heard::Pong => {}
            Heard::Close(code, _) => break code,
            Heard::End => break 1006,
        }
    };
    assert!(
        count < 600,
        "{count} events were kept for a client that reads none"
    );
    assert!([4291, 1006].contains(&end), "{end}");
    let mut again = Socket::of(&app.url, &token).await;
    again
        .subscribe("a", &large, json!({ "after": cursor }))
        .await;
    for _ in count..600 {
        event(&mut again, "a").await;
    }
    assert!(is_silent(&mut again).await);
    app.stop().await;
}

#[tokio::test]
async fn nobody_asks_around_the_limits_of_documents() {
    let app = hub(&[]).await;
    let token = app.token_for(Role::Admin).await;
    let mut socket = Socket::of(&app.url, &token).await;
    let deep = format!(
        "subscription {{ changed {{ {} id {} }} }}",
        "node { ".repeat(30),
        "} ".repeat(30)
    );
    let wide = format!("subscription {{ changed {{ {} }} }}", "id ".repeat(2_000));
    let long = format!(
        "subscription {{ changed {{ id }} }} # {}",
        "x".repeat(70_000)
    );
    for (query, code) in [
        (deep.as_str(), "DEPTH_TOO_HIGH"),
        (wide.as_str(), "LIMIT_EXCEEDED"),
        (long.as_str(), "LIMIT_EXCEEDED"),
        (
            "subscription { a: changed { id } b: changed { id } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { changed { id } ...F } fragment F on Subscription { activity { id } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ] {
        socket.subscribe("a", query, json!({})).await;
        let message = socket.message().await;
        assert_eq!(message["type"], "error", "{message}");
        assert_eq!(
            message["payload"][0]["extensions"]["code"], code,
            "{message}"
        );
    }
    app.stop().await;
}

#[tokio::test]
async fn rows_that_are_hidden_are_no_events() {
    let app = hub(&[]).await;
    let admin = app.token_for(Role::Admin).await;
    let rep = fixtures::user(&app.database, "Ada Byron", &[Role::SalesRep]).await;
    let token = app.token_of(&rep.email).await;
    let (mut sees, mut hidden) = (
        Socket::of(&app.url, &admin).await,
        Socket::of(&app.url, &token).await,
    );
    let tokens = "subscription { changed(entities: [API_TOKEN]) { id kind } }";
    sees.subscribe("a", tokens, json!({})).await;
    hidden.subscribe("a", tokens, json!({})).await;
    assert!(is_silent(&mut hidden).await);
    let _made = app.token_for(Role::Analyst).await;
    event(&mut sees, "a").await;
    assert!(is_silent(&mut hidden).await);
    app.stop().await;
}
