//! What the steps of leads start and stop.

use api::{
    auth::{Reach, Viewer},
    change::Author,
    services::{sla, write::Write},
    views::Role,
};
use chrono::TimeDelta;
use entity::{
    lead::{IntentBand, LeadStatus},
    sla_clock::{SlaKind, SlaState},
};
use serde_json::json;
use tests::{
    app::{TestApp, each_app},
    fixtures,
};
use uuid::Uuid;

use super::{
    MONDAY, at, clocks_of, hand_over, id, input, leads, log, move_on, somebody, states, step,
};

use LeadStatus::{Accepted, Disqualified, Mql, New, Nurturing, Recycled, Rejected, Sql, Working};
use SlaKind::{Accept, Dispose, FirstTouch};
use SlaState::{Breached, Cancelled, Met, Running};

const CLOCKS: &str = "query($id: ID!) { lead(id: $id) { slaClocks { nodes { kind state startedAt dueAt warnAt \
    stoppedAt owner { name } policy { name targetMinutes } businessCalendar { name } } } } }";

#[tokio::test]
async fn a_lead_that_is_handed_over_on_a_sunday_is_due_on_monday() {
    each_app(async |app| {
        let (rep, token) = somebody(app, "Rita", Role::SalesRep).await;
        let lead = leads(app, Some(&rep), 1).await.remove(0);
        hand_over(app, std::slice::from_ref(&lead), TestApp::now()).await;
        let shown = async || {
            let variables = json!({ "id": id("Lead", lead.id) });
            let answer = app.graphql(&token, CLOCKS, variables).await;
            answer.data()["lead"]["slaClocks"]["nodes"].clone()
        };
        let accept = json!({
            "kind": "ACCEPT",
            "state": "RUNNING",
            "startedAt": "2026-11-22T12:00:00.000000Z",
            "dueAt": "2026-11-23T13:00:00.000000Z",
            "warnAt": "2026-11-23T12:00:00.000000Z",
            "stoppedAt": null,
            "owner": {"name": "Rita"},
            "policy": {"name": "Accept or reject a lead", "targetMinutes": 240},
            "businessCalendar": {"name": "Monday to Friday, 9 to 17"},
        });
        assert_eq!(shown().await, json!([accept]));

        let accepted = at("2026-11-23T10:00:00Z");
        move_on(app, accepted, vec![step(&lead, Mql, Accepted, accepted)]).await;
        let shown = shown().await;
        let first_touch = json!({
            "kind": "FIRST_TOUCH",
            "state": "RUNNING",
            "startedAt": "2026-11-23T10:00:00.000000Z",
            "dueAt": "2026-11-24T10:00:00.000000Z",
            "warnAt": "2026-11-23T16:00:00.000000Z",
            "stoppedAt": null,
            "owner": {"name": "Rita"},
            "policy": {"name": "Approach an accepted lead", "targetMinutes": 480},
            "businessCalendar": {"name": "Monday to Friday, 9 to 17"},
        });
        assert_eq!(shown[0], first_touch);
        assert_eq!(shown[1]["state"], "MET");
        assert_eq!(shown[1]["stoppedAt"], "2026-11-23T10:00:00.000000Z");
        // One made, one met, one made.
        assert_eq!(log(app).await.len(), 3);
    })
    .await;
}

/// Where a lead goes, and what its clocks say then.
type Way<'w> = (&'w [LeadStatus], &'w [(SlaKind, SlaState)]);

#[tokio::test]
async fn each_step_stops_and_starts_what_it_should() {
    each_app(async |app| {
        let ways: [Way<'_>; 9] = [
            (&[New, Nurturing], &[]),
            (&[New, Mql, Nurturing], &[(Accept, Cancelled)]),
            (&[New, Mql, Disqualified], &[(Accept, Cancelled)]),
            (
                &[New, Mql, Accepted, Working, Sql],
                &[(Accept, Met), (FirstTouch, Met)],
            ),
            (
                &[New, Mql, Accepted, Recycled],
                &[(Accept, Met), (FirstTouch, Cancelled)],
            ),
            (&[New, Mql, Rejected], &[(Accept, Met), (Dispose, Running)]),
            (
                &[New, Mql, Rejected, Recycled, Nurturing],
                &[(Accept, Met), (Dispose, Met)],
            ),
            (
                &[New, Mql, Rejected, Disqualified],
                &[(Accept, Met), (Dispose, Met)],
            ),
            (
                &[New, Mql, Rejected, Mql],
                &[(Accept, Met), (Dispose, Met), (Accept, Running)],
            ),
        ];
        for (way, expected) in ways {
            let lead = leads(app, None, 1).await.remove(0);
            let mut now = at(MONDAY);
            move_on(app, now, vec![step(&lead, None, way[0], now)]).await;
            for pair in way.windows(2) {
                now += TimeDelta::minutes(1);
                move_on(app, now, vec![step(&lead, pair[0], pair[1], now)]).await;
            }
            assert_eq!(states(app, &lead).await, expected, "{way:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_lead_that_is_accepted_too_late_was_breached_whoever_notices_first() {
    each_app(async |app| {
        let lead = leads(app, None, 1).await.remove(0);
        hand_over(app, std::slice::from_ref(&lead), at(MONDAY)).await;
        let late = at("2026-11-23T13:00:00Z");
        move_on(app, late, vec![step(&lead, Mql, Accepted, late)]).await;
        let clocks = clocks_of(app, &lead).await;
        assert_eq!(clocks[0].state, Breached);
        assert_eq!(clocks[0].breached_at, Some(late));
        assert_eq!(clocks[0].met_late_at, Some(late));
        assert_eq!(clocks[1].state, Running);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_hurried_with_a_lead_that_may_buy_some_day() {
    each_app(async |app| {
        let mut lead = leads(app, None, 1).await.remove(0);
        lead.intent_band = IntentBand::Nurture;
        hand_over(app, std::slice::from_ref(&lead), at(MONDAY)).await;
        assert_eq!(states(app, &lead).await, []);
    })
    .await;
}

#[tokio::test]
async fn the_time_to_accept_begins_anew_once_and_then_by_a_managers_decision() {
    each_app(async |app| {
        let one = fixtures::user(&app.database, "One", &[Role::SalesRep]).await;
        let other = fixtures::user(&app.database, "Other", &[Role::SalesRep]).await;
        let mut lead = leads(app, Some(&one), 1).await.remove(0);
        hand_over(app, std::slice::from_ref(&lead), at(MONDAY)).await;
        let mut now = at(MONDAY) + TimeDelta::hours(1);
        lead.owner_id = Some(other.id);
        move_on(app, now, vec![step(&lead, Mql, Mql, now)]).await;
        let clocks = clocks_of(app, &lead).await;
        let of: Vec<_> = clocks.iter().map(|it| (it.state, it.restarts)).collect();
        assert_eq!(of, [(Cancelled, 0), (Running, 1)]);
        assert_eq!(clocks[1].owner_id, Some(other.id));
        assert_eq!(clocks[1].due_at, at("2026-11-23T14:00:00Z"));

        // Again, by the hub: somebody else is waited for, and the time goes on.
        now += TimeDelta::hours(1);
        lead.owner_id = Some(one.id);
        move_on(app, now, vec![step(&lead, Mql, Mql, now)]).await;
        let clocks = clocks_of(app, &lead).await;
        assert_eq!(clocks.len(), 2);
        assert_eq!(clocks[1].owner_id, Some(one.id));
        assert_eq!(clocks[1].due_at, at("2026-11-23T14:00:00Z"));

        // By somebody who may decide that, and by somebody who may not.
        for (role, restarts) in [(Role::Marketer, 1), (Role::SalesManager, 2)] {
            let views = &app.issuer().views;
            let viewer = Viewer::new(
                views,
                (Some(one.id), Uuid::now_v7()),
                "somebody".to_owned(),
                vec![role.to_string()],
                Vec::new(),
                Reach::default(),
            );
            let author = Author::of(&viewer, None);
            now += TimeDelta::minutes(10);
            let tx = app.database.begin().await.unwrap();
            let write = Write::new(&tx, &author, Some(&viewer), now);
            let moved = [step(&lead, Mql, Mql, now)];
            sla::leads_moved(&write, &moved).await.unwrap();
            tx.commit().await.unwrap();
            let clocks = clocks_of(app, &lead).await;
            assert_eq!(clocks.last().unwrap().restarts, restarts, "{role}");
        }

        // In another cycle it begins anew once more.
        lead.cycle = 2;
        now += TimeDelta::minutes(10);
        move_on(app, now, vec![step(&lead, Mql, Disqualified, now)]).await;
        move_on(app, now, vec![step(&lead, New, Mql, now)]).await;
        now += TimeDelta::minutes(10);
        move_on(app, now, vec![step(&lead, Mql, Mql, now)]).await;
        let last = clocks_of(app, &lead).await.pop().unwrap();
        assert_eq!(
            (last.state, last.restarts, last.cycle),
            (Running, 1, Some(2))
        );
    })
    .await;
}

#[tokio::test]
async fn a_recalled_lead_does_not_get_its_one_new_beginning_again() {
    each_app(async |app| {
        let lead = leads(app, None, 1).await.remove(0);
        let mut now = at(MONDAY);
        for (from, to) in [
            (New, Mql),
            (Mql, Mql),
            (Mql, Nurturing),
            (Nurturing, Mql),
            (Mql, Mql),
        ] {
            move_on(app, now, vec![step(&lead, from, to, now)]).await;
            now += TimeDelta::minutes(1);
        }
        let of = clocks_of(app, &lead).await.into_iter();
        let of: Vec<_> = of.map(|it| (it.state, it.restarts)).collect();
        assert_eq!(of, [(Cancelled, 0), (Cancelled, 1), (Running, 1)]);
    })
    .await;
}

#[expect(clippy::print_stdout, reason = "a figure for who looks at it")]
#[tokio::test]
async fn a_thousand_leads_cost_as_many_statements_as_two() {
    each_app(async |app| {
        let mut counts = Vec::new();
        for count in [2, 1_000] {
            let leads = leads(app, None, count).await;
            hand_over(app, &leads, at(MONDAY)).await;
            let now = at("2026-11-23T10:00:00Z");
            let moved = leads.iter().map(|lead| step(lead, Mql, Accepted, now));
            let moved = moved.collect();
            let _before = app.take_statements();
            move_on(app, now, moved).await;
            let statements = app.take_statements();
            // SQLite inserts 256 rows at a time, and the rest in powers of two.
            let distinct = statements.iter().filter(|sql| !sql.starts_with("INSERT"));
            counts.push(distinct.count());
        }
        assert_eq!(counts[0], counts[1]);
        println!("{} statements beside inserts", counts[0]);
        assert!(counts[0] <= 10, "{counts:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_deleted_is_not_waited_for() {
    each_app(async |app| {
        let (rep, _) = somebody(app, "Rita", Role::SalesRep).await;
        let (_, token) = somebody(app, "Ada", Role::Admin).await;
        let lead = leads(app, Some(&rep), 1).await.remove(0);
        hand_over(app, std::slice::from_ref(&lead), at(MONDAY)).await;
        let deed = async |deed: &str| {
            let mutation = format!(
                "mutation($input: {0}Input!) {{ {1}Lead(input: $input) {{ outcome }} }}",
                if deed == "delete" {
                    "Delete"
                } else {
                    "Destroy"
                },
                deed
            );
            let said = json!({ "id": id("Lead", lead.id) });
            let answer = app.graphql(&token, &mutation, input(&said)).await;
            assert!(answer.body["errors"].is_null(), "{}", answer.body);
        };
        deed("delete").await;
        assert_eq!(states(app, &lead).await, [(Accept, Cancelled)]);
        deed("destroy").await;
        assert_eq!(states(app, &lead).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_clock_is_seen_by_who_sees_what_it_is_about() {
    each_app(async |app| {
        let (rita, token) = somebody(app, "Rita", Role::SalesRep).await;
        let (rob, others) = somebody(app, "Rob", Role::SalesRep).await;
        let mine = leads(app, Some(&rita), 1).await;
        let theirs = leads(app, Some(&rob), 2).await;
        hand_over(app, &mine, at(MONDAY)).await;
        hand_over(app, &theirs, at(MONDAY)).await;
        let count = "{ slaClocks { totalCount } slaClockGroups(by: [{kind: VALUE}]) { count } }";
        for (token, expected) in [(token, 1), (others, 2)] {
            let answer = app.graphql(&token, count, json!({})).await;
            assert_eq!(answer.data()["slaClocks"]["totalCount"], expected);
            assert_eq!(answer.data()["slaClockGroups"][0]["count"], expected);
        }
    })
    .await;
}
