//! How tokens end, and others take their place.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use api::{
    change::{self as log, Author, Change},
    services::token::Terms,
    views::Role,
};
use chrono::TimeDelta;
use entity::{api_token, change::ChangeKind, user, user_territory};
use reqwest::StatusCode;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, IntoActiveModel};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client, fixtures,
};
use uuid::Uuid;

use super::{REVOKE, ROTATE, WHO, changes, ends_within_a_second, input, made};

#[tokio::test]
async fn a_rotated_token_and_the_new_one_overlap() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let (old, id) = made(
            app,
            &admin,
            json!({ "name": "etl", "role": "ANALYST", "days": 90 }),
        )
        .await;
        let of = json!({ "id": id, "overlapHours": 2, "days": 60 });
        let answer = app.graphql(&admin, ROTATE, input(&of)).await;
        let rotated = &answer.data()["rotateToken"];
        let new = rotated["token"].as_str().unwrap().to_owned();
        let from = json!({ "id": id, "expiresAt": "2026-11-22T14:00:00.000000Z" });
        assert_eq!(rotated["apiToken"]["rotatedFrom"], from);
        assert_eq!(rotated["apiToken"]["name"], "etl");
        assert_eq!(
            rotated["apiToken"]["expiresAt"],
            "2027-01-21T12:00:00.000000Z"
        );
        let status = async |token: &str| app.graphql(token, WHO, json!({})).await.status;
        assert_eq!(
            (status(&old).await, status(&new).await),
            (StatusCode::OK, StatusCode::OK)
        );
        app.clock.set(TestApp::now() + TimeDelta::hours(2));
        assert_eq!(
            (status(&old).await, status(&new).await),
            (StatusCode::UNAUTHORIZED, StatusCode::OK)
        );
        let admin = app.token_for(Role::Admin).await;
        let again = app
            .graphql(&admin, ROTATE, input(&json!({ "id": id })))
            .await;
        assert_eq!(again.codes(), ["NOT_FOUND"]);
        let kinds: Vec<_> = changes(app)
            .await
            .into_iter()
            .map(|change| change.kind)
            .collect();
        let updates = kinds.iter().filter(|kind| **kind == ChangeKind::Updated);
        assert_eq!(updates.count(), 1);
    })
    .await;
}

#[tokio::test]
async fn rotating_under_load_fails_no_request() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let (old, id) = made(app, &admin, json!({ "name": "etl", "role": "ANALYST" })).await;
        let current = std::sync::Mutex::new(old.clone());
        let (done, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
        let ask = async || {
            while !done.load(Ordering::Relaxed) {
                let token = current.lock().unwrap().clone();
                let answer = app.graphql(&token, WHO, json!({})).await;
                assert_eq!(answer.status, StatusCode::OK);
                answered.fetch_add(1, Ordering::Relaxed);
            }
        };
        let rotate = async {
            let mut id = id;
            for _ in 0..5 {
                let more = answered.load(Ordering::Relaxed) + 20;
                let answer = app
                    .graphql(
                        &admin,
                        ROTATE,
                        input(&json!({ "id": id, "overlapHours": 1 })),
                    )
                    .await;
                let rotated = &answer.data()["rotateToken"];
                // The old one is used for a while, as by a system that has not learnt of the new one.
                while answered.load(Ordering::Relaxed) < more {
                    tokio::task::yield_now().await;
                }
                *current.lock().unwrap() = rotated["token"].as_str().unwrap().to_owned();
                id = rotated["apiToken"]["id"].as_str().unwrap().to_owned();
            }
            done.store(true, Ordering::Relaxed);
        };
        tokio::join!(ask(), ask(), ask(), rotate);
        assert_ne!(*current.lock().unwrap(), old);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_taken_back_ends_at_once_here_and_within_a_second_elsewhere() {
    each_app(async |app| {
        let elsewhere = app.replica().await;
        let admin = app.token_for(Role::Admin).await;
        let (token, id) = made(app, &admin, json!({ "name": "etl", "role": "ANALYST" })).await;
        for url in [&app.url, &elsewhere.url] {
            for _ in 0..3 {
                let _answered = client::graphql(&app.http, url, &token, WHO, json!({}))
                    .await
                    .data();
            }
        }
        let answer = app
            .graphql(&admin, REVOKE, input(&json!({ "id": id })))
            .await;
        let revoked = json!({ "id": id, "revokedAt": "2026-11-22T12:00:00.000000Z" });
        assert_eq!(answer.data()["revokeToken"]["apiToken"], revoked);
        let answer = app.graphql(&token, WHO, json!({})).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        ends_within_a_second(app, &elsewhere.url, &token).await;
        let again = app
            .graphql(&admin, REVOKE, input(&json!({ "id": id })))
            .await;
        assert_eq!(again.codes(), ["NOT_FOUND"]);
    })
    .await;
}

/// Asks each of `urls` until the answer is `expected`. Nothing that is asked a second or more after the change is
/// answered as before.
async fn are_told_within_a_second(
    app: &TestApp,
    urls: [&str; 2],
    token: &str,
    query: &str,
    expected: Value,
) {
    let changed = Instant::now();
    for url in urls {
        loop {
            let asked = changed.elapsed();
            let answer = client::graphql(&app.http, url, token, query, json!({})).await;
            if *answer.data() == expected {
                break;
            }
            assert!(asked < Duration::from_secs(1), "as before after {asked:?}");
        }
    }
}

/// Records in `tx` that `row` was changed, as whatever changes it does, and commits.
async fn record(tx: DatabaseTransaction, row: (&'static str, Uuid)) {
    let change = Change::by(&Author::SYSTEM, TestApp::now(), row, ChangeKind::Updated);
    log::record(&tx, vec![change]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_user_who_leaves_or_changes_is_another_within_a_second_everywhere() {
    each_app(async |app| {
        let elsewhere = app.replica().await;
        let urls = [app.url.as_str(), elsewhere.url.as_str()];
        let user = fixtures::user(&app.database, "Rita Rep", &[Role::SalesRep]).await;
        let token = app.token_of(&user.email).await;
        let change = async |set: fn(&mut user::ActiveModel)| {
            let mut changed = user.clone().into_active_model();
            set(&mut changed);
            let tx = app.database.begin().await.unwrap();
            changed.update(&tx).await.unwrap();
            record(tx, ("user", user.id)).await;
        };
        let who = |role: &str| json!({ "viewer": { "name": "Rita Rep", "roles": [role] } });
        are_told_within_a_second(app, urls, &token, WHO, who("SALES_REP")).await;
        change(|user| user.roles = Set(json!(["ANALYST"]))).await;
        are_told_within_a_second(app, urls, &token, WHO, who("ANALYST")).await;
        change(|user| user.active = Set(false)).await;
        for url in urls {
            ends_within_a_second(app, url, &token).await;
        }
    })
    .await;
}

#[tokio::test]
async fn who_is_given_a_territory_sees_it_within_a_second_everywhere() {
    each_app(async |app| {
        let (db, elsewhere) = (&app.database, app.replica().await);
        let urls = [app.url.as_str(), elsewhere.url.as_str()];
        let user = fixtures::user(db, "Rita Rep", &[Role::SalesRep]).await;
        let here = fixtures::territory(db, "/HERE/", None, &[&user]).await;
        let there = fixtures::territory(db, "/THERE/", None, &[]).await;
        fixtures::account(db, "Near", Some(&here), None).await;
        fixtures::account(db, "Far", Some(&there), None).await;
        let token = app.token_of(&user.email).await;
        let query = "{ accounts(orderBy: [{name: ASC}]) { nodes { name } } }";
        let names = |names: &[&str]| {
            let nodes: Vec<_> = names.iter().map(|name| json!({ "name": name })).collect();
            json!({ "accounts": { "nodes": nodes } })
        };
        are_told_within_a_second(app, urls, &token, query, names(&["Near"])).await;
        let pair = user_territory::ActiveModel {
            user_id: Set(user.id),
            territory_id: Set(there.id),
            created_at: Set(TestApp::now()),
            created_by: Set(None),
        };
        let tx = db.begin().await.unwrap();
        pair.insert(&tx).await.unwrap();
        record(tx, ("user_territory", user.id)).await;
        are_told_within_a_second(app, urls, &token, query, names(&["Far", "Near"])).await;
    })
    .await;
}

#[tokio::test]
async fn a_token_ends_when_its_row_says_so_whatever_it_says_itself() {
    each_app(async |app| {
        let terms = Terms {
            days: Some(1),
            scopes: Vec::new(),
        };
        let user = fixtures::user(&app.database, "Rita Rep", &[Role::SalesRep]).await;
        let issuer = app.issuer();
        let made = issuer
            .as_operator(async |write| issuer.issue_to_user(write, &user.email, terms).await)
            .await
            .unwrap();
        let expired = api_token::ActiveModel {
            id: Set(made.id),
            expires_at: Set(TestApp::now() - TimeDelta::seconds(5)),
            ..Default::default()
        };
        expired.update(app.database.writes()).await.unwrap();
        let answer = app.graphql(&made.token, WHO, json!({})).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn what_was_made_with_a_token_that_leaked_ends_with_it() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let new = |name: &str| json!({ "name": name, "role": "ADMIN", "scopes": ["*:read", "token:write"] });
        let (leaked, id) = made(app, &admin, new("leaked")).await;
        let (child, child_id) = made(app, &leaked, new("child")).await;
        let (grandchild, _) = made(app, &child, new("grandchild")).await;
        let answer = app.graphql(&leaked, ROTATE, input(&json!({ "id": child_id }))).await;
        let rotated = answer.data()["rotateToken"]["token"].as_str().unwrap().to_owned();
        let (other, _) = made(app, &admin, new("other")).await;
        let revoke = "mutation($id: ID!) { revokeToken(input: {id: $id, andMadeWithIt: true}) { count } }";
        let answer = app.graphql(&admin, revoke, json!({ "id": id })).await;
        assert_eq!(answer.data(), &json!({ "revokeToken": { "count": 4 } }));
        for (token, expected) in [
            (&leaked, StatusCode::UNAUTHORIZED),
            (&child, StatusCode::UNAUTHORIZED),
            (&grandchild, StatusCode::UNAUTHORIZED),
            (&rotated, StatusCode::UNAUTHORIZED),
            (&other, StatusCode::OK),
            (&admin, StatusCode::OK),
        ] {
            let answer = app.graphql(token, WHO, json!({})).await;
            assert_eq!(answer.status, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn without_an_overlap_a_rotated_token_ends_at_once() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let (old, id) = made(app, &admin, json!({ "name": "etl", "role": "ANALYST" })).await;
        let of = json!({ "id": id, "overlapHours": 0 });
        let answer = app.graphql(&admin, ROTATE, input(&of)).await;
        assert_eq!(answer.codes(), [""; 0]);
        let answer = app.graphql(&old, WHO, json!({})).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}
