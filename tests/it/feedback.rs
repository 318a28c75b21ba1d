//! Feedback: who can take which step with it, and that it comes to an end that both sides see.

#![cfg(test)]

mod aims;
mod author;
mod due;
mod mentions;
mod reports;

use api::{
    dataset::{Proviso, Step, Workflow, dataset, global_id},
    views::Role,
};
use entity::{
    account,
    feedback::{self, FeedbackDirection, FeedbackKind, FeedbackState},
    user,
};
use sea_orm::{ActiveEnum, ActiveModelTrait, ActiveValue::Set, IntoActiveModel, Iterable};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    fixtures,
};
use uuid::Uuid;

use crate::workflows::{self, Standing};

/// The author, and who is to answer.
const BETWEEN: [Role; 2] = [Role::SalesRep, Role::Marketer];

fn workflow() -> &'static Workflow {
    dataset()
        .entity("Feedback")
        .unwrap()
        .workflow
        .as_ref()
        .unwrap()
}

fn gid(noun: &str, id: Uuid) -> String {
    global_id(dataset().entity(noun).unwrap(), id)
}

/// Somebody in each role, with a token; the manager of sales leads the rep.
async fn team(app: &TestApp) -> Vec<(Role, user::Model, String)> {
    let mut users = Vec::new();
    for role in Role::ALL {
        users.push((
            role,
            fixtures::user(&app.database, role.as_str(), &[role]).await,
        ));
    }
    let led = user::ActiveModel {
        id: Set(users[0].1.id),
        manager_id: Set(Some(users[1].1.id)),
        ..Default::default()
    };
    write(app, led).await;
    app.forget_callers();
    let mut team = Vec::new();
    for (role, user) in users {
        let token = app.token_of(&user.email).await;
        team.push((role, user, token));
    }
    team
}

async fn write<A>(app: &TestApp, row: A)
where
    A: ActiveModelTrait + sea_orm::ActiveModelBehavior + Send,
    <A::Entity as sea_orm::EntityTrait>::Model: IntoActiveModel<A>,
{
    let tx = app.database.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

fn user(team: &[(Role, user::Model, String)], role: Role) -> (&user::Model, &str) {
    let (_, user, token) = team.iter().find(|(it, ..)| *it == role).unwrap();
    (user, token)
}

/// Feedback of the rep about `account` in each state, which the marketer is to answer.
async fn one_in_each(
    app: &TestApp,
    team: &[(Role, user::Model, String)],
    account: &account::Model,
    appealed: bool,
) -> Vec<feedback::Model> {
    let [author, assignee] = BETWEEN.map(|role| Some(user(team, role).0.id));
    let mut rows = Vec::new();
    for state in FeedbackState::iter() {
        let row = feedback::Model {
            id: Uuid::now_v7(),
            direction: FeedbackDirection::SalesToMarketing,
            kind: FeedbackKind::Messaging,
            campaign_id: None,
            lead_id: None,
            account_id: Some(account.id),
            opportunity_id: None,
            theme: None,
            verbatim: "Too long.".to_owned(),
            sentiment: None,
            author_id: author,
            assignee_id: assignee,
            state,
            due_at: None,
            acknowledged_at: None,
            actioned_at: None,
            verified_at: None,
            resolved_by_campaign_id: None,
            resolved_by_url: None,
            appealed_at: appealed.then(TestApp::now),
            appeal_decided_at: None,
            asset_id: None,
            definition_id: None,
            resolved_by_asset_id: None,
            resolved_by_definition_id: None,
            version: 1,
            created_at: TestApp::now(),
            created_by: author,
            updated_at: TestApp::now(),
            updated_by: author,
            deleted_at: None,
            deleted_by: None,
        };
        let tx = app.database.begin().await.unwrap();
        row.clone().into_active_model().insert(&tx).await.unwrap();
        tx.commit().await.unwrap();
        rows.push(row);
    }
    rows
}

/// All that has to be said for a piece of feedback to take `step`.
fn said(step: &Step, assignee: Uuid) -> Value {
    let mut said = json!({});
    for field in workflow().requires(step) {
        said[&field] = match field.as_str() {
            "to" => json!(step.to[0]),
            "assigneeId" => json!(gid("User", assignee)),
            _ => json!("because"),
        };
    }
    if step.mutation == "actionFeedback" {
        said["resolvedByUrl"] = json!("https://example.com/letter");
    }
    said
}

#[tokio::test]
async fn each_role_takes_the_steps_that_the_table_gives_it_and_nobody_answers_themselves() {
    each_app(async |app| {
        let team = team(app).await;
        let account = fixtures::account(&app.database, "Acme", None, None).await;
        let [author, assignee] = BETWEEN.map(|role| user(&team, role).0.id);
        for appealed in [false, true] {
            let rows = one_in_each(app, &team, &account, appealed).await;
            let standing = async |user: &user::Model, theirs: bool| -> Vec<Standing> {
                let rows = rows.iter().filter(|_| theirs == (user.id == author));
                rows.map(|row| (row.state.to_value(), row.id)).collect()
            };
            let so = |proviso: &Proviso| match proviso {
                Proviso::Filled(_) => appealed,
                Proviso::Empty(field) => field != "appealedAt" || !appealed,
                _ => true,
            };
            let said = |step: &Step| said(step, assignee);
            workflows::each_triple_is_as_the_table_has_it(
                app, "Feedback", &team, standing, said, so,
            )
            .await;
        }
    })
    .await;
}

async fn take(app: &TestApp, token: &str, name: &str, said: Value) -> Response {
    let input = name[..1].to_ascii_uppercase() + &name[1..];
    let document = format!(
        "mutation ($input: {input}Input!) {{ {name}(input: $input) {{ feedback {{ id state direction
           acknowledgedAt actionedAt verifiedAt appealedAt author {{ name }} assignee {{ name }}
           comments {{ nodes {{ body author {{ name }} }} }} }} }} }}"
    );
    app.graphql(token, &document, json!({ "input": said }))
        .await
}

fn problem(answer: &Response) -> (&str, &str) {
    let extensions = &answer.body["errors"][0]["extensions"];
    let text = |name: &str| extensions[name].as_str().unwrap_or_default();
    (text("code"), text("field"))
}

#[tokio::test]
async fn feedback_is_answered_appealed_against_done_and_verified() {
    each_app(async |app| {
        let team = team(app).await;
        let [(rep, rep_token), (marketer, marketer_token)] = BETWEEN.map(|role| user(&team, role));
        let (_, manager) = user(&team, Role::MarketingManager);
        let (_, leader) = user(&team, Role::RevenueLeader);
        let account = fixtures::account(&app.database, "Acme", None, Some(rep)).await;
        let given = json!({ "kind": "MESSAGING", "verbatim": "Too long." });
        let answer = take(app, rep_token, "giveFeedback", given).await;
        assert_eq!(problem(&answer).0, "VALIDATION", "aimed at nothing: {}", answer.body);
        let given = json!({ "kind": "MESSAGING", "verbatim": "Too long.", "accountId": gid("Account", account.id) });
        let answer = take(app, rep_token, "giveFeedback", given).await;
        let feedback = &answer.data()["giveFeedback"]["feedback"];
        assert_eq!(feedback["direction"], "SALES_TO_MARKETING");
        assert_eq!(feedback["author"]["name"], "SALES_REP");
        assert_eq!((&feedback["state"], &feedback["assignee"]), (&json!("OPEN"), &Value::Null));
        let id = json!({ "id": feedback["id"] });
        let with = |field: &str, value: &str| json!({ "id": id["id"], field: value });

        let assigned = with("assigneeId", &gid("User", marketer.id));
        let answer = take(app, manager, "assignFeedback", assigned).await;
        assert_eq!(answer.data()["assignFeedback"]["feedback"]["assignee"]["name"], "MARKETER");
        let answer = take(app, rep_token, "acknowledgeFeedback", id.clone()).await;
        assert_eq!(problem(&answer).0, "FORBIDDEN_SCOPE");
        let answer = take(app, marketer_token, "acknowledgeFeedback", id.clone()).await;
        assert!(answer.data()["acknowledgeFeedback"]["feedback"]["acknowledgedAt"].is_string());
        let declined = with("reason", "it has to be long");
        let _ = take(app, manager, "declineFeedback", declined).await.data();
        let early = json!({ "id": id["id"], "to": "REOPENED", "reason": "hm" });
        let answer = take(app, leader, "decideAppeal", early).await;
        assert_eq!(problem(&answer), ("INVALID_TRANSITION", "input"));
        let appealed = with("reason", "nobody reads it");
        let answer = take(app, rep_token, "appealFeedback", appealed.clone()).await;
        assert!(answer.data()["appealFeedback"]["feedback"]["appealedAt"].is_string());
        let answer = take(app, rep_token, "appealFeedback", appealed).await;
        assert_eq!(problem(&answer), ("INVALID_TRANSITION", "input"));
        let decided = json!({ "id": id["id"], "to": "REOPENED", "reason": "make it short" });
        let answer = take(app, leader, "decideAppeal", decided).await;
        let feedback = &answer.data()["decideAppeal"]["feedback"];
        assert_eq!(feedback["state"], "REOPENED");
        let said = feedback["comments"]["nodes"].as_array().unwrap();
        let said: Vec<Value> = said.iter().map(|it| json!([it["author"]["name"], it["body"]])).collect();
        let expected = json!([
            ["MARKETING_MANAGER", "it has to be long"],
            ["SALES_REP", "nobody reads it"],
            ["REVENUE_LEADER", "make it short"],
        ]);
        assert_eq!(json!(said), expected);

        for step in ["acknowledgeFeedback", "planFeedback"] {
            let _ = take(app, marketer_token, step, id.clone()).await.data();
        }
        let answer = take(app, marketer_token, "actionFeedback", id.clone()).await;
        assert_eq!(problem(&answer), ("VALIDATION", "input.resolvedByCampaignId"));
        let broken = with("resolvedByUrl", "javascript:alert(1)");
        let answer = take(app, marketer_token, "actionFeedback", broken).await;
        assert_eq!(problem(&answer), ("VALIDATION", "input.resolvedByUrl"));
        let done = with("resolvedByUrl", "https://example.com/short");
        let _ = take(app, marketer_token, "actionFeedback", done).await.data();
        let answer = take(app, marketer_token, "verifyFeedback", id.clone()).await;
        assert_eq!(problem(&answer).0, "FORBIDDEN_SCOPE");
        let answer = take(app, rep_token, "verifyFeedback", id.clone()).await;
        assert_eq!(answer.data()["verifyFeedback"]["feedback"]["state"], "VERIFIED");
        let clocks = "query ($id: ID!) { feedback(id: $id) { slaClocks { nodes { kind state } } } }";
        let answer = app.graphql(leader, clocks, id.clone()).await;
        let nodes = answer.data()["feedback"]["slaClocks"]["nodes"].as_array().unwrap();
        let mut told: Vec<String> = nodes.iter().map(|it| format!("{} {}", it["kind"], it["state"]).replace('"', "")).collect();
        told.sort();
        let expected = [
            "FEEDBACK_ACKNOWLEDGE MET", "FEEDBACK_ACKNOWLEDGE MET", "FEEDBACK_ACTION MET",
            "FEEDBACK_DECIDE MET", "FEEDBACK_DECIDE MET", "FEEDBACK_VERIFY MET",
        ];
        assert_eq!(told, expected);
        let comment = "mutation ($input: AddFeedbackCommentInput!) { addFeedbackComment(input: $input) {
            feedbackComment { body author { name } feedback { state } } } }";
        let added = json!({ "input": { "feedbackId": id["id"], "body": "Thank you." } });
        let answer = app.graphql(rep_token, comment, added).await;
        let comment = &answer.data()["addFeedbackComment"]["feedbackComment"];
        assert_eq!(*comment, json!({ "body": "Thank you.", "author": { "name": "SALES_REP" }, "feedback": { "state": "VERIFIED" } }));
    })
    .await;
}
