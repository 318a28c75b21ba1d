//! What subscriptions tell, to whom, and from when on.

use std::time::{Duration, Instant};

use api::views::Role;
use serde_json::{Value, json};
use tests::{app::each_app, fixtures, socket::Socket};

use super::{USERS, event, id_of, is_silent, record, touch};

#[tokio::test]
async fn who_subscribes_hears_of_what_happens_from_then_on() {
    each_app(async |app| {
        let ada = fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await;
        touch(app, &ada).await;
        let token = app.token_for(Role::Admin).await;
        let mut socket = Socket::of(&app.url, &token).await;
        socket.subscribe("a", USERS, json!({})).await;
        // Nothing of before.
        assert!(is_silent(&mut socket).await);
        for _ in 0..3 {
            touch(app, &ada).await;
        }
        for _ in 0..3 {
            let event = event(&mut socket, "a").await;
            assert_eq!(
                (&event["kind"], &event["id"]),
                (&json!("UPDATED"), &json!(id_of(&ada)))
            );
        }
        // And nothing once they want no more.
        socket.say(&json!({ "id": "a", "type": "complete" })).await;
        touch(app, &ada).await;
        assert!(is_silent(&mut socket).await);
    })
    .await;
}

#[tokio::test]
async fn who_was_away_goes_on_where_they_were() {
    each_app(async |app| {
        let users = [
            fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await,
            fixtures::user(&app.database, "Grace Hopper", &[Role::Admin]).await,
        ];
        let token = app.token_for(Role::Admin).await;
        let mut socket = Socket::of(&app.url, &token).await;
        socket.subscribe("a", USERS, json!({})).await;
        assert!(is_silent(&mut socket).await);
        let mut told = Vec::new();
        for round in 0..30 {
            touch(app, &users[round % 2]).await;
        }
        for _ in 0..10 {
            told.push(event(&mut socket, "a").await);
        }
        drop(socket);
        let last = told.last().unwrap()["cursor"].clone();
        touch(app, &users[0]).await;
        let mut socket = Socket::of(&app.url, &token).await;
        socket.subscribe("b", USERS, json!({ "after": last })).await;
        for _ in 0..21 {
            told.push(event(&mut socket, "b").await);
        }
        touch(app, &users[1]).await;
        told.push(event(&mut socket, "b").await);
        let of_whom: Vec<_> = told.iter().map(|event| event["id"].clone()).collect();
        let mut expected: Vec<Value> = (0..30)
            .map(|round| json!(id_of(&users[round % 2])))
            .collect();
        expected.extend([json!(id_of(&users[0])), json!(id_of(&users[1]))]);
        assert_eq!(of_whom, expected);
    })
    .await;
}

#[tokio::test]
async fn several_subscriptions_share_a_socket_and_each_hears_what_it_asked_for() {
    each_app(async |app| {
        let ada = fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await;
        let token = app.token_for(Role::Admin).await;
        let mut socket = Socket::of(&app.url, &token).await;
        let leads = "subscription { changed(entities: [LEAD]) { cursor } }";
        socket.subscribe("leads", leads, json!({})).await;
        let aliased = "subscription { it: changed(entities: [USER, LEAD]) { ...What } } \
                       fragment What on Change { id node { ... on User { name } } }";
        socket.subscribe("both", aliased, json!({})).await;
        socket.subscribe("users", USERS, json!({})).await;
        assert!(is_silent(&mut socket).await);
        touch(app, &ada).await;
        let mut heard = [socket.message().await, socket.message().await];
        heard.sort_by_key(|message| message["id"].to_string());
        assert_eq!(
            heard[0]["payload"]["data"]["it"],
            json!({ "id": id_of(&ada), "node": { "name": "Ada Byron" } })
        );
        assert_eq!(heard[1]["id"], "users");
        assert!(is_silent(&mut socket).await);
    })
    .await;
}

#[tokio::test]
async fn a_thousand_streams_of_one_view_are_one_read() {
    let app = super::hub(&[
        ("LIMITS__SUBSCRIPTIONS_OF_A_SOCKET", "1000"),
        ("LIMITS__CONCURRENT_OPERATIONS", "1000"),
    ])
    .await;
    let ada = fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await;
    let token = app.token_for(Role::Admin).await;
    let mut socket = Socket::of(&app.url, &token).await;
    for number in 0..1_000 {
        socket
            .subscribe(&number.to_string(), USERS, json!({}))
            .await;
    }
    // An answer to what was asked last: all have begun, or are about to.
    assert!(is_silent(&mut socket).await);
    touch(&app, &ada).await;
    for _ in 0..1_000 {
        socket.message().await;
    }
    let _first = app.take_statements();
    touch(&app, &ada).await;
    for _ in 0..1_000 {
        socket.message().await;
    }
    let reads = app.take_statements();
    let reads = reads.iter().filter(|sql| sql.contains("feed_id")).count();
    assert!(reads < 20, "{reads} reads");
    app.stop().await;
}

#[tokio::test]
async fn many_who_each_see_something_else_are_told_and_nobody_waits_for_it() {
    const PEOPLE: usize = 200;
    each_app(async |app| {
        let ada = fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await;
        let admin = app.token_for(Role::Admin).await;
        let mut sockets = Vec::with_capacity(PEOPLE);
        for number in 0..PEOPLE {
            let name = format!("Rep {number}");
            let rep = fixtures::user(&app.database, &name, &[Role::SalesRep]).await;
            let mut socket = Socket::of(&app.url, &app.token_of(&rep.email).await).await;
            socket.subscribe("a", USERS, json!({})).await;
            sockets.push(socket);
        }
        assert!(is_silent(sockets.last_mut().unwrap()).await);
        touch(app, &ada).await;
        let began = Instant::now();
        let telling = async {
            for socket in &mut sockets {
                event(socket, "a").await;
            }
            began.elapsed()
        };
        let asking = async {
            let mut slowest = Duration::ZERO;
            for _ in 0..5 {
                let asked = Instant::now();
                let answer = app
                    .graphql(&admin, "{ users { totalCount } }", json!({}))
                    .await;
                assert_eq!(answer.data()["users"]["totalCount"], PEOPLE + 1);
                slowest = slowest.max(asked.elapsed());
            }
            slowest
        };
        let (told, slowest) = tokio::join!(telling, asking);
        println!(
            "{PEOPLE} views were told after {told:?}, and others waited {slowest:?} at the most"
        );
        assert!(told < Duration::from_secs(10), "{told:?}");
        assert!(slowest < Duration::from_secs(3), "{slowest:?}");
    })
    .await;
}

#[tokio::test]
async fn activity_is_what_happens_to_rows_of_one_s_own() {
    each_app(async |app| {
        let rep = fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await;
        let other = fixtures::user(&app.database, "Grace Hopper", &[Role::Admin]).await;
        let own = fixtures::account(&app.database, "Own", None, Some(&rep)).await;
        let foreign = fixtures::account(&app.database, "Foreign", None, Some(&other)).await;
        let mut socket = Socket::of(&app.url, &app.token_of(&rep.email).await).await;
        for (id, arguments) in [("mine", ""), ("all", "(scope: ALL)")] {
            let query = format!("subscription {{ activity{arguments} {{ id node {{ ... on Account {{ name }} }} }} }}");
            socket.subscribe(id, &query, json!({})).await;
        }
        assert!(is_silent(&mut socket).await);
        for account in [&foreign, &own] {
            record(app, ("account", account.id), json!({ "name": ["Before", account.name] })).await;
        }
        let mut told = Vec::new();
        for _ in 0..3 {
            let message = socket.message().await;
            let name = &message["payload"]["data"]["activity"]["node"]["name"];
            told.push((message["id"].clone(), name.clone()));
        }
        told.sort_by_key(|told| format!("{told:?}"));
        let expected = [("all", "Foreign"), ("all", "Own"), ("mine", "Own")];
        assert_eq!(told, expected.map(|(id, name)| (json!(id), json!(name))));
        assert!(is_silent(&mut socket).await);
    })
    .await;
}
