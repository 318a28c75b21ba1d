//! Every state, every step, every role.

use api::views::Role;
use serde_json::{Value, json};
use tests::app::{Bearer, each_app};

use super::{Team, gid, mutation, status, workflow};

#[tokio::test]
async fn each_role_takes_the_steps_that_the_table_gives_it_from_where_they_begin() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let leads = team.one_in_each(app).await;
        for step in &workflow().steps {
            for (role, _, token) in &team.users {
                let input: Vec<Value> = leads.iter().map(|lead| team.said(step, lead)).collect();
                let variables = json!({ "input": input, "trial": true });
                let answer = app.graphql(token, &mutation(step), variables).await;
                let results = answer.data()[&step.many]["results"].clone();
                for (lead, result) in leads.iter().zip(results.as_array().unwrap()) {
                    let state = status(lead.status);
                    let may = step.by.iter().any(|by| by == role.as_str());
                    let begins = step.from.contains(&state);
                    let told = match &result["problems"][0]["code"] {
                        Value::Null => result["outcome"].as_str().unwrap(),
                        code => code.as_str().unwrap(),
                    };
                    let expected = match (may, begins) {
                        (false, _) => "FORBIDDEN_SCOPE",
                        (true, false) => "INVALID_TRANSITION",
                        (true, true) => "UPDATED",
                    };
                    let triple = format!("{role} {} {state}: {result}", step.mutation);
                    assert_eq!(told, expected, "{triple}");
                    if told != "UPDATED" {
                        let allowed = result["problems"][0]["allowed"].clone();
                        assert_eq!(allowed, json!(possible(*role, &state)), "{triple}");
                    }
                }
            }
        }
    })
    .await;
}

/// The steps that the table gives the role with a lead of its own in that state.
fn possible(role: Role, state: &str) -> Vec<&'static str> {
    let steps = workflow().steps.iter().filter(|step| {
        let may = step.by.iter().any(|by| by == role.as_str());
        may && step.from.iter().any(|from| from == state)
    });
    steps.map(|step| step.mutation.as_str()).collect()
}

const ALLOWED: &str = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Lead {
  status allowedTransitions { mutation to requires description } } } }";
const LISTED: &str = "{ leads(first: 100) { nodes { status allowedTransitions { mutation } } } }";

#[tokio::test]
async fn who_reads_a_lead_is_told_the_steps_that_they_can_take_with_it() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let leads = team.one_in_each(app).await;
        let ids: Vec<String> = leads.iter().map(|lead| gid("Lead", lead.id)).collect();
        for (role, _, token) in &team.users {
            let told = |node: &Value| {
                let options = node["allowedTransitions"].as_array().unwrap();
                let options: Vec<Value> = options.iter().map(|it| it["mutation"].clone()).collect();
                (json!(options), node["status"].as_str().unwrap().to_owned())
            };
            let answer = app.graphql(token, ALLOWED, json!({ "ids": ids })).await;
            let nodes = answer.data()["nodes"].as_array().unwrap().clone();
            let answer = app.graphql(token, LISTED, json!({})).await;
            let listed = answer.data()["leads"]["nodes"].as_array().unwrap().clone();
            assert_eq!(listed.len(), leads.len(), "{role}");
            for node in nodes.iter().chain(&listed) {
                let (options, state) = told(node);
                assert_eq!(options, json!(possible(*role, &state)), "{role} {state}");
            }
        }
        // What has to be said is told as well.
        let rep = team.token(Role::SalesRep);
        let answer = app.graphql(rep, ALLOWED, json!({ "ids": ids })).await;
        let nodes = answer.data()["nodes"].as_array().unwrap();
        let working = nodes
            .iter()
            .find(|node| node["status"] == "WORKING")
            .unwrap();
        let options = working["allowedTransitions"].as_array().unwrap();
        let recycle = options
            .iter()
            .find(|it| it["mutation"] == "recycleLead")
            .unwrap();
        assert_eq!(recycle["to"], json!(["RECYCLED"]));
        assert_eq!(recycle["requires"], json!(["reasonId", "resumeAt"]));
        // A token that only reads takes no step.
        let user = team.user(Role::SalesRep);
        let bearer = Bearer::User(user.email.clone());
        let reads = app.issue(bearer, &["lead:read"]).await.unwrap().token;
        let answer = app.graphql(&reads, LISTED, json!({})).await;
        let nodes = answer.data()["leads"]["nodes"].as_array().unwrap();
        assert!(
            nodes
                .iter()
                .all(|node| node["allowedTransitions"] == json!([]))
        );
    })
    .await;
}
