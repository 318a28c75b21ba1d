//! Every state, every step, every role.

use std::collections::BTreeMap;

use api::{dataset::Step, views::Role};
use entity::{
    lead::{self, LeadStatus},
    user,
};
use serde_json::{Value, json};
use tests::app::{Bearer, TestApp, each_app};

use super::{Team, effects::agree, gid, status};
use crate::workflows::{self, Standing};

#[tokio::test]
async fn each_role_takes_the_steps_that_the_table_gives_it_from_where_they_begin() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let leads = team.one_in_each(app).await;
        let rows = async |_: &user::Model, theirs: bool| -> Vec<Standing> {
            let leads = leads.iter().filter(|_| theirs);
            leads.map(|lead| (status(lead.status), lead.id)).collect()
        };
        let said = |step: &Step| team.said(step);
        workflows::each_triple_is_as_the_table_has_it(app, "Lead", &team.users, rows, said, |_| {
            true
        })
        .await;
    })
    .await;
}

const ALLOWED: &str = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Lead {
  status allowedTransitions { mutation to requires requiresAlso { oneOf when } reasonKinds } } } }";
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
                (node["status"].as_str().unwrap().to_owned(), options)
            };
            let answer = app.graphql(token, ALLOWED, json!({ "ids": ids })).await;
            let nodes = answer.data()["nodes"].as_array().unwrap().clone();
            let answer = app.graphql(token, LISTED, json!({})).await;
            let listed = answer.data()["leads"]["nodes"].as_array().unwrap().clone();
            assert_eq!(listed.len(), leads.len(), "{role}");
            let by_status = |nodes: &[Value]| nodes.iter().map(told).collect::<BTreeMap<_, _>>();
            assert_eq!(by_status(&nodes), by_status(&listed), "{role}");
        }
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

/// What the rep is told of a step with a lead in that state: what to say, what besides, and reasons of which kinds.
async fn asked(app: &TestApp, team: &Team, role: Role, lead: &lead::Model, step: &str) -> Value {
    let asked = json!({ "ids": [gid("Lead", lead.id)] });
    let answer = app.graphql(team.token(role), ALLOWED, asked).await;
    let options = answer.data()["nodes"][0]["allowedTransitions"]
        .as_array()
        .unwrap()
        .clone();
    let option = options.iter().find(|it| it["mutation"] == step).unwrap();
    json!([
        option["requires"],
        option["requiresAlso"],
        option["reasonKinds"]
    ])
}

#[tokio::test]
async fn who_reads_a_lead_is_told_what_they_have_to_say() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let note = json!({ "oneOf": ["note"], "when": "the reason is `OTHER`" });
        let lead = team.lead(app, LeadStatus::Working).await;
        let told = asked(app, &team, Role::SalesRep, &lead, "recycleLead").await;
        assert_eq!(told, json!([["reasonId", "resumeAt"], [note], ["RECYCLE"]]));
        let told = asked(app, &team, Role::SalesRep, &lead, "markSalesQualified").await;
        assert_eq!(told, json!([[], [], []]));
        let agreed = agree(app, &team, "SQL", json!(["need", "budget"])).await;
        assert_eq!(agreed, Vec::<String>::new());
        let told = asked(app, &team, Role::SalesRep, &lead, "markSalesQualified").await;
        assert_eq!(told, json!([["need", "budget"], [], []]));
        let lead = team.lead(app, LeadStatus::Rejected).await;
        let told = asked(app, &team, Role::Marketer, &lead, "disposeRejected").await;
        let resume = json!({ "oneOf": ["resumeAt"], "when": "`to` is RECYCLED" });
        let kinds = json!(["RECYCLE", "DISQUALIFY"]);
        assert_eq!(told, json!([["to", "reasonId"], [resume, note], kinds]));
        let lead = team.lead(app, LeadStatus::Sql).await;
        let told = asked(app, &team, Role::SalesRep, &lead, "convertLead").await;
        let deal = json!({ "oneOf": ["opportunityName", "reason"], "when": null });
        assert_eq!((&told[0], &told[1][0]), (&json!([]), &deal));
    })
    .await;
}
