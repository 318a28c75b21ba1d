//! What is found is told to those who see what it was found by, and tells nobody else that it is there.

use api::{
    dataset::{dataset, global_id},
    services::matching::catch_up,
    views::Role,
};
use entity::{lead, user};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};
use uuid::Uuid;

use super::contact_named;

fn id(noun: &str, id: Uuid) -> String {
    global_id(dataset().entity(noun).unwrap(), id)
}

/// A user in a role, and their token.
async fn somebody(app: &TestApp, name: &str, role: Role) -> (user::Model, String) {
    let user = fixtures::user(&app.database, name, &[role]).await;
    app.forget_callers();
    let token = app.token_of(&user.email).await;
    (user, token)
}

/// A lead of `owner` that names a company.
async fn lead_at(app: &TestApp, company: &str, owner: &user::Model) -> lead::Model {
    let row = lead::Model {
        company_name: Some(company.to_owned()),
        owner_id: Some(owner.id),
        ..fixtures::some_lead()
    };
    let tx = app.database.begin().await.unwrap();
    row.clone().into_active_model().insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
    row
}

#[tokio::test]
async fn a_match_with_an_account_that_is_not_seen_is_as_good_as_none() {
    each_app(async |app| {
        let (rita, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let (other, _) = somebody(app, "Otto Other", Role::SalesRep).await;
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let hidden = fixtures::account(&app.database, "Labadie Goodwin", None, Some(&other)).await;
        let own = fixtures::account(&app.database, "Zenith Foods", None, Some(&rita)).await;
        let near_hidden = lead_at(app, "Labadie Goodwinx", &rita).await;
        let near_own = lead_at(app, "Zenith Foodz", &rita).await;
        let near_none = lead_at(app, "Quite Another", &rita).await;
        catch_up(&app.database, &app.clock).await.unwrap();
        let ask = "query ($id: ID!) { lead(id: $id) { matchId match {
            rule score reasons accountId account { id } accountRef { id name status }
            candidates(first: 5) { totalCount }
        } } }";
        let of = async |token: &str, lead: &lead::Model| {
            let answer = app
                .graphql(token, ask, json!({ "id": id("Lead", lead.id) }))
                .await;
            answer.data()["lead"].clone()
        };
        let nothing = json!({ "matchId": null, "match": null });
        assert_eq!(of(&rep, &near_hidden).await, nothing);
        assert_eq!(of(&rep, &near_none).await, nothing);
        assert_eq!(
            of(&rep, &near_own).await["match"]["accountId"],
            id("Account", own.id)
        );
        let seen = of(&admin, &near_hidden).await;
        assert_eq!(seen["match"]["accountId"], id("Account", hidden.id));
        assert_eq!(of(&admin, &near_none).await["match"]["rule"], "NONE");
        let count = "{ leadMatches { totalCount } leadMatchAggregate { count }
            byRule: leadMatchGroups(by: [{ rule: VALUE }]) { key { rule } count } }";
        let counted = app.graphql(&rep, count, Value::Null).await;
        assert_eq!(
            counted.data()["leadMatches"]["totalCount"],
            1,
            "{}",
            counted.text
        );
        assert_eq!(counted.data()["leadMatchAggregate"]["count"], 1);
        assert!(!counted.text.contains("NONE"));
    })
    .await;
}

#[tokio::test]
async fn nobody_finds_out_an_address_by_guessing_it() {
    each_app(async |app| {
        let (rita, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let db = &app.database;
        let place = fixtures::territory(db, "/at/", None, &[&rita]).await;
        app.forget_callers();
        let near = fixtures::account(db, "Nearby", Some(&place), None).await;
        let own = fixtures::account(db, "Own", None, Some(&rita)).await;
        let victim = contact_named(app, ("Vera", "Lindqvist"), "vera.l@nearby.example", &near).await;
        // They see her, and not her address.
        let look = "query ($id: ID!) { contact(id: $id) { lastName maskedFields } }";
        let seen = app.graphql(&rep, look, json!({ "id": id("Contact", victim.id) })).await;
        assert_eq!(seen.data()["contact"]["maskedFields"], json!(["email", "phone"]));
        let create = "mutation ($input: CreateContactInput!) { it: createContact(input: $input, validateOnly: true) { id outcome contact { id } } }";
        let upsert = "mutation ($input: [UpsertContactInput!]!) { it: upsertContacts(input: $input, atomic: false, validateOnly: true) { results { id outcome problems { code field message } } } }";
        let tried = async |document: &str, input: Value| {
            let answer = app.graphql(&rep, document, json!({ "input": input })).await;
            let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
            let codes: Vec<Value> = errors.iter().map(|it| it["extensions"].clone()).collect();
            json!([answer.body["data"]["it"], codes])
        };
        for account in [Some(own.id), None] {
            let said = |email: &str| {
                let account = account.map(|account| id("Account", account));
                json!({ "lastName": "x", "email": email, "accountId": account })
            };
            let (right, wrong) = (said("vera.l@nearby.example"), said("vera.m@nearby.example"));
            for document in [create, upsert] {
                let (right, wrong) = (tried(document, right.clone()).await, tried(document, wrong.clone()).await);
                assert_eq!(right, wrong, "{document}");
            }
        }
        // A contact of their own with that address is theirs, whoever has it as well.
        let really = "mutation ($input: CreateContactInput!) { it: createContact(input: $input) { id outcome } }";
        let said = json!({ "lastName": "x", "email": "vera.l@nearby.example", "accountId": id("Account", own.id) });
        let made = tried(really, said.clone()).await;
        assert_eq!(made[0]["outcome"], "CREATED", "{made}");
        let again = tried(create, said.clone()).await;
        assert_eq!(again[1][0]["code"], "ALREADY_EXISTS");
        let update = tried(upsert, said).await;
        assert_eq!(update[0]["results"][0]["id"], made[0]["id"], "{update}");
    })
    .await;
}

#[tokio::test]
async fn a_pair_is_told_to_who_sees_what_it_was_found_by() {
    each_app(async |app| {
        let (rita, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let (_, analyst) = somebody(app, "Anna Analyst", Role::Analyst).await;
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let db = &app.database;
        let place = fixtures::territory(db, "/at/", None, &[&rita]).await;
        app.forget_callers();
        let near = fixtures::account(db, "Nearby", Some(&place), None).await;
        let own = fixtures::account(db, "Own", None, Some(&rita)).await;
        contact_named(app, ("Vera", "Lindqvist"), "vera.l@nearby.example", &near).await;
        contact_named(app, ("Vera", "Lindqvist"), "vera.m@nearby.example", &own).await;
        catch_up(&app.database, &app.clock).await.unwrap();
        let ask = "{ duplicateCandidates { totalCount nodes { score reasons } }
            duplicateCandidateAggregate { count } }";
        let count = async |token: &str| {
            let answer = app.graphql(token, ask, Value::Null).await;
            let counts = [
                &answer.data()["duplicateCandidates"]["totalCount"],
                &answer.data()["duplicateCandidateAggregate"]["count"],
            ];
            counts.map(|count| count.as_u64().unwrap())
        };
        assert_eq!(count(&admin).await, [1, 1]);
        assert_eq!(count(&rep).await, [0, 0]);
        assert_eq!(count(&analyst).await, [0, 0]);
        // Of two at their own account they see everything.
        contact_named(app, ("Vera", "Lindqvist"), "vera.n@nearby.example", &own).await;
        catch_up(&app.database, &app.clock).await.unwrap();
        assert_eq!(count(&admin).await, [3, 3]);
        assert_eq!(count(&rep).await, [1, 1]);
    })
    .await;
}
