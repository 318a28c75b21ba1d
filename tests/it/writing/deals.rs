//! Deals: what follows from a change of stage, and their history.

use api::views::Role;
use entity::{reason_code, territory};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
};

use super::{id, input, pairs, problems, somebody};

const CREATE: &str = "mutation ($input: CreateOpportunityInput!) {
  createOpportunity(input: $input) { id opportunity { stage closedAt probability forecastCategory } }
}";
const UPDATE: &str = "mutation ($input: UpdateOpportunityInput!) {
  updateOpportunity(input: $input) { opportunity { stage closedAt probability forecastCategory pushCount lostReason { key } } }
}";
const HISTORY: &str = "query ($id: ID!) { opportunity(id: $id) { changes(first: 50) { nodes { field fromValue toValue reason } } } }";

async fn update(app: &TestApp, token: &str, row: &Value, changes: Value) -> Response {
    let mut said = changes;
    said["id"] = row.clone();
    app.graphql(token, UPDATE, input(&said)).await
}

async fn reason(app: &TestApp, key: &str) -> String {
    let found = reason_code::Entity::find()
        .filter(reason_code::Column::Kind.eq(reason_code::ReasonKind::Lost))
        .filter(reason_code::Column::Key.eq(key))
        .one(app.database.reads())
        .await;
    id("ReasonCode", found.unwrap().unwrap().id)
}

#[tokio::test]
async fn each_stage_that_a_deal_passes_is_in_its_history() {
    each_app(async |app| {
        let (rita, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let said = json!({ "name": "Big", "ownerId": id("User", rita.id), "amount": { "amount": "10", "currency": "EUR" }, "expectedCloseOn": "2026-12-01" });
        let answer = app.graphql(&rep, CREATE, input(&said)).await;
        let made = &answer.data()["createOpportunity"];
        let (row, deal) = (&made["id"], &made["opportunity"]);
        assert_eq!((&deal["stage"], &deal["closedAt"]), (&json!("PROSPECTING"), &Value::Null));
        let changes = json!({ "stage": "PROPOSAL", "expectedCloseOn": "2026-12-24", "amount": { "amount": "12.5", "currency": "EUR" } });
        let answer = update(app, &rep, row, changes).await;
        assert_eq!(answer.data()["updateOpportunity"]["opportunity"]["pushCount"], 1);

        let answer = update(app, &rep, row, json!({ "stage": "QUALIFICATION" })).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.reason")]));
        let changes = json!({ "stage": "QUALIFICATION", "reason": "the buyer has left" });
        let _ = update(app, &rep, row, changes).await.data();
        let answer = update(app, &rep, row, json!({ "stage": "CLOSED_LOST" })).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.lostReasonId")]));
        let rejects = reason_code::Entity::find()
            .filter(reason_code::Column::Kind.eq(reason_code::ReasonKind::Reject))
            .one(app.database.reads())
            .await;
        let rejects = id("ReasonCode", rejects.unwrap().unwrap().id);
        let changes = json!({ "stage": "CLOSED_LOST", "lostReasonId": rejects });
        let answer = update(app, &rep, row, changes).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.lostReasonId")]));
        let changes = json!({ "stage": "CLOSED_LOST", "lostReasonId": reason(app, "UNKNOWN").await });
        let answer = update(app, &rep, row, changes).await;
        assert_eq!(
            answer.data()["updateOpportunity"]["opportunity"],
            json!({
                "stage": "CLOSED_LOST", "closedAt": "2026-11-22T12:00:00.000000Z", "probability": 0,
                "forecastCategory": "CLOSED", "pushCount": 1, "lostReason": { "key": "UNKNOWN" },
            })
        );
        let answer = app.graphql(&rep, HISTORY, json!({ "id": row })).await;
        let nodes = answer.data()["opportunity"]["changes"]["nodes"].as_array().unwrap();
        let step = |it: &Value| format!("{} {} {}", it["field"], it["fromValue"], it["toValue"]).replace('"', "");
        let mut steps: Vec<String> = nodes.iter().map(step).collect();
        steps.sort();
        assert_eq!(
            steps,
            [
                "AMOUNT 1000 1250",
                "CLOSE_DATE 2026-12-01 2026-12-24",
                "STAGE PROPOSAL QUALIFICATION",
                "STAGE PROSPECTING QUALIFICATION",
                "STAGE QUALIFICATION CLOSED_LOST",
                "STAGE QUALIFICATION PROPOSAL",
                "STAGE null PROSPECTING",
            ]
        );

        // To open it again is a right of its own.
        let changes = json!({ "stage": "PROPOSAL", "reason": "they called" });
        let answer = update(app, &rep, row, changes.clone()).await;
        assert_eq!(problems(&answer), pairs(&[("FORBIDDEN_SCOPE", "input.stage")]));
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let answer = update(app, &admin, row, changes).await;
        let deal = &answer.data()["updateOpportunity"]["opportunity"];
        assert_eq!((&deal["closedAt"], &deal["lostReason"]), (&Value::Null, &Value::Null));
        assert_eq!((&deal["forecastCategory"], &deal["probability"]), (&json!("PIPELINE"), &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn a_territory_that_moves_takes_along_what_lies_below_it() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let create = "mutation ($input: CreateTerritoryInput!) { createTerritory(input: $input) { id } }";
        let make = async |code: &str, parent: &Value| {
            let said = json!({ "name": code, "code": code, "parentId": parent });
            app.graphql(&admin, create, input(&said)).await.data()["createTerritory"]["id"].clone()
        };
        let world = make("WORLD", &Value::Null).await;
        let emea = make("EMEA", &world).await;
        let dach = make("DACH", &emea).await;
        make("AT", &dach).await;
        let change = "mutation ($input: UpdateTerritoryInput!) { updateTerritory(input: $input) { outcome } }";
        let said = json!({ "id": emea, "parentId": dach });
        let answer = app.graphql(&admin, change, input(&said)).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.parentId")]));
        let said = json!({ "id": dach, "parentId": world, "code": "D-A-CH" });
        let _ = app.graphql(&admin, change, input(&said)).await.data();
        let rows = territory::Entity::find().all(app.database.reads()).await.unwrap();
        let mut paths: Vec<String> = rows.into_iter().map(|row| row.path).collect();
        paths.sort();
        assert_eq!(paths, ["/WORLD/", "/WORLD/D-A-CH/", "/WORLD/D-A-CH/AT/", "/WORLD/EMEA/"]);
    })
    .await;
}
