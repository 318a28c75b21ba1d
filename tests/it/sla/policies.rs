//! Policies: how they are agreed, and which one counts.

use api::views::Role;
use chrono::TimeDelta;
use entity::lead::{self, IntentBand, LeadSource};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};

use super::{MONDAY, at, clocks_of, hand_over, id, input, leads, problems, somebody};

const CREATE: &str = "mutation($input: CreateSlaPolicyInput!) { createSlaPolicy(input: $input) { \
    slaPolicy { id priority active escalate warnAtPercent condition } } }";
const UPDATE: &str =
    "mutation($input: UpdateSlaPolicyInput!) { updateSlaPolicy(input: $input) { outcome } }";

/// In how many minutes a lead like this is to be accepted that is handed over on Monday at nine.
async fn minutes(app: &TestApp, like: lead::Model) -> Option<i64> {
    let row = leads(app, None, 1).await.remove(0);
    let lead = lead::Model { id: row.id, ..like };
    hand_over(app, std::slice::from_ref(&lead), at(MONDAY)).await;
    let clock = clocks_of(app, &lead).await.pop()?;
    Some((clock.due_at - at(MONDAY)).num_minutes())
}

fn hot() -> lead::Model {
    lead::Model {
        intent_band: IntentBand::Hot,
        ..fixtures::some_lead()
    }
}

async fn made(app: &TestApp, token: &str, said: &Value) -> Value {
    let answer = app.graphql(token, CREATE, input(said)).await;
    answer.data()["createSlaPolicy"]["slaPolicy"].clone()
}

async fn update(app: &TestApp, token: &str, said: &Value) {
    let answer = app.graphql(token, UPDATE, input(said)).await;
    assert_eq!(answer.data()["updateSlaPolicy"]["outcome"], "UPDATED");
}

#[tokio::test]
async fn the_first_policy_that_holds_counts() {
    each_app(async |app| {
        let (_, token) = somebody(app, "Lea", Role::RevenueLeader).await;
        let world = fixtures::territory(&app.database, "/WORLD/", None, &[]).await;
        let emea = fixtures::territory(&app.database, "/WORLD/EMEA/", Some(&world), &[]).await;
        let said = json!({
            "name": "Hot leads of events",
            "kind": "ACCEPT",
            "targetMinutes": 60,
            "priority": 10,
            "condition": {
                "intentBand": ["HOT"],
                "source": ["EVENT", "REFERRAL"],
                "territory": [id("Territory", world.id)],
            },
        });
        let policy = made(app, &token, &said).await;
        assert_eq!(policy["condition"], said["condition"]);
        assert_eq!(
            (&policy["active"], &policy["escalate"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(policy["warnAtPercent"], Value::Null);
        let event = lead::Model {
            source: LeadSource::Event,
            territory_id: Some(emea.id),
            ..hot()
        };
        let of_event = async || minutes(app, event.clone()).await;
        assert_eq!(of_event().await, Some(60));
        let others = [
            lead::Model {
                source: LeadSource::Paid,
                ..event.clone()
            },
            lead::Model {
                intent_band: IntentBand::Warm,
                ..event.clone()
            },
            lead::Model {
                territory_id: None,
                ..event.clone()
            },
        ];
        for other in others {
            assert_eq!(minutes(app, other).await, Some(240));
        }
        // What comes earlier, and what is switched off.
        let said = json!({"name": "All", "kind": "ACCEPT", "targetMinutes": 30, "priority": 1});
        let all = made(app, &token, &said).await;
        assert_eq!(of_event().await, Some(30));
        let off = json!({"id": all["id"], "active": false});
        update(app, &token, &off).await;
        assert_eq!(of_event().await, Some(60));
    })
    .await;
}

#[tokio::test]
async fn without_a_policy_there_is_no_clock_and_one_may_bring_its_calendar() {
    each_app(async |app| {
        let (_, token) = somebody(app, "Ada", Role::Admin).await;
        let policies = "{ slaPolicies(filter: {kind: {eq: ACCEPT}}) { nodes { id name } } }";
        let found = app.graphql(&token, policies, json!({})).await;
        let seeded = found.data()["slaPolicies"]["nodes"][0].clone();
        let calendar = "mutation { createBusinessCalendar(input: {name: \"Always\", timeZone: \"UTC\", hours: { \
            monday: [[\"00:00\", \"24:00\"]], saturday: [[\"00:00\", \"24:00\"]] }}) { businessCalendar { id } } }";
        let calendar = app.graphql(&token, calendar, json!({})).await;
        let calendar = &calendar.data()["createBusinessCalendar"]["businessCalendar"]["id"];
        let said = json!({"id": seeded["id"], "businessCalendarId": calendar, "targetMinutes": 1_000});
        update(app, &token, &said).await;
        let over = TimeDelta::days(5) - TimeDelta::hours(9) + TimeDelta::minutes(100);
        assert_eq!(minutes(app, hot()).await, Some(over.num_minutes()));
        let off = json!({"id": seeded["id"], "active": false});
        update(app, &token, &off).await;
        assert_eq!(minutes(app, hot()).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_condition_that_cannot_hold_is_refused() {
    each_app(async |app| {
        let (_, token) = somebody(app, "Ada", Role::Admin).await;
        let nowhere = "terr_00000000000070008000000000000000";
        let base = |kind: &str, condition: Value| json!({"name": "Wrong", "kind": kind, "targetMinutes": 60, "condition": condition});
        let wrong = [
            (base("ACCEPT", json!({"intentBand": ["hot"]})), "input.condition.intentBand.0"),
            (base("ACCEPT", json!({"source": "EVENT"})), "input.condition.source"),
            (base("ACCEPT", json!({"territory": [nowhere]})), "input.condition.territory.0"),
            (base("ACCEPT", json!({"owner": ["x"]})), "input.condition.owner"),
            (base("FEEDBACK_DECIDE", json!({"source": ["EVENT"]})), "input.condition"),
            (json!({"name": "Wrong", "kind": "ACCEPT", "targetMinutes": 0}), "input.targetMinutes"),
            (
                json!({"name": "Wrong", "kind": "ACCEPT", "targetMinutes": 60, "warnAtPercent": 100}),
                "input.warnAtPercent",
            ),
        ];
        for (said, path) in wrong {
            let answer = app.graphql(&token, CREATE, input(&said)).await;
            assert_eq!(problems(&answer), [("VALIDATION".to_owned(), path.to_owned())]);
        }
    })
    .await;
}

#[tokio::test]
async fn who_works_by_policies_does_not_make_them() {
    each_app(async |app| {
        let said = json!({"name": "Mine", "kind": "ACCEPT", "targetMinutes": 9_999});
        for role in [
            Role::SalesRep,
            Role::SalesManager,
            Role::Marketer,
            Role::Analyst,
        ] {
            let (_, token) = somebody(app, role.as_str(), role).await;
            let answer = app.graphql(&token, CREATE, input(&said)).await;
            assert_eq!(
                problems(&answer),
                [("FORBIDDEN_SCOPE".to_owned(), "input".to_owned())]
            );
            let all = app
                .graphql(&token, "{ slaPolicies { totalCount } }", json!({}))
                .await;
            assert_eq!(all.data()["slaPolicies"]["totalCount"], 9);
        }
    })
    .await;
}
