//! Who gave feedback, or asked for something, is told by nothing to who does not see it.

use api::views::Role;
use entity::user;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};

use super::{BETWEEN, gid, take, team, user as whom};

const CLOCKS: &str = "{ slaClocks(first: 50) { nodes { kind owner { name } feedbackId history { nodes { actor { id } } } } }
    slaClockGroups(by: [{ kind: VALUE }]) { key { kind } count } }";
const OF_FEEDBACK: &str = "query ($id: ID!) { feedback(id: $id) {
    author { name } history { nodes { kind actor { kind id name } } } slaClocks { nodes { kind } }
    comments { nodes { history { nodes { actor { id } } } mentions { nodes { history { nodes { actor { id } } } } } } } } }";
const CHANGES: &str = "query ($by: [ID!]) { changes(
    entities: [FEEDBACK, FEEDBACK_COMMENT, FEEDBACK_MENTION, TEAM_REQUEST, SLA_CLOCK], filter: { actorIds: $by }, first: 100) {
    nodes { entity actor { id name } } } }";

/// The names and ids of all who are said to have done something, anywhere in an answer.
fn actors(answer: &Value) -> Vec<&Value> {
    match answer {
        Value::Object(fields) => {
            let inside = fields.iter().flat_map(|(name, value)| match name.as_str() {
                "actor" => [&value["id"], &value["name"]]
                    .into_iter()
                    .filter(|it| !it.is_null())
                    .collect(),
                _ => actors(value),
            });
            inside.collect()
        }
        Value::Array(items) => items.iter().flat_map(actors).collect(),
        _ => Vec::new(),
    }
}

/// Feedback of the rep that is done, and waits for them to verify it, with a comment in which they mention somebody.
async fn given(app: &TestApp, team: &[(Role, user::Model, String)]) -> Value {
    let [(rep, rep_token), (marketer, token)] = BETWEEN.map(|role| whom(team, role));
    let account = fixtures::account(&app.database, "Acme", None, Some(rep)).await;
    let said = json!({ "kind": "MESSAGING", "verbatim": "Too long.", "accountId": gid("Account", account.id) });
    let answer = take(app, rep_token, "giveFeedback", said).await;
    let id = answer.data()["giveFeedback"]["feedback"]["id"].clone();
    let (_, manager) = whom(team, Role::MarketingManager);
    let to = json!({ "id": id, "assigneeId": gid("User", marketer.id) });
    let _ = take(app, manager, "assignFeedback", to).await.data();
    for (step, more) in [
        ("acknowledgeFeedback", Value::Null),
        ("planFeedback", Value::Null),
        ("actionFeedback", json!("https://example.com/short")),
    ] {
        let mut said = json!({ "id": id });
        if !more.is_null() {
            said["resolvedByUrl"] = more;
        }
        let _ = take(app, token, step, said).await.data();
    }
    let comment = "mutation ($input: AddFeedbackCommentInput!) { addFeedbackComment(input: $input) { outcome } }";
    let said =
        json!({ "feedbackId": id, "body": "Thank you.", "mentionIds": [gid("User", marketer.id)] });
    let _ = app
        .graphql(rep_token, comment, json!({ "input": said }))
        .await
        .data();
    id
}

#[tokio::test]
async fn an_analyst_is_not_told_who_gave_feedback_or_asked() {
    each_app(async |app| {
        let team = team(app).await;
        let id = given(app, &team).await;
        let (rep, rep_token) = whom(&team, BETWEEN[0]);
        let rep = json!(gid("User", rep.id));
        let ask = "mutation ($input: CreateTeamRequestInput!) { createTeamRequest(input: $input) { outcome } }";
        let said = json!({ "toFunction": "MARKETING", "title": "A case study", "details": "Soon.", "neededBy": "2030-03-31" });
        let _ = app.graphql(rep_token, ask, json!({ "input": said })).await.data();
        let (_, leader) = whom(&team, Role::RevenueLeader);
        let (_, analyst) = whom(&team, Role::Analyst);

        for (token, sees) in [(leader, true), (analyst, false)] {
            let answer = app.graphql(token, OF_FEEDBACK, json!({ "id": id })).await;
            let told = &answer.data()["feedback"];
            assert_eq!(told["author"].is_object(), sees);
            assert_eq!(!actors(told).is_empty(), sees, "{told}");
            assert_eq!(told["history"]["nodes"][0]["actor"]["kind"], "USER");
            let clocks = told["slaClocks"]["nodes"].as_array().unwrap();
            let verifies = |it: &Value| it["kind"] == "FEEDBACK_VERIFY";
            assert_eq!(clocks.iter().any(verifies), sees, "{told}");
            assert!(clocks.iter().any(|it| it["kind"] == "FEEDBACK_ACKNOWLEDGE"));

            let answer = app.graphql(token, CLOCKS, json!({})).await;
            let told = answer.data();
            let clocks = told["slaClocks"]["nodes"].as_array().unwrap();
            assert_eq!(clocks.iter().any(verifies), sees, "{told}");
            assert_eq!(!actors(told).is_empty(), sees, "{told}");
            let groups = told["slaClockGroups"].as_array().unwrap();
            let groups = groups.iter().filter(|it| it["key"]["kind"] == "FEEDBACK_VERIFY");
            assert_eq!(groups.count() == 1, sees);

            let answer = app.graphql(token, CHANGES, json!({ "by": [rep] })).await;
            let changes = &answer.data()["changes"]["nodes"];
            let told = |noun| changes.as_array().unwrap().iter().any(|it| it["entity"] == noun);
            for noun in ["FEEDBACK", "FEEDBACK_COMMENT", "FEEDBACK_MENTION", "TEAM_REQUEST", "SLA_CLOCK"] {
                assert_eq!(told(noun), sees, "{noun} {changes}");
            }
            let answer = app.graphql(token, CHANGES, json!({ "by": null })).await;
            let changes = &answer.data()["changes"]["nodes"];
            assert!(changes.as_array().unwrap().len() > 5, "{changes}");
            assert_eq!(!actors(changes).is_empty(), sees, "{changes}");
        }
    })
    .await;
}
