//! When feedback is due: as its clock says, whatever happens with it.

use std::collections::HashMap;

use api::views::Role;
use entity::{feedback, sla_clock};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};

use super::{BETWEEN, gid, problem, take, team, user};

/// That each piece of feedback is due when its clock is that somebody waits for, and not at all where there is none.
async fn is_kept(app: &TestApp, at: &str) {
    let waiting = sla_clock::Entity::find()
        .filter(sla_clock::Column::StoppedAt.is_null())
        .filter(sla_clock::Column::FeedbackId.is_not_null());
    let waiting = waiting.all(app.database.reads()).await.unwrap();
    let mut due: HashMap<_, _> = HashMap::new();
    for clock in waiting {
        let other = due.insert(clock.feedback_id.unwrap(), clock.due_at);
        assert_eq!(other, None, "{at}: two clocks of one piece of feedback");
    }
    let rows = feedback::Entity::find().all(app.database.reads()).await;
    for row in rows.unwrap() {
        assert_eq!(row.due_at.as_ref(), due.get(&row.id), "{at}");
    }
}

async fn due_of(app: &TestApp, token: &str, id: &Value) -> Value {
    let query = "query ($id: ID!) { feedback(id: $id) { dueAt version history(first: 1) { nodes { fields { field after } } } } }";
    let answer = app.graphql(token, query, json!({ "id": id })).await;
    answer.data()["feedback"].clone()
}

#[tokio::test]
async fn feedback_is_due_when_its_clock_is() {
    each_app(async |app| {
        let team = team(app).await;
        let [(rep, rep_token), (marketer, marketer_token)] = BETWEEN.map(|role| user(&team, role));
        let (_, manager) = user(&team, Role::MarketingManager);
        let (_, leader) = user(&team, Role::RevenueLeader);
        let account = fixtures::account(&app.database, "Acme", None, Some(rep)).await;
        // A Monday in the morning, when the office of the default calendar is open.
        app.clock.set("2026-11-23T09:00:00Z".parse().unwrap());
        let given = json!({ "kind": "MESSAGING", "verbatim": "Too long.", "accountId": gid("Account", account.id) });
        let answer = take(app, rep_token, "giveFeedback", given).await;
        let id = answer.data()["giveFeedback"]["feedback"]["id"].clone();
        is_kept(app, "given").await;
        let told = due_of(app, leader, &id).await;
        assert_eq!(told["dueAt"], "2026-11-24T17:00:00.000000Z", "two working days: 960 minutes");
        assert_eq!(told["version"], 1);

        let of = |more: Value| {
            let mut said = json!({ "id": id });
            said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            said
        };
        let url = json!({ "resolvedByUrl": "https://example.com/letter" });
        let steps = [
            (manager, "assignFeedback", json!({ "assigneeId": gid("User", marketer.id) }), true),
            (marketer_token, "acknowledgeFeedback", json!({}), true),
            (manager, "declineFeedback", json!({ "reason": "no" }), false),
            (rep_token, "appealFeedback", json!({ "reason": "yes" }), false),
            (leader, "decideAppeal", json!({ "to": "REOPENED", "reason": "yes" }), true),
            (marketer_token, "acknowledgeFeedback", json!({}), true),
            (marketer_token, "planFeedback", json!({}), true),
            (marketer_token, "actionFeedback", url.clone(), true),
            (rep_token, "reopenFeedback", json!({ "reason": "not yet" }), true),
            (marketer_token, "acknowledgeFeedback", json!({}), true),
            (marketer_token, "planFeedback", json!({}), true),
            (marketer_token, "actionFeedback", url, true),
            (rep_token, "verifyFeedback", json!({}), false),
        ];
        for (hour, (token, step, more, waited)) in steps.into_iter().enumerate() {
            let hour = i64::try_from(hour).unwrap();
            let monday = "2026-11-23T09:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
            app.clock.set(monday + chrono::TimeDelta::minutes(10 * (hour + 1)));
            let before = due_of(app, leader, &id).await;
            let answer = take(app, token, step, of(more)).await;
            assert_eq!(problem(&answer), ("", ""), "{step}");
            is_kept(app, step).await;
            let after = due_of(app, leader, &id).await;
            assert_eq!(!after["dueAt"].is_null(), waited, "{step}");
            // What is due otherwise is told with the step.
            let fields = after["history"]["nodes"][0]["fields"].as_array().unwrap();
            let told = fields.iter().find(|it| it["field"] == "dueAt");
            assert_eq!(told.is_some(), before["dueAt"] != after["dueAt"], "{step}");
            if let Some(told) = told {
                assert_eq!(told["after"], after["dueAt"], "{step}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_breached_is_due_still_and_what_is_deleted_is_not() {
    each_app(async |app| {
        let team = team(app).await;
        let (rep, rep_token) = user(&team, Role::SalesRep);
        let (admin, _) = user(&team, Role::Admin);
        let account = fixtures::account(&app.database, "Acme", None, Some(rep)).await;
        let given = json!({ "kind": "MESSAGING", "verbatim": "Too long.", "accountId": gid("Account", account.id) });
        let answer = take(app, rep_token, "giveFeedback", given).await;
        let id = answer.data()["giveFeedback"]["feedback"]["id"].clone();
        let first = due_of(app, rep_token, &id).await["dueAt"].clone();
        app.clock.set("2026-12-07T09:00:00Z".parse().unwrap());
        let admin = &app.token_of(&admin.email).await;
        let round = api::services::sla::watch::round(&app.database, &app.clock).await;
        assert!(round.unwrap().changed);
        is_kept(app, "breached").await;
        assert_eq!(due_of(app, admin, &id).await["dueAt"], first);

        let delete = "mutation ($id: ID!) { deleteFeedback(input: { id: $id }) { feedback { id } } }";
        let restore = "mutation ($id: ID!) { restoreFeedback(input: { id: $id }) { feedback { dueAt } } }";
        let _ = app.graphql(admin, delete, json!({ "id": id })).await.data();
        is_kept(app, "deleted").await;
        let answer = app.graphql(admin, restore, json!({ "id": id })).await;
        assert_eq!(answer.data()["restoreFeedback"]["feedback"]["dueAt"], "2026-12-08T17:00:00.000000Z");
        is_kept(app, "restored").await;
        let _ = take(app, admin, "acknowledgeFeedback", json!({ "id": id })).await.data();
        is_kept(app, "acknowledged").await;
    })
    .await;
}

#[tokio::test]
async fn many_steps_cost_no_more_statements_than_few() {
    each_app(async |app| {
        let team = team(app).await;
        let (rep, rep_token) = user(&team, Role::SalesRep);
        let (_, manager) = user(&team, Role::MarketingManager);
        let account = fixtures::account(&app.database, "Acme", None, Some(rep)).await;
        let mut costs = Vec::new();
        for count in [16, 512] {
            let said = json!({ "kind": "MESSAGING", "verbatim": "Too long.", "accountId": gid("Account", account.id) });
            let said = vec![said; count];
            let give = "mutation ($input: [GiveFeedbackInput!]!) { giveFeedbackItems(input: $input) { results { id outcome } } }";
            let _before = app.take_statements();
            let answer = app.graphql(rep_token, give, json!({ "input": said })).await;
            let given = app.take_statements().len();
            let results = answer.data()["giveFeedbackItems"]["results"].as_array().unwrap();
            let ids: Vec<Value> = results.iter().map(|it| json!({ "id": it["id"] })).collect();
            let step = "mutation ($input: [AcknowledgeFeedbackInput!]!) { acknowledgeFeedbackItems(input: $input) { results { outcome } } }";
            let answer = app.graphql(manager, step, json!({ "input": ids })).await;
            assert_eq!(answer.data()["acknowledgeFeedbackItems"]["results"].as_array().unwrap().len(), count);
            costs.push((given, app.take_statements().len()));
        }
        is_kept(app, "acknowledged").await;
        let [(given, taken), (many_given, many_taken)] = costs[..] else { panic!("{costs:?}") };
        // SQLite inserts up to 256 rows with a statement, and what is left over in powers of two.
        assert!(many_given <= given + 12, "{given} and {many_given}");
        assert!(many_taken <= taken + 12, "{taken} and {many_taken}");
    })
    .await;
}
