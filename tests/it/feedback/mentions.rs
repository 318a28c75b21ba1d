//! People who are mentioned in comments: those who see the feedback, and who are told of it.

use api::views::Role;
use serde_json::{Value, json};
use tests::{app::each_app, client::Response, fixtures};

use super::{BETWEEN, gid, problem, take, team, user};

const ADD: &str = "mutation ($input: AddFeedbackCommentInput!) { addFeedbackComment(input: $input) { feedbackComment { id
    mentions { nodes { id user { name } comment { body } feedback { id } at } } } } }";

fn problems(answer: &Response) -> Vec<(String, String)> {
    let problems = answer.problems().into_iter();
    problems
        .map(|(code, field)| (code.to_owned(), field.to_owned()))
        .collect()
}

#[tokio::test]
async fn only_who_sees_the_feedback_is_mentioned_and_is_told() {
    each_app(async |app| {
        let team = team(app).await;
        let [(rep, rep_token), (marketer, marketer_token)] = BETWEEN.map(|role| user(&team, role));
        let (manager, _) = user(&team, Role::SalesManager);
        let stranger = fixtures::user(&app.database, "Sid Vane", &[Role::SalesRep]).await;
        app.forget_callers();
        let account = fixtures::account(&app.database, "Acme", None, Some(rep)).await;
        let given = json!({ "kind": "MESSAGING", "verbatim": "Too long.", "accountId": gid("Account", account.id) });
        let answer = take(app, rep_token, "giveFeedback", given).await;
        let feedback = answer.data()["giveFeedback"]["feedback"]["id"].clone();
        let said = |ids: Value| json!({ "input": { "feedbackId": feedback, "body": "Look.", "mentionIds": ids } });
        let users = |of: &[&user::Model]| json!(of.iter().map(|it| gid("User", it.id)).collect::<Vec<_>>());

        let answer = app.graphql(rep_token, ADD, said(users(&[marketer, &stranger]))).await;
        assert_eq!(problems(&answer), [("NOT_FOUND".to_owned(), "input.mentionIds.1".to_owned())]);
        let nobody = gid("User", uuid::Uuid::now_v7());
        let answer = app.graphql(rep_token, ADD, said(json!([nobody]))).await;
        assert_eq!(problems(&answer), [("NOT_FOUND".to_owned(), "input.mentionIds.0".to_owned())]);
        let answer = app.graphql(rep_token, ADD, said(json!([feedback]))).await;
        assert_eq!(problem(&answer), ("VALIDATION", "input.mentionIds.0"));

        let before = app.graphql(marketer_token, "{ changeCursor }", json!({})).await;
        let before = before.data()["changeCursor"].clone();
        let answer = app.graphql(rep_token, ADD, said(users(&[marketer, manager, marketer]))).await;
        let comment = answer.data()["addFeedbackComment"]["feedbackComment"].clone();
        let nodes = comment["mentions"]["nodes"].as_array().unwrap();
        let mut names: Vec<&str> = nodes.iter().filter_map(|it| it["user"]["name"].as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["MARKETER", "SALES_MANAGER"]);
        assert_eq!((&nodes[0]["comment"]["body"], &nodes[0]["feedback"]["id"]), (&json!("Look."), &feedback));

        // The marketer finds what they are asked to read, and hears of it.
        let mine = "query ($me: ID!) { feedbackComments(filter: { mentions: { some: { userId: { eq: $me } } } }) { nodes { id } }
            feedbackMentions(filter: { userId: { eq: $me } }) { nodes { comment { id } } } }";
        let me = json!({ "me": gid("User", marketer.id) });
        let answer = app.graphql(marketer_token, mine, me).await;
        assert_eq!(answer.data()["feedbackComments"]["nodes"], json!([{ "id": comment["id"] }]));
        assert_eq!(answer.data()["feedbackMentions"]["nodes"], json!([{ "comment": { "id": comment["id"] } }]));
        let changes = "query ($after: String!) { changes(after: $after, entities: [FEEDBACK_MENTION]) {
            nodes { kind node { ... on FeedbackMention { user { name } } } } } }";
        let answer = app.graphql(marketer_token, changes, json!({ "after": before })).await;
        let told = answer.data()["changes"]["nodes"].as_array().unwrap();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.contains(&json!({ "kind": "CREATED", "node": { "user": { "name": "MARKETER" } } })));

        // Who does not see the feedback sees nobody mentioned there.
        let token = app.token_of(&stranger.email).await;
        let answer = app.graphql(&token, "{ feedbackMentions { nodes { id } } }", json!({})).await;
        assert_eq!(answer.data()["feedbackMentions"]["nodes"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn few_are_mentioned_at_once_and_nobody_in_what_is_deleted() {
    each_app(async |app| {
        let team = team(app).await;
        let (rep, rep_token) = user(&team, Role::SalesRep);
        let (manager, _) = user(&team, Role::SalesManager);
        let (_, admin) = user(&team, Role::Admin);
        let account = fixtures::account(&app.database, "Acme", None, Some(rep)).await;
        let given = json!({ "kind": "MESSAGING", "verbatim": "Too long.", "accountId": gid("Account", account.id) });
        let answer = take(app, rep_token, "giveFeedback", given).await;
        let feedback = answer.data()["giveFeedback"]["feedback"]["id"].clone();
        let said = json!({ "feedbackId": feedback, "body": "Look.", "mentionIds": [gid("User", manager.id)] });
        let _ = app.graphql(rep_token, ADD, json!({ "input": said })).await.data();
        let none = json!({ "feedbackId": feedback, "body": "Hm.", "mentionIds": null });
        let _ = app.graphql(rep_token, ADD, json!({ "input": none })).await.data();
        let people: Vec<String> = (0..21).map(|_| gid("User", uuid::Uuid::now_v7())).collect();
        let many = json!({ "feedbackId": feedback, "body": "Look.", "mentionIds": people });
        let answer = app.graphql(rep_token, ADD, json!({ "input": many })).await;
        assert_eq!(problem(&answer), ("VALIDATION", "input.mentionIds"));
        let delete = "mutation ($id: ID!) { deleteFeedback(input: { id: $id }) { feedback { id } } }";
        let _ = app.graphql(admin, delete, json!({ "id": feedback })).await.data();
        let mentions = "{ feedbackMentions { nodes { id } } }";
        let answer = app.graphql(admin, mentions, json!({})).await;
        assert_eq!(answer.data()["feedbackMentions"]["nodes"], json!([]));
    })
    .await;
}
