//! Who is out of office is not waited for.

use api::{services::sla::watch::round, views::Role};
use chrono::{DateTime, Utc};
use entity::{
    sla_clock::{self, SlaState},
    user,
};
use futures::future::join_all;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use serde_json::json;
use tests::app::{TestApp, each_app};

use super::{MONDAY, at, changes_of, clocks_of, hand_over, id, input, leads, somebody};

async fn away(app: &TestApp, user: &user::Model, from: Option<&str>, until: Option<&str>) {
    let absence = user::ActiveModel {
        id: Set(user.id),
        out_of_office_from: Set(from.map(at)),
        out_of_office_until: Set(until.map(at)),
        ..Default::default()
    };
    let tx = app.database.begin().await.unwrap();
    absence.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// Sets the clock, has three hubs look at once, and says when there is something to do next.
async fn looked(app: &TestApp, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    app.clock.set(now);
    let rounds = join_all((0..3).map(|_| round(&app.database, &app.clock))).await;
    rounds
        .into_iter()
        .map(|round| round.unwrap().next)
        .min()
        .flatten()
}

#[tokio::test]
async fn clocks_stand_still_while_who_is_waited_for_is_away() {
    each_app(async |app| {
        let (rita, _) = somebody(app, "Rita", Role::SalesRep).await;
        let (rob, _) = somebody(app, "Rob", Role::SalesRep).await;
        let many = leads(app, Some(&rita), 30).await;
        let other = leads(app, Some(&rob), 1).await;
        hand_over(app, &many, at(MONDAY)).await;
        hand_over(app, &other, at(MONDAY)).await;
        let (from, until) = ("2026-11-23T10:30:30Z", "2026-11-24T10:30:30Z");
        away(app, &rita, Some(from), Some(until)).await;

        assert_eq!(looked(app, at(MONDAY)).await, Some(at(from)));
        assert_eq!(clocks_of(app, &many[0]).await[0].state, SlaState::Running);
        looked(app, at(from)).await;
        for lead in &many {
            let clock = &clocks_of(app, lead).await[0];
            assert_eq!(
                (clock.state, clock.paused_at),
                (SlaState::Paused, Some(at(from)))
            );
            assert_eq!(clock.remaining_minutes, Some(150));
        }
        assert_eq!(clocks_of(app, &other[0]).await[0].state, SlaState::Running);
        // When it would have been due, nothing happens.
        looked(app, at("2026-11-23T16:00:00Z")).await;
        assert_eq!(clocks_of(app, &many[0]).await[0].state, SlaState::Paused);
        looked(app, at(until)).await;
        for lead in &many {
            let clock = &clocks_of(app, lead).await[0];
            assert_eq!((clock.state, clock.paused_at), (SlaState::Running, None));
            assert_eq!(
                (clock.due_at, clock.paused_minutes),
                (at("2026-11-24T13:00:00Z"), 480)
            );
        }
        // Each paused and resumed once, by one of three.
        assert_eq!(changes_of(app, "paused_at").await, 60);
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_is_given_to_somebody_who_is_there_goes_on() {
    each_app(async |app| {
        let (rita, _) = somebody(app, "Rita", Role::SalesRep).await;
        let (_, ada) = somebody(app, "Ada", Role::Admin).await;
        let (rob, _) = somebody(app, "Rob", Role::SalesRep).await;
        // She has not said until when.
        away(app, &rita, Some("2026-11-20T00:00:00Z"), None).await;
        let lead = leads(app, Some(&rita), 1).await.remove(0);
        hand_over(app, std::slice::from_ref(&lead), at(MONDAY)).await;
        looked(app, at(MONDAY)).await;
        assert_eq!(clocks_of(app, &lead).await[0].state, SlaState::Paused);
        let mutation =
            "mutation ($input: AssignLeadOwnerInput!) { assignLeadOwner(input: $input) { outcome } }";
        let said = json!({ "id": id("Lead", lead.id), "ownerId": id("User", rob.id), "reason": "she is away" });
        let answer = app.graphql(&ada, mutation, input(&said)).await;
        assert_eq!(answer.data()["assignLeadOwner"]["outcome"], "UPDATED");
        looked(app, at("2026-11-23T10:00:00Z")).await;
        let clocks = sla_clock::Entity::find()
            .all(app.database.reads())
            .await
            .unwrap();
        let [clock] = &clocks[..] else {
            panic!("{clocks:?}")
        };
        assert_eq!(
            (clock.state, clock.owner_id),
            (SlaState::Running, Some(rob.id))
        );
        assert_eq!(clock.due_at, at("2026-11-23T14:00:00Z"));
    })
    .await;
}
