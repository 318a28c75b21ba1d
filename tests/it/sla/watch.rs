//! That time passes: clocks warn and are breached at their instants, once, however many watch.

use std::{
    future::pending,
    time::{Duration, Instant},
};

use api::{
    change::Author,
    services::{
        sla::{self, watch::round},
        write::Write,
    },
    store::sla::{Reached, reached},
    views::Role,
};
use chrono::TimeDelta;
use entity::{
    lead::LeadStatus,
    sla_clock::{self, SlaState},
    user,
};
use futures::future::join_all;
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use tests::{
    app::{TestApp, each_app},
    database::each_database,
    fixtures,
};

use super::{MONDAY, at, changes_of, clocks_of, hand_over, leads, move_on, somebody, states, step};

/// When a lead that was handed over on [`MONDAY`] is due.
const DUE: &str = "2026-11-23T13:00:00Z";

async fn count(app: &TestApp, state: SlaState) -> u64 {
    let clocks = sla_clock::Entity::find().filter(sla_clock::Column::State.eq(state));
    clocks.count(app.database.reads()).await.unwrap()
}

#[tokio::test]
async fn it_warns_and_is_breached_exactly_at_the_instant() {
    each_app(async |app| {
        let manager = fixtures::user(&app.database, "Maria", &[Role::SalesManager]).await;
        let mut rep = fixtures::user(&app.database, "Rita", &[Role::SalesRep]).await;
        rep.manager_id = Some(manager.id);
        reports(app, &rep).await;
        let lead = leads(app, Some(&rep), 1).await.remove(0);
        hand_over(app, std::slice::from_ref(&lead), at(MONDAY)).await;
        let (warning, due) = (at("2026-11-23T12:00:00Z"), at(DUE));
        let moment = TimeDelta::microseconds(1);
        let look = async |now| {
            app.clock.set(now);
            let round = round(&app.database, &app.clock).await.unwrap();
            let clock = clocks_of(app, &lead).await.remove(0);
            (round.changed, round.next, clock)
        };

        let (changed, next, clock) = look(warning - moment).await;
        assert_eq!(
            (changed, next, clock.warned_at),
            (false, Some(warning), None)
        );
        let (changed, next, clock) = look(warning).await;
        assert_eq!(
            (changed, next, clock.warned_at),
            (true, Some(due), Some(warning))
        );
        let (changed, next, clock) = look(due - moment).await;
        assert_eq!(
            (changed, next, clock.state),
            (false, Some(due), SlaState::Running)
        );
        let (changed, next, clock) = look(due).await;
        assert_eq!(
            (changed, next, clock.state),
            (true, None, SlaState::Breached)
        );
        assert_eq!(clock.breached_at, Some(due));
        assert_eq!(clock.escalated_to_id, Some(manager.id));
        assert_eq!(clock.stopped_at, None);
        let (changed, ..) = look(due + TimeDelta::days(1)).await;
        assert!(!changed);
        assert_eq!(changes_of(app, "warned_at").await, 1);
        assert_eq!(changes_of(app, "breached_at").await, 1);

        // What is done at last is late, and stays breached.
        let late = at("2026-11-25T10:00:00Z");
        let accepted = step(&lead, LeadStatus::Mql, LeadStatus::Accepted, late);
        move_on(app, late, vec![accepted]).await;
        let clock = clocks_of(app, &lead).await.remove(0);
        assert_eq!(clock.state, SlaState::Breached);
        assert_eq!(
            (clock.met_late_at, clock.stopped_at),
            (Some(late), Some(late))
        );
        assert_eq!(changes_of(app, "breached_at").await, 1);
    })
    .await;
}

/// Writes whom a user reports to.
async fn reports(app: &TestApp, user: &user::Model) {
    let update = user::Entity::update_many()
        .col_expr(user::Column::ManagerId, Expr::value(user.manager_id))
        .filter(user::Column::Id.eq(user.id));
    update.exec(app.database.writes()).await.unwrap();
}

#[tokio::test]
async fn a_breach_goes_to_nobody_where_there_is_nobody_or_the_policy_says_so() {
    each_app(async |app| {
        let alone = fixtures::user(&app.database, "Rita", &[Role::SalesRep]).await;
        let leads = leads(app, Some(&alone), 1).await;
        hand_over(app, &leads, at(MONDAY)).await;
        app.clock.set(at(DUE));
        round(&app.database, &app.clock).await.unwrap();
        let clock = clocks_of(app, &leads[0]).await.remove(0);
        assert_eq!(
            (clock.state, clock.escalated_to_id),
            (SlaState::Breached, None)
        );
    })
    .await;
}

#[tokio::test]
async fn several_who_watch_at_once_raise_each_breach_once() {
    each_app(async |app| {
        let leads = leads(app, None, 450).await;
        hand_over(app, &leads, at(MONDAY)).await;
        app.clock.set(at("2026-11-23T12:30:00Z"));
        let watch = || join_all((0..4).map(|_| round(&app.database, &app.clock)));
        assert!(watch().await.iter().all(Result::is_ok));
        app.clock.set(at(DUE));
        assert!(watch().await.iter().all(Result::is_ok));
        // Whom others have, who looks skips: what they leave is done by the next look.
        round(&app.database, &app.clock).await.unwrap();
        assert_eq!(count(app, SlaState::Breached).await, 450);
        assert_eq!(changes_of(app, "warned_at").await, 450);
        assert_eq!(changes_of(app, "breached_at").await, 450);
    })
    .await;
}

#[tokio::test]
async fn who_is_killed_on_the_way_loses_and_doubles_nothing() {
    each_app(async |app| {
        let leads = leads(app, None, 3).await;
        hand_over(app, &leads, at(MONDAY)).await;
        let tx = app.database.begin().await.unwrap();
        let due = reached(&tx, Reached::Due, at(DUE), 200).await.unwrap();
        assert_eq!(due.len(), 3);
        // It is killed.
        tx.rollback().await.unwrap();
        // Nobody watches for two days: the breaches are of their instant, and there is nothing left to warn of.
        app.clock.set(at(DUE) + TimeDelta::days(2));
        for _again in 0..2 {
            round(&app.database, &app.clock).await.unwrap();
        }
        for lead in &leads {
            let clock = clocks_of(app, lead).await.remove(0);
            assert_eq!((clock.breached_at, clock.warned_at), (Some(at(DUE)), None));
        }
        assert_eq!(changes_of(app, "breached_at").await, 3);
        assert_eq!(changes_of(app, "warned_at").await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_done_in_time_is_not_breached_by_who_looks_meanwhile() {
    each_app(async |app| {
        if app.database.backend() != DbBackend::Postgres {
            // SQLite has one writer: nobody looks meanwhile.
            return;
        }
        let lead = leads(app, None, 1).await.remove(0);
        hand_over(app, std::slice::from_ref(&lead), at(MONDAY)).await;
        let in_time = at(DUE) - TimeDelta::microseconds(1);
        let tx = app.database.begin().await.unwrap();
        let write = Write::new(&tx, &Author::SYSTEM, None, in_time);
        let accepted = [step(&lead, LeadStatus::Mql, LeadStatus::Accepted, in_time)];
        sla::leads_moved(&write, &accepted).await.unwrap();
        app.clock.set(at(DUE));
        round(&app.database, &app.clock).await.unwrap();
        tx.commit().await.unwrap();
        round(&app.database, &app.clock).await.unwrap();
        assert_eq!(states(app, &lead).await[0].1, SlaState::Met);
        assert_eq!(changes_of(app, "breached_at").await, 0);
    })
    .await;
}

/// Waits until there are so many breaches, and returns how long that took.
async fn wait_for_breaches(app: &TestApp, breaches: u64) -> Duration {
    let since = Instant::now();
    while count(app, SlaState::Breached).await < breaches {
        assert!(since.elapsed() < Duration::from_secs(10), "nobody watches");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    since.elapsed()
}

#[expect(clippy::print_stdout, reason = "a figure for who looks at it")]
#[tokio::test]
async fn hubs_tell_of_a_breach_within_a_second_and_once() {
    let runs = each_database().map(async |database| {
        let app = TestApp::start_with(database, &[("SLA__BACKGROUND", "true")]).await;
        let replica = app.replica().await;
        let (leader, token) = somebody(&app, "Lea", Role::RevenueLeader).await;
        app.clock.set(at(MONDAY));
        let cursor = app.graphql(&token, "{ changeCursor }", json!({})).await;
        let cursor = cursor.data()["changeCursor"].clone();
        let first = leads(&app, None, 3).await;
        hand_over(&app, &first, at(MONDAY)).await;
        app.clock.set(at(DUE));
        let mut slowest = wait_for_breaches(&app, 3).await;
        // Somebody hands over what is due sooner than anything that is slept for.
        let second = leads(&app, None, 2).await;
        hand_over(&app, &second, at(MONDAY)).await;
        slowest = slowest.max(wait_for_breaches(&app, 5).await);
        println!("breached after {slowest:?} at the latest");
        assert!(slowest < Duration::from_secs(1), "{slowest:?}");

        let changes = "query($after: String) { changes(entities: [SLA_CLOCK], after: $after, first: 100) { \
                       nodes { kind id actor { kind } fields { field after } } } }";
        // A day is over, and with it the token.
        let token = app.token_of(&leader.email).await;
        let told = app.graphql(&token, changes, json!({ "after": cursor })).await;
        let told = told.data()["changes"]["nodes"].as_array().unwrap().clone();
        let breaches = told.iter().filter(|change| {
            let mut fields = change["fields"].as_array().into_iter().flatten();
            fields.any(|field| field["field"] == "breachedAt")
        });
        let mut breaches: Vec<_> = breaches.map(|change| change["id"].to_string()).collect();
        breaches.sort_unstable();
        assert_eq!(breaches.len(), 5);
        breaches.dedup();
        assert_eq!(breaches.len(), 5);
        replica.stop(pending()).await.unwrap();
        app.stop().await;
    });
    join_all(runs).await;
}
