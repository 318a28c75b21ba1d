//! What a qualified lead is: agreed on by both sides, scored by, and tried on what happened.

#![cfg(test)]

mod agreed;
mod documents;
mod preview;
mod scored;
mod year;

use api::{
    dataset::{dataset, global_id},
    services::scoring::worker,
    views::Role,
};
use serde_json::{Value, json};
use tests::{app::TestApp, client::Response, fixtures};
use uuid::Uuid;

const PROPOSE: &str = "mutation ($input: ProposeLeadDefinitionInput!, $try: Boolean! = false) {
  proposeLeadDefinition(input: $input, validateOnly: $try) {
    leadDefinition { id stage version status threshold note criteria effectiveFrom proposedBy { name } }
  }
}";
const APPROVE: &str = "mutation ($id: ID!, $for: SigningFunction!) {
  approveLeadDefinition(id: $id, function: $for) {
    leadDefinition { version status effectiveFrom supersededAt approvals { nodes { function user { name } at } } }
  }
}";
const VETO: &str = "mutation ($id: ID!, $why: String!) {
  vetoLeadDefinition(id: $id, reason: $why) { leadDefinition { status } }
}";

/// The global id of a row.
fn id(noun: &str, id: Uuid) -> String {
    global_id(dataset().entity(noun).unwrap(), id)
}

/// A token of a user in these roles.
async fn somebody(app: &TestApp, name: &str, roles: &[Role]) -> String {
    let user = fixtures::user(&app.database, name, roles).await;
    app.forget_callers();
    app.token_of(&user.email).await
}

/// Both sides: tokens of a sales manager and of a marketing manager.
struct Sides {
    sales: String,
    marketing: String,
}

async fn sides(app: &TestApp) -> Sides {
    Sides {
        sales: somebody(app, "Sam Sales", &[Role::SalesManager]).await,
        marketing: somebody(app, "Mia Market", &[Role::MarketingManager]).await,
    }
}

/// Points for a head, for Austria, for downloads and for a demo.
fn criteria() -> Value {
    json!([
        {"key": "head", "label": "Head of something", "points": 30,
         "field": "jobTitle", "operator": "contains", "value": "head"},
        {"key": "market", "label": "In our market", "points": 10,
         "field": "country", "operator": "eq", "value": "AT"},
        {"key": "content", "label": "Reads what we write", "touches": ["CONTENT_DOWNLOAD"],
         "withinDays": 90, "pointsEach": 12, "maxPoints": 30, "halfLifeDays": 30},
        {"key": "demo", "label": "Saw a demo", "touches": ["DEMO"], "points": 30},
    ])
}

async fn propose(app: &TestApp, token: &str, criteria: &Value, threshold: i32) -> Response {
    let input = json!({"stage": "MQL", "criteria": criteria, "threshold": threshold});
    app.graphql(token, PROPOSE, json!({ "input": input })).await
}

async fn approve(app: &TestApp, token: &str, definition: &str, function: &str) -> Response {
    let variables = json!({"id": definition, "for": function});
    app.graphql(token, APPROVE, variables).await
}

/// Has a definition be in force; its id.
async fn agree(app: &TestApp, sides: &Sides, criteria: &Value, threshold: i32) -> String {
    let proposed = propose(app, &sides.marketing, criteria, threshold).await;
    let id = proposed.data()["proposeLeadDefinition"]["leadDefinition"]["id"].clone();
    let id = id.as_str().unwrap().to_owned();
    for (token, function) in [(&sides.sales, "SALES"), (&sides.marketing, "MARKETING")] {
        done(&approve(app, token, &id, function).await);
    }
    id
}

/// Makes sure that nothing was wrong.
fn done(answer: &Response) {
    assert!(!answer.data().is_null());
}

/// Scores what is to be scored, as a hub does in the background.
async fn catch_up(app: &TestApp) {
    worker::catch_up(&app.database, &app.clock).await.unwrap();
}

/// Each error's code, and what it is about.
fn problems(answer: &Response) -> Vec<(&str, &str)> {
    let errors = answer.body["errors"].as_array().unwrap().iter();
    let told = errors.map(|error| {
        let extensions = &error["extensions"];
        let text = |name: &str| extensions[name].as_str().unwrap_or_default();
        (text("code"), text("field"))
    });
    told.collect()
}
