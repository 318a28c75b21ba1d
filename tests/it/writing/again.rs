//! What is said again changes nothing, and asks for no right to change it; null takes a value away.

use std::collections::{BTreeMap, BTreeSet};

use api::views::Role;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};

use super::{id, input, pairs, problems, somebody};

/// Every `upsert…` of one row, by its noun.
async fn upserts(app: &TestApp, token: &str) -> BTreeSet<String> {
    let query = r#"{ mutation: __type(name: "Mutation") { fields { name args { type { kind ofType { name } } } } } }"#;
    let answer = app.graphql(token, query, json!({})).await;
    let fields = answer.data()["mutation"]["fields"].as_array().unwrap();
    let inputs = fields.iter().filter_map(|field| {
        let of = field["args"][0]["type"]["ofType"]["name"].as_str()?;
        of.strip_prefix("Upsert")?.strip_suffix("Input")
    });
    inputs.map(str::to_owned).collect()
}

async fn upsert(app: &TestApp, token: &str, noun: &str, said: &Value) -> Value {
    let mutation = format!(
        "mutation ($input: Upsert{noun}Input!) {{ told: upsert{noun}(input: $input) {{ id outcome }} }}"
    );
    let answer = app.graphql(token, &mutation, input(said)).await;
    assert_eq!(problems(&answer), [], "{noun} {said} {}", answer.text);
    answer.data()["told"].clone()
}

#[tokio::test]
async fn each_upsert_can_be_repeated() {
    each_app(async |app| {
        let (ada, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let account = fixtures::account(&app.database, "Acme", None, Some(&ada)).await;
        let contact = fixtures::contact(&app.database, ("Jane", "Doe"), &account).await;
        let made = upsert(app, &admin, "Campaign", &json!({ "name": "Spring", "kind": "EVENT", "externalId": { "system": "x", "key": "0" } })).await;
        let said = |noun: &str| match noun {
            "Account" => json!({ "name": "Own", "domain": "own.example", "country": "FI", "annualRevenue": { "amount": "1.5", "currency": "EUR" }, "customFields": { "a": [1.5, "b"] } }),
            "Asset" => json!({ "title": "Why now", "kind": "DECK", "stage": "DECISION", "ownerId": id("User", ada.id) }),
            "BusinessCalendar" => json!({ "name": "Helsinki", "timeZone": "Europe/Helsinki", "hours": { "monday": [["09:00", "17:00"]] } }),
            "Campaign" => json!({ "name": "Autumn", "kind": "EVENT", "ownerId": id("User", ada.id) }),
            "CampaignMember" => json!({ "campaignId": made["id"], "contactId": id("Contact", contact.id), "status": "SENT" }),
            "Contact" => json!({ "lastName": "Roe", "email": "roe@z.example", "phone": "+4312345678", "accountId": id("Account", account.id), "consent": [{ "channel": "EMAIL", "status": "GIVEN" }] }),
            "Lead" => json!({ "lastName": "Poe", "email": "poe@z.example", "source": "WEB_FORM" }),
            "Opportunity" => json!({ "name": "Big", "stage": "PROPOSAL", "amount": { "amount": "10", "currency": "EUR" }, "expectedCloseOn": "2026-12-24", "ownerId": id("User", ada.id) }),
            "Playbook" => json!({ "name": "New", "leadStatus": "MQL", "active": false }),
            "ReasonCode" => json!({ "kind": "LOST", "key": "TOO_LATE", "label": "We were late" }),
            "RoutingRule" => json!({ "name": "Events", "strategy": "ROUND_ROBIN", "condition": { "source": ["EVENT"] } }),
            "SlaPolicy" => json!({ "name": "Soon", "kind": "ACCEPT", "targetMinutes": 60, "condition": { "source": ["EVENT"] } }),
            "Territory" => json!({ "name": "Moon", "code": "MOON" }),
            "Touch" => json!({ "kind": "WEBINAR_ATTEND", "dedupeKey": "z", "function": "MARKETING", "sourceSystem": "zoom", "occurredAt": "2026-11-22T10:00:00.123Z", "contactId": id("Contact", contact.id) }),
            "User" => json!({ "name": "New", "email": "new@z.example", "roles": ["SALES_REP"], "managerId": id("User", ada.id) }),
            _ => panic!("what is said of {noun}?"),
        };
        let alone = ["Account", "CampaignMember", "Contact", "ReasonCode", "Territory", "Touch", "User"];
        for noun in upserts(app, &admin).await {
            let known = json!({ "system": "z", "key": noun });
            let mut said = said(&noun);
            if !alone.contains(&noun.as_str()) {
                said["externalId"] = known.clone();
            }
            let first = upsert(app, &admin, &noun, &said).await;
            assert_eq!(first["outcome"], "CREATED", "{noun}");
            said["externalId"] = known;
            for _again in 0..2 {
                let again = upsert(app, &admin, &noun, &said).await;
                assert_eq!((&again["outcome"], &again["id"]), (&json!("UNCHANGED"), &first["id"]), "{noun}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn who_may_make_a_row_may_say_it_again_and_not_otherwise() {
    each_app(async |app| {
        let (_, marketer) = somebody(app, "Mara Marketer", Role::Marketer).await;
        let mut said = json!({ "kind": "WEBINAR_ATTEND", "dedupeKey": "z", "occurredAt": "2026-11-22T10:00:00Z", "sourceSystem": "zoom" });
        assert_eq!(upsert(app, &marketer, "Touch", &said).await["outcome"], "CREATED");
        assert_eq!(upsert(app, &marketer, "Touch", &said).await["outcome"], "UNCHANGED");
        said["sourceSystem"] = json!("teams");
        said["kind"] = json!("EVENT_ATTEND");
        let mutation = "mutation ($input: UpsertTouchInput!) { upsertTouch(input: $input) { outcome } }";
        let answer = app.graphql(&marketer, mutation, input(&said)).await;
        let mut told = problems(&answer);
        told.sort();
        let refused = [("FORBIDDEN_SCOPE", "input.kind"), ("FORBIDDEN_SCOPE", "input.sourceSystem")];
        assert_eq!(told, pairs(&refused));
    })
    .await;
}

#[tokio::test]
async fn what_is_masked_is_not_found_out_by_saying_it() {
    each_app(async |app| {
        let (_, manager) = somebody(app, "Mona Manager", Role::MarketingManager).await;
        let account = fixtures::account(&app.database, "Acme", None, None).await;
        let row = fixtures::contact(&app.database, ("Jane", "Doe"), &account).await;
        let update =
            "mutation ($input: UpdateContactInput!) { updateContact(input: $input) { outcome } }";
        let said = json!({ "id": id("Contact", row.id), "email": "jane.doe@example.com" });
        let answer = app.graphql(&manager, update, input(&said)).await;
        assert_eq!(
            problems(&answer),
            pairs(&[("FORBIDDEN_FIELD", "input.email")])
        );
        // Nor is a row found by it: the right guess is answered as a wrong one.
        let upsert =
            "mutation ($input: UpsertContactInput!) { upsertContact(input: $input) { id } }";
        for email in ["jane.doe@example.com", "jane.roe@example.com"] {
            let said = json!({ "email": email, "jobTitle": "Buyer" });
            let answer = app.graphql(&manager, upsert, input(&said)).await;
            assert_eq!(problems(&answer), pairs(&[("FORBIDDEN_SCOPE", "input")]));
        }
    })
    .await;
}

#[tokio::test]
async fn null_takes_a_value_away_whether_a_row_is_named_or_found() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let known = json!({ "system": "erp", "key": "1" });
        let none: BTreeMap<&str, Value> = ["country", "industry", "annualRevenue", "customFields"]
            .map(|field| (field, Value::Null))
            .into();
        let mut nothing = json!(none);
        nothing["externalId"] = known.clone();
        nothing["name"] = json!("Acme");
        // A new row has nothing there anyway.
        nothing["lifecycle"] = Value::Null;
        assert_eq!(upsert(app, &admin, "Account", &nothing).await["outcome"], "CREATED");
        let said = json!({
            "name": "Acme", "externalId": known, "country": "FI", "industry": "Steel", "customFields": { "a": 1 },
            "annualRevenue": { "amount": "1", "currency": "EUR" },
        });
        assert_eq!(upsert(app, &admin, "Account", &said).await["outcome"], "UPDATED");
        let mutation = "mutation ($input: UpsertAccountInput!) { upsertAccount(input: $input) { outcome account { country industry annualRevenue { amount } customFields } } }";
        let answer = app.graphql(&admin, mutation, input(&nothing)).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.lifecycle")]));
        nothing.as_object_mut().unwrap().remove("lifecycle");
        let answer = app.graphql(&admin, mutation, input(&nothing)).await;
        let told = json!({ "outcome": "UPDATED", "account": none });
        assert_eq!(answer.data()["upsertAccount"], told);
        let answer = app.graphql(&admin, mutation, input(&nothing)).await;
        assert_eq!(answer.data()["upsertAccount"]["outcome"], "UNCHANGED");
    })
    .await;
}
