//! Whoever follows leads hears whose they are, and when that is another.

use api::{services::matching::catch_up, views::Role};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
    socket::Socket,
};

const TOLD: &str = "query($after: String) { changes(after: $after, entities: [LEAD_MATCH]) {
    nodes { kind id actor { kind } fields { field before after } node { ... on LeadMatch { rule account { name } } } }
    pageInfo { endCursor } } }";

/// The changes of matches behind the cursor, and where they end.
async fn told(app: &TestApp, token: &str, after: &Value) -> (Vec<Value>, Value) {
    let answer = app.graphql(token, TOLD, json!({"after": after})).await;
    let changes = &answer.data()["changes"];
    let nodes = changes["nodes"].as_array().unwrap().clone();
    (nodes, changes["pageInfo"]["endCursor"].clone())
}

#[tokio::test]
async fn whose_a_lead_is_stands_in_the_feed_the_history_and_what_is_live() {
    const CAPTURE: &str =
        "mutation($input: CaptureLeadInput!) { captureLead(input: $input) { id } }";
    const UPDATE: &str =
        "mutation($input: UpdateLeadInput!) { updateLead(input: $input) { outcome } }";
    const HISTORY: &str =
        "query($id: ID!) { lead(id: $id) { match { history { nodes { kind } } } } }";
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let rep = app.token_for(Role::SalesRep).await;
        let acme = fixtures::account(&app.database, "Acme Maschinenbau GmbH", None, None).await;
        let zenith = fixtures::account(&app.database, "Zenith Foods", None, None).await;
        let mut socket = Socket::of(&app.url, &admin).await;
        let events = "subscription { changed(entities: [LEAD_MATCH]) { kind id } }";
        socket.subscribe("a", events, json!({})).await;
        let start = async |token: &str| {
            let answer = app.graphql(token, "{ changeCursor }", json!({})).await;
            answer.data()["changeCursor"].clone()
        };
        let (cursor, of_rep) = (start(&admin).await, start(&rep).await);
        let input =
            json!({"lastName": "Doe", "companyName": "Acme Maschinenbau", "source": "OTHER"});
        let lead = app.graphql(&admin, CAPTURE, json!({"input": input})).await;
        let lead = lead.data()["captureLead"]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let matched = lead.replace("lead_", "match_");
        catch_up(&app.database, &app.clock).await.unwrap();
        let (nodes, cursor) = told(app, &admin, &cursor).await;
        let node = |name: &str| json!({"rule": "COMPANY_NAME", "account": {"name": name}});
        let created = json!([{"kind": "CREATED", "id": matched, "actor": {"kind": "SYSTEM"},
            "fields": [], "node": node(&acme.name)}]);
        assert_eq!(json!(nodes), created);
        loop {
            let event = socket.message().await["payload"]["data"]["changed"].clone();
            if event == json!({"kind": "CREATED", "id": matched}) {
                break;
            }
        }
        // Looked at again, it is as it was.
        let change = async |fields: Value| {
            let mut input = fields;
            input["id"] = json!(lead);
            let _updated = app
                .graphql(&admin, UPDATE, json!({"input": input}))
                .await
                .data();
            catch_up(&app.database, &app.clock).await.unwrap();
        };
        change(json!({"jobTitle": "Buyer"})).await;
        let (nodes, cursor) = told(app, &admin, &cursor).await;
        assert_eq!(nodes, Vec::<Value>::new());
        change(json!({"companyName": "Zenith Foods"})).await;
        let (nodes, _) = told(app, &admin, &cursor).await;
        assert_eq!((&nodes[0]["kind"], nodes.len()), (&json!("UPDATED"), 1));
        assert_eq!(nodes[0]["node"], node(&zenith.name));
        let fields = nodes[0]["fields"].as_array().unwrap();
        let account = fields.iter().find(|it| it["field"] == "accountId").unwrap();
        let acc = |id: uuid::Uuid| format!("acc_{}", id.simple());
        let expected =
            json!({"field": "accountId", "before": acc(acme.id), "after": acc(zenith.id)});
        assert_eq!(*account, expected);
        let history = app.graphql(&admin, HISTORY, json!({"id": lead})).await;
        let kinds = json!([{"kind": "UPDATED"}, {"kind": "CREATED"}]);
        assert_eq!(history.data()["lead"]["match"]["history"]["nodes"], kinds);
        // Who does not see the lead hears nothing.
        assert_eq!(told(app, &rep, &of_rep).await.0, Vec::<Value>::new());
    })
    .await;
}

#[tokio::test]
async fn people_with_other_numbers_are_others_and_reasons_say_what_was_compared() {
    const CREATE: &str = "mutation($input: [CreateContactInput!]!) { createContacts(input: $input) { results { id } } }";
    const PAIRS: &str = "{ duplicateCandidates { nodes { score reasons contact { lastName } } } }";
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let numbered = |name: &str| {
            let email = format!("{}@mail.example", name.to_lowercase());
            json!({"lastName": name, "email": email})
        };
        let input = json!([
            numbered("E44"),
            numbered("E444"),
            numbered("Lemgorberg"),
            numbered("Lemgorburg")
        ]);
        let _made = app
            .graphql(&admin, CREATE, json!({"input": input}))
            .await
            .data();
        catch_up(&app.database, &app.clock).await.unwrap();
        let answer = app.graphql(&admin, PAIRS, json!({})).await;
        let pairs = answer.data()["duplicateCandidates"]["nodes"]
            .as_array()
            .unwrap()
            .clone();
        assert_eq!(pairs.len(), 1, "{pairs:?}");
        assert_eq!(pairs[0]["contact"]["lastName"], "Lemgorberg");
        let reasons = pairs[0]["reasons"].as_array().unwrap();
        for reason in [
            "name: the family name with a slip of the pen; a given name is missing",
            "company: the same mail host",
        ] {
            assert!(reasons.contains(&json!(reason)), "{reasons:?}");
        }
    })
    .await;
}
