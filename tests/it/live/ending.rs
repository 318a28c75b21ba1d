//! What ends a stream: its token, its caller's rights, and the hub.

use std::{
    future::pending,
    time::{Duration, Instant},
};

use api::{
    app::Running,
    auth::Outdated,
    change::{self, Author, Change},
    views::Role,
};
use chrono::TimeDelta;
use entity::{api_token, change::ChangeKind, user};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::json;
use tests::{
    app::{Bearer, TestApp, each_app},
    fixtures,
    socket::{Heard, Socket},
};

use super::{USERS, event, is_silent, touch};

/// Revokes the token of that id as another replica would: nothing is forgotten here.
async fn revoke_elsewhere(app: &TestApp, id: uuid::Uuid) {
    let tx = app.database.begin().await.unwrap();
    let row = api_token::Entity::find_by_id(id)
        .one(&tx)
        .await
        .unwrap()
        .unwrap();
    let mut row = row.into_active_model();
    row.revoked_at = Set(Some(app.clock.now()));
    row.update(&tx).await.unwrap();
    let of = ("api_token", id);
    let change = Change::by(&Author::SYSTEM, app.clock.now(), of, ChangeKind::Updated);
    change::record(&tx, vec![change]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Waits until the socket is closed, which has to be within two seconds, in a debug build beside other tests.
async fn closes_at_once(socket: &mut Socket) -> u16 {
    let since = Instant::now();
    let code = socket.closed().await;
    assert!(
        since.elapsed() < Duration::from_secs(2),
        "{:?}",
        since.elapsed()
    );
    code
}

#[tokio::test]
async fn who_closes_a_socket_is_answered_alike() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        for (said, code) in [
            (&[0x03, 0xE8][..], 1000),
            (&[0x11, 0x94, b'b', b'y', b'e'], 4500),
            (&[], 1005),
        ] {
            let mut socket = Socket::of(&app.url, &token).await;
            socket.subscribe("a", USERS, json!({})).await;
            socket.frame(0x88, said).await;
            assert_eq!(closes_at_once(&mut socket).await, code);
            assert_eq!(socket.hear().await, Heard::End);
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_taken_back_ends_its_streams() {
    each_app(async |app| {
        let bearer = Bearer::Service {
            name: "short-lived".to_owned(),
            role: Role::Admin.to_string(),
        };
        let issued = app.issue(bearer, &[]).await.unwrap();
        let other = app.token_for(Role::Admin).await;
        let mut socket = Socket::of(&app.url, &issued.token).await;
        let mut lasting = Socket::of(&app.url, &other).await;
        socket.subscribe("a", USERS, json!({})).await;
        lasting.subscribe("a", USERS, json!({})).await;
        assert!(is_silent(&mut socket).await);
        revoke_elsewhere(app, issued.id).await;
        assert_eq!(closes_at_once(&mut socket).await, 4401);
        // Whoever else there is goes on.
        let ada = fixtures::user(&app.database, "Ada Byron", &[]).await;
        touch(app, &ada).await;
        event(&mut lasting, "a").await;
    })
    .await;
}

#[tokio::test]
async fn a_token_whose_time_is_over_ends_its_streams() {
    let app = super::hub(&[]).await;
    let token = app.token_for(Role::Admin).await;
    let mut socket = Socket::of(&app.url, &token).await;
    socket.subscribe("a", USERS, json!({})).await;
    assert!(is_silent(&mut socket).await);
    app.clock.set(TestApp::now() + TimeDelta::days(2));
    assert_eq!(closes_at_once(&mut socket).await, 4401);
    app.stop().await;
}

#[tokio::test]
async fn who_has_other_roles_from_now_on_sees_with_these() {
    each_app(async |app| {
        let ada = fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await;
        let token = app.token_of(&ada.email).await;
        let mut socket = Socket::of(&app.url, &token).await;
        let tokens = "subscription { changed(entities: [API_TOKEN]) { id } }";
        socket.subscribe("a", tokens, json!({})).await;
        assert!(is_silent(&mut socket).await);
        let _seen = app.token_for(Role::Analyst).await;
        event(&mut socket, "a").await;
        // A rep sees no tokens of systems.
        let row = user::Entity::find_by_id(ada.id)
            .one(app.database.reads())
            .await;
        let mut row = row.unwrap().unwrap().into_active_model();
        row.roles = Set(json!(["SALES_REP"]));
        row.update(app.database.writes()).await.unwrap();
        touch(app, &ada).await;
        assert!(is_silent(&mut socket).await);
        let _unseen = app.token_for(Role::Analyst).await;
        assert!(is_silent(&mut socket).await);
        // And who may not call any more sees nothing.
        let row = user::Entity::find_by_id(ada.id)
            .one(app.database.reads())
            .await;
        let mut row = row.unwrap().unwrap().into_active_model();
        row.active = Set(false);
        row.update(app.database.writes()).await.unwrap();
        touch(app, &ada).await;
        assert_eq!(closes_at_once(&mut socket).await, 4401);
    })
    .await;
}

#[tokio::test]
async fn whoever_looks_with_other_eyes_goes_on_doing_so() {
    let app = super::hub(&[]).await;
    let token = app.token_for(Role::Admin).await;
    let ada = fixtures::user(&app.database, "Ada Byron", &[]).await;
    let header = format!("Bearer {token}");
    let headers = [("authorization", header.as_str()), ("view-as", "SALES_REP")];
    let mut socket = Socket::open(&app.url, &headers).await.unwrap();
    socket.say(&json!({ "type": "connection_init" })).await;
    assert_eq!(socket.message().await["type"], "connection_ack");
    let tokens = "subscription { changed(entities: [API_TOKEN]) { id } }";
    socket.subscribe("tokens", tokens, json!({})).await;
    socket.subscribe("users", USERS, json!({})).await;
    assert!(is_silent(&mut socket).await);
    app.issuer().known.forget(&Outdated::All);
    let _unseen = app.token_for(Role::Analyst).await;
    assert!(is_silent(&mut socket).await);
    touch(&app, &ada).await;
    event(&mut socket, "users").await;
    app.stop().await;
}

async fn stop(running: Running) -> Duration {
    let since = Instant::now();
    running.stop(pending()).await.unwrap();
    since.elapsed()
}

#[tokio::test]
async fn a_hub_that_stops_says_so_and_does_not_wait() {
    let app = super::hub(&[]).await;
    let token = app.token_for(Role::Admin).await;
    let replica = app.replica().await;
    let mut socket = Socket::of(&replica.url, &token).await;
    socket.subscribe("a", USERS, json!({})).await;
    let request = app
        .http
        .post(format!("{}/graphql", replica.url))
        .bearer_auth(&token)
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .body(json!({ "query": USERS }).to_string());
    let mut events = request.send().await.unwrap();
    assert_eq!(events.chunk().await.unwrap().unwrap(), ":\n\n");
    // It closes the database, which the other hub of this test reads from as well.
    let stopping = tokio::spawn(stop(replica));
    assert_eq!(socket.closed().await, 1001);
    let mut last = String::new();
    while let Some(chunk) = events.chunk().await.unwrap() {
        last.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    assert!(last.ends_with("event: complete\ndata:\n\n"), "{last}");
    let took = stopping.await.unwrap();
    assert!(took < Duration::from_secs(5), "{took:?}");
}
