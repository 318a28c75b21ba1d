//! Feedback about content, and about what a qualified lead is.

use api::views::Role;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    fixtures,
};

use super::{BETWEEN, gid, problem, take, team, user};

/// Runs a mutation of one row.
async fn run(app: &TestApp, token: &str, name: &str, said: Value, wanted: &str) -> Response {
    let input = name[..1].to_ascii_uppercase() + &name[1..];
    let document =
        format!("mutation ($input: {input}Input!) {{ {name}(input: $input) {{ {wanted} }} }}");
    app.graphql(token, &document, json!({ "input": said }))
        .await
}

const ASSET: &str = "asset { id title kind stage url owner { name } campaign { name } version }";

#[tokio::test]
async fn marketing_writes_content_and_everybody_reads_it() {
    each_app(async |app| {
        let team = team(app).await;
        let [(_, rep), (marketer, marketer_token)] = BETWEEN.map(|role| user(&team, role));
        let (_, manager) = user(&team, Role::MarketingManager);
        let said = json!({ "title": "Why now", "kind": "DECK", "stage": "DECISION", "url": "https://example.com/deck" });
        let answer = run(app, rep, "createAsset", said.clone(), ASSET).await;
        assert_eq!(problem(&answer).0, "FORBIDDEN_SCOPE");
        let mut broken = said.clone();
        broken["url"] = json!("file:///etc/passwd");
        let answer = run(app, marketer_token, "createAsset", broken, ASSET).await;
        assert_eq!(problem(&answer), ("VALIDATION", "input.url"));
        let mut owned = said.clone();
        owned["ownerId"] = json!(gid("User", marketer.id));
        owned["externalId"] = json!({ "system": "dam", "key": "7" });
        let answer = run(app, marketer_token, "upsertAsset", owned.clone(), ASSET).await;
        let asset = answer.data()["upsertAsset"]["asset"].clone();
        assert_eq!((&asset["title"], &asset["version"]), (&json!("Why now"), &json!(1)));
        owned["title"] = json!("Why not now");
        let answer = run(app, manager, "upsertAsset", owned, ASSET).await;
        let again = &answer.data()["upsertAsset"]["asset"];
        assert_eq!((&again["id"], &again["version"]), (&asset["id"], &json!(2)));
        let query = "query ($id: ID!) { asset(id: $id) { title kind stage owner { name } feedback { nodes { id } } } }";
        for (role, _, token) in &team {
            let answer = app.graphql(token, query, json!({ "id": asset["id"] })).await;
            let expected = json!({ "title": "Why not now", "kind": "DECK", "stage": "DECISION",
                "owner": { "name": "MARKETER" }, "feedback": { "nodes": [] } });
            assert_eq!(answer.data()["asset"], expected, "{role}");
        }
    })
    .await;
}

#[tokio::test]
async fn feedback_on_content_goes_to_its_owner_and_on_a_definition_to_who_proposed_it() {
    each_app(async |app| {
        let team = team(app).await;
        let [(_, rep), (marketer, marketer_token)] = BETWEEN.map(|role| user(&team, role));
        let (manager, manager_token) = user(&team, Role::SalesManager);
        let said = json!({ "title": "Why now", "kind": "DECK", "ownerId": gid("User", marketer.id) });
        let answer = run(app, marketer_token, "createAsset", said, ASSET).await;
        let asset = answer.data()["createAsset"]["asset"]["id"].clone();
        let criteria = json!([{ "key": "event", "label": "Of an event", "points": 10, "field": "source", "operator": "eq", "value": "EVENT" }]);
        let definition = fixtures::definition(&app.database, criteria, 10).await;
        let proposed = entity::lead_definition::ActiveModel {
            id: sea_orm::ActiveValue::Set(definition.id),
            proposed_by_id: sea_orm::ActiveValue::Set(Some(manager.id)),
            ..Default::default()
        };
        super::write(app, proposed).await;
        let definition = gid("LeadDefinition", definition.id);

        let wanted = "feedback { id assignee { name } asset { title } definition { id } }";
        let said = json!({ "kind": "MESSAGING", "verbatim": "Too many slides.", "assetId": asset });
        let answer = run(app, rep, "giveFeedback", said, wanted).await;
        let on_content = answer.data()["giveFeedback"]["feedback"].clone();
        assert_eq!(on_content["assignee"]["name"], "MARKETER");
        assert_eq!(on_content["asset"]["title"], "Why now");
        let said = json!({ "kind": "LEAD_QUALITY", "verbatim": "Events alone?", "definitionId": definition });
        let answer = run(app, rep, "giveFeedback", said, wanted).await;
        let on_definition = &answer.data()["giveFeedback"]["feedback"];
        assert_eq!(on_definition["assignee"]["name"], "SALES_MANAGER");
        assert_eq!(on_definition["definition"]["id"], definition);
        let query = "query ($id: ID!) { leadDefinition(id: $id) { feedback { nodes { verbatim } } } }";
        let answer = app.graphql(manager_token, query, json!({ "id": definition })).await;
        assert_eq!(answer.data()["leadDefinition"]["feedback"]["nodes"], json!([{ "verbatim": "Events alone?" }]));

        let id = json!({ "id": on_content["id"] });
        for step in ["acknowledgeFeedback", "planFeedback"] {
            let _ = take(app, marketer_token, step, id.clone()).await.data();
        }
        let answer = take(app, marketer_token, "actionFeedback", id.clone()).await;
        assert_eq!(problem(&answer), ("VALIDATION", "input.resolvedByCampaignId"));
        let gone = json!({ "id": id["id"], "resolvedByAssetId": gid("Asset", uuid::Uuid::now_v7()) });
        let answer = take(app, marketer_token, "actionFeedback", gone).await;
        assert_eq!(problem(&answer), ("VALIDATION", "input.resolvedByAssetId"));
        let done = json!({ "id": id["id"], "resolvedByAssetId": asset, "resolvedByDefinitionId": definition });
        let answer = run(app, marketer_token, "actionFeedback", done, "feedback { state resolvedByAsset { title } resolvedByDefinition { id } }").await;
        let expected = json!({ "state": "ACTIONED", "resolvedByAsset": { "title": "Why now" }, "resolvedByDefinition": { "id": definition } });
        assert_eq!(answer.data()["actionFeedback"]["feedback"], expected);
    })
    .await;
}
