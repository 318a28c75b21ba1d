//! Which campaign brought a lead: from the hand-over on that is for marketing to say.

use api::views::Role;
use entity::lead::LeadStatus;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
};

use super::{Team, gid};

async fn update(app: &TestApp, token: &str, said: Value) -> Response {
    let document = "mutation ($input: UpdateLeadInput!) { updateLead(input: $input) { lead {
        version companyName sourceCampaign { name } } } }";
    app.graphql(token, document, json!({ "input": said })).await
}

/// The code of what is wrong, and where.
fn wrong(answer: &Response) -> (Value, Value) {
    let extensions = &answer.body["errors"][0]["extensions"];
    (extensions["code"].clone(), extensions["field"].clone())
}

#[tokio::test]
async fn what_sales_finds_of_a_lead_reaches_the_campaign_that_brought_it() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let create = "mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { id } } }";
        let said = json!({ "name": "Fair", "kind": "EVENT" });
        let marketer = team.token(Role::Marketer);
        let made = app.graphql(marketer, create, json!({ "input": said })).await;
        let campaign = made.data()["createCampaign"]["campaign"]["id"].clone();
        let rep = team.token(Role::SalesRep);
        let refused = (json!("FORBIDDEN_SCOPE"), json!("input.sourceCampaignId"));
        for status in [LeadStatus::Mql, LeadStatus::Accepted, LeadStatus::Rejected] {
            let id = gid("Lead", team.lead(app, status).await.id);
            let brought = json!({ "id": id, "sourceCampaignId": campaign });
            let answer = update(app, marketer, brought).await;
            assert_eq!(answer.data()["updateLead"]["lead"]["sourceCampaign"]["name"], "Fair");
            let taken = json!({ "id": id, "sourceCampaignId": null });
            for role in [Role::SalesRep, Role::SalesManager] {
                let answer = update(app, team.token(role), taken.clone()).await;
                assert_eq!(wrong(&answer), refused, "{status:?}");
            }
            let other = json!({ "id": id, "companyName": "Acme & Sons" });
            let answer = update(app, rep, other.clone()).await;
            assert_eq!(answer.data()["updateLead"]["lead"]["companyName"], "Acme & Sons");
            // A marketer says which campaign it was, and nothing else.
            let other = json!({ "id": id, "companyName": "Acme" });
            assert_eq!(wrong(&update(app, marketer, other).await).1, "input.companyName");
            let manager = team.token(Role::MarketingManager);
            let answer = update(app, manager, taken).await;
            assert_eq!(answer.data()["updateLead"]["lead"]["sourceCampaign"], Value::Null);
        }
        // Nobody has handed this one over.
        let id = gid("Lead", team.lead(app, LeadStatus::New).await.id);
        let own = update(app, rep, json!({ "id": id, "sourceCampaignId": null, "companyName": "X" })).await;
        assert_eq!(own.data()["updateLead"]["lead"]["companyName"], "X");
    })
    .await;
}
