//! Lists in which something is wrong: each fault is told of its row, and where the list is not atomic the others
//! are written, whoever finds the fault.

use api::views::Role;
use entity::account;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};

use super::{id, input, log, pairs, problems, somebody};

/// What became of each row of a list, or what is wrong with it.
async fn each(
    app: &TestApp,
    token: &str,
    (mutation, kind): (&str, &str),
    list: &Value,
) -> Vec<String> {
    let document = format!(
        "mutation ($input: [{kind}!]!) {{ told: {mutation}(input: $input, atomic: false) {{
          results {{ outcome problems {{ code field }} }} }} }}"
    );
    let answer = app.graphql(token, &document, input(list)).await;
    let results = answer.data()["told"]["results"].as_array().unwrap();
    let told = results.iter().map(|result| {
        if let Some(outcome) = result["outcome"].as_str() {
            return outcome.to_owned();
        }
        let problem = &result["problems"][0];
        format!("{} {}", problem["code"], problem["field"]).replace('"', "")
    });
    told.collect()
}

async fn accounts(app: &TestApp) -> u64 {
    let all = account::Entity::find();
    all.count(app.database.reads()).await.unwrap()
}

#[tokio::test]
async fn what_is_there_already_does_not_keep_the_others_from_being_written() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let create = "mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { id } }";
        let said = json!({ "name": "Spring", "kind": "EVENT" });
        let answer = app.graphql(&admin, create, input(&said)).await;
        let campaign = answer.data()["createCampaign"]["id"].clone();
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let mut members = Vec::new();
        for name in ["One", "Two", "Three"] {
            let contact = fixtures::contact(&app.database, ("Jane", name), &acme).await;
            members.push(json!({ "campaignId": campaign, "contactId": id("Contact", contact.id) }));
        }
        let add = ("addCampaignMembers", "AddCampaignMemberInput");
        assert_eq!(each(app, &admin, add, &json!([members[1]])).await, ["CREATED"]);
        let told = each(app, &admin, add, &json!([members[0], members[1], members[2], members[0]])).await;
        let there = "ALREADY_EXISTS input.1.contactId";
        assert_eq!(told, ["CREATED", there, "CREATED", "VALIDATION input.3.contactId"]);

        let upsert = ("upsertAccounts", "UpsertAccountInput");
        let of = |name: &str, key: &str, domain: &str| json!({ "name": name, "externalId": { "system": "erp", "key": key }, "domain": domain });
        assert_eq!(each(app, &admin, upsert, &json!([of("A", "a", "a.example")])).await, ["CREATED"]);
        let list = json!([of("B", "b", "b.example"), of("B2", "b", "b2.example"), of("C", "c", "b.example"), of("D", "d", "d.example")]);
        let told = each(app, &admin, upsert, &list).await;
        assert_eq!(told, ["CREATED", "VALIDATION input.1.externalId", "VALIDATION input.2.domain", "CREATED"]);
        let list = json!([of("E", "e", "e.example"), of("D", "d", "a.example")]);
        let told = each(app, &admin, upsert, &list).await;
        assert_eq!(told, ["CREATED", "ALREADY_EXISTS input.1.domain"]);
        let touch = |key: &str| json!({ "kind": "CALL", "dedupeKey": key });
        let told = each(app, &admin, ("logTouches", "LogTouchInput"), &json!([touch("1"), touch("1"), touch("2")])).await;
        assert_eq!(told, ["CREATED", "VALIDATION input.1.dedupeKey", "CREATED"]);
    })
    .await;
}

#[tokio::test]
async fn what_only_the_database_finds_is_told_of_its_row() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let one_name = "CREATE UNIQUE INDEX of_a_test ON account (name)";
        let tx = app.database.begin().await.unwrap();
        tx.execute_unprepared(one_name).await.unwrap();
        tx.commit().await.unwrap();
        let _taken = fixtures::account(&app.database, "N7", None, None).await;
        let list: Vec<Value> = (0..11)
            .map(|index| json!({ "name": format!("N{}", if index == 9 { 2 } else { index }) }))
            .collect();
        let list = json!(list);
        let before = log(app).await.len();
        let create = "mutation ($input: [CreateAccountInput!]!) { createAccounts(input: $input) { results { outcome } } }";
        let answer = app.graphql(&admin, create, input(&list)).await;
        let expected = [("ALREADY_EXISTS", "input.7"), ("ALREADY_EXISTS", "input.9")];
        assert_eq!(problems(&answer), pairs(&expected), "{}", answer.text);
        assert_eq!((accounts(app).await, log(app).await.len()), (1, before));
        let told = each(app, &admin, ("createAccounts", "CreateAccountInput"), &list).await;
        let made = |index: &usize| ![7, 9].contains(index);
        for (index, told) in told.iter().enumerate() {
            assert_eq!(told == "CREATED", made(&index), "{index} {told}");
        }
        assert_eq!((accounts(app).await, log(app).await.len()), (10, before + 9));
    })
    .await;
}

#[tokio::test]
async fn what_others_refer_to_is_not_destroyed_and_they_are_named() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let used = fixtures::account(&app.database, "Used", None, None).await;
        let free = fixtures::account(&app.database, "Free", None, None).await;
        let contact = fixtures::contact(&app.database, ("Jane", "Doe"), &used).await;
        let which = json!([{ "id": id("Account", used.id) }, { "id": id("Account", free.id) }]);
        let told = each(app, &admin, ("deleteAccounts", "DeleteInput"), &which).await;
        assert_eq!(told, ["DELETED", "DELETED"]);
        let destroy =
            "mutation ($input: DestroyInput!) { destroyAccount(input: $input) { outcome } }";
        let refused = async || {
            let answer = app.graphql(&admin, destroy, input(&which[0])).await;
            assert_eq!(
                problems(&answer),
                pairs(&[("IN_USE", "input.id")]),
                "{}",
                answer.text
            );
            answer.body["errors"][0]["message"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        assert!(refused().await.contains("Contact"));
        let told = each(app, &admin, ("destroyAccounts", "DestroyInput"), &which).await;
        assert_eq!(told, ["IN_USE input.0.id", "DESTROYED"]);
        // So do rows that are deleted, until they are destroyed.
        let which_contact = json!([{ "id": id("Contact", contact.id) }]);
        let told = each(
            app,
            &admin,
            ("deleteContacts", "DeleteInput"),
            &which_contact,
        )
        .await;
        assert_eq!(told, ["DELETED"]);
        assert!(refused().await.contains("Contact"));
        let told = each(
            app,
            &admin,
            ("destroyContacts", "DestroyInput"),
            &which_contact,
        )
        .await;
        assert_eq!(told, ["DESTROYED"]);
        let told = each(
            app,
            &admin,
            ("destroyAccounts", "DestroyInput"),
            &json!([which[0]]),
        )
        .await;
        assert_eq!(told, ["DESTROYED"]);
    })
    .await;
}

#[tokio::test]
async fn errors_that_there_is_no_room_for_are_counted() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let list = vec![json!({ "name": " " }); 50];
        let create = "mutation ($input: [CreateAccountInput!]!) { createAccounts(input: $input) { results { outcome } } }";
        let answer = app.graphql(&admin, create, input(&json!(list))).await;
        let errors = answer.body["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 20);
        let more: Vec<&Value> = errors.iter().map(|error| &error["extensions"]["more"]).collect();
        assert_eq!((more[18], more[19]), (&Value::Null, &json!(30)));
        let answer = app.graphql(&admin, create, input(&json!(list[..20]))).await;
        assert_eq!(answer.body["errors"][19]["extensions"]["more"], Value::Null);
    })
    .await;
}
