//! What one needs to know of a lead before talking to them.

use std::collections::HashMap;

use api::views::Role;
use entity::{lead, touch};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::app::{TestApp, each_app};
use uuid::Uuid;

use super::{a_year, gid, of_the_demo};

const ACCEPTED: &str = "query ($after: String) {
  leads(first: 100, after: $after, filter: {acceptedAt: {isNull: false}}) {
    nodes { id briefing { precedingTouches(first: 200) { totalCount nodes { id } } } }
    pageInfo { hasNextPage endCursor }
  } }";
const BRIEFINGS: &str = "{ leads(first: 60, filter: {mqlAt: {isNull: false}}) { nodes {
  id mqlAt accountId sourceCampaignId
  account { id name } readiness { score met }
  readinessFactors: readiness { factors(first: 20) { nodes { id points } } }
  slaClocks(first: 20) { nodes { id state } }
  briefing {
    account { id name } readiness { score met }
    precedingTouches(first: 20) { nodes { id kind occurredAt campaign { name } } }
    contentUsed(first: 20) { nodes { id kind } }
    campaignFeedback(first: 20) { nodes { id kind verbatim maskedFields } }
    openOpportunities(first: 20) { nodes { id name stage amount { amount } maskedFields } }
    scoreFactors(first: 20) { nodes { id points } }
    slaClocks(first: 20) { nodes { id state } }
  } } } }";
const LONG_WAY: &str = "query ($id: ID!, $at: DateTime!, $account: ID!, $campaign: ID!) {
  precedingTouches: touches(first: 20, filter: {leadId: {eq: $id}, occurredAt: {lte: $at}}, orderBy: [{occurredAt: ASC}]) {
    nodes { id kind occurredAt campaign { name } } }
  contentUsed: touches(first: 20, filter: {leadId: {eq: $id}, kind: {in: [CONTENT_DOWNLOAD, WEBINAR_ATTEND, EVENT_ATTEND]}}) {
    nodes { id kind } }
  campaignFeedback: feedbackItems(first: 20, filter: {campaignId: {eq: $campaign}}) {
    nodes { id kind verbatim maskedFields } }
  openOpportunities: opportunities(first: 20, filter: {accountId: {eq: $account}, not: {stage: {in: [CLOSED_WON, CLOSED_LOST]}}}) {
    nodes { id name stage amount { amount } maskedFields } }
}";

#[tokio::test]
async fn it_lists_what_happened_until_the_hand_over_in_its_order() {
    each_app(async |app| {
        a_year(app).await;
        let mut expected = expected(app).await;
        let leader = app.token_for(Role::RevenueLeader).await;
        let (mut after, mut touches) = (Value::Null, 0);
        loop {
            let page = app
                .graphql(&leader, ACCEPTED, json!({ "after": after }))
                .await;
            let page = &page.data()["leads"];
            for lead in page["nodes"].as_array().unwrap() {
                let told = &lead["briefing"]["precedingTouches"];
                let nodes = told["nodes"].as_array().unwrap().iter();
                let ids: Vec<_> = nodes.map(|touch| touch["id"].as_str().unwrap()).collect();
                let known = expected.remove(lead["id"].as_str().unwrap()).unwrap();
                assert_eq!(ids, known, "{lead}");
                assert_eq!(told["totalCount"], json!(known.len()));
                touches += known.len();
            }
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        assert!(expected.is_empty() && touches > 5_000, "{touches}");
    })
    .await;
}

/// Of each lead that was accepted, the touches until its hand-over, earliest first.
async fn expected(app: &TestApp) -> HashMap<String, Vec<String>> {
    let reads = app.database.reads();
    let touches = touch::Entity::find().filter(touch::Column::DeletedAt.is_null());
    let mut by_lead: HashMap<Uuid, Vec<touch::Model>> = HashMap::new();
    for touch in touches.all(reads).await.unwrap() {
        by_lead
            .entry(touch.lead_id.unwrap_or_default())
            .or_default()
            .push(touch);
    }
    let leads = lead::Entity::find()
        .filter(lead::Column::AcceptedAt.is_not_null())
        .filter(lead::Column::DeletedAt.is_null());
    let leads = leads.all(reads).await.unwrap().into_iter();
    let expected = leads.map(|lead| {
        let handed = lead.mql_at.unwrap();
        let mut touches = by_lead.remove(&lead.id).unwrap_or_default();
        touches.retain(|touch| touch.occurred_at <= handed);
        touches.sort_by_key(|touch| (touch.occurred_at, touch.id));
        let ids = touches.iter().map(|touch| gid("Touch", touch.id));
        (gid("Lead", lead.id), ids.collect())
    });
    expected.collect()
}

#[tokio::test]
async fn everybody_sees_in_it_what_they_see_elsewhere() {
    each_app(async |app| {
        a_year(app).await;
        for role in Role::ALL {
            let token = of_the_demo(app, role.as_str()).await;
            drop(app.take_queries());
            let answer = app.graphql(&token, BRIEFINGS, json!({})).await;
            // The list is one statement, whatever is in its briefings.
            let selects = app.take_statements();
            let selects = selects
                .iter()
                .filter(|sql| sql.contains("\"lead\" AS"))
                .count();
            assert_eq!(selects, 1, "{role}");
            let leads = answer.data()["leads"]["nodes"].as_array().unwrap();
            assert!(!leads.is_empty(), "{role}");
            let mut found = [0; 4];
            for lead in leads {
                as_elsewhere(app, &token, lead, &mut found).await;
            }
            let [touches, content, feedback, deals] = found;
            let all = touches.min(content).min(feedback).min(deals);
            assert!(all > 0, "{role}: {found:?}");
        }
    })
    .await;
}

/// That the briefing of `lead` says what is asked for by other ways; `found` counts it.
async fn as_elsewhere(app: &TestApp, token: &str, lead: &Value, found: &mut [usize; 4]) {
    let briefing = &lead["briefing"];
    for name in ["account", "readiness", "slaClocks"] {
        assert_eq!(briefing[name], lead[name], "{name}");
    }
    let factors = lead["readinessFactors"]["factors"].clone();
    if !factors.is_null() {
        assert_eq!(briefing["scoreFactors"], factors);
    }
    let nobody = |noun: &str| json!(gid(noun, Uuid::nil()));
    let or_nobody = |name: &str, noun: &str| match &lead[name] {
        Value::Null => nobody(noun),
        id => id.clone(),
    };
    let variables = json!({
        "id": lead["id"], "at": lead["mqlAt"],
        "account": or_nobody("accountId", "Account"),
        "campaign": or_nobody("sourceCampaignId", "Campaign"),
    });
    let answer = app.graphql(token, LONG_WAY, variables).await;
    let names = [
        "precedingTouches",
        "contentUsed",
        "campaignFeedback",
        "openOpportunities",
    ];
    for (name, found) in names.into_iter().zip(found) {
        assert_eq!(briefing[name], answer.data()[name], "{name} of {lead}");
        *found += briefing[name]["nodes"].as_array().unwrap().len();
    }
}
