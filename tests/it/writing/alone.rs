//! What is one row's alone: nobody gets it a second time, in whatever way rows are written.

use api::views::Role;
use entity::contact;
use futures::future::join_all;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};

use super::{id, input, pairs, problems, somebody};

const UPSERT: &str =
    "mutation ($input: UpsertContactInput!) { told: upsertContact(input: $input) { id outcome } }";
const UPSERT_MANY: &str = "mutation ($input: [UpsertContactInput!]!, $atomic: Boolean! = true) {
  told: upsertContacts(input: $input, atomic: $atomic) { results { outcome problems { code field message } } }
}";
const UPDATE: &str =
    "mutation ($input: UpdateContactInput!) { told: updateContact(input: $input) { outcome } }";

async fn contacts(app: &TestApp) -> u64 {
    let all = contact::Entity::find();
    all.count(app.database.reads()).await.unwrap()
}

/// What is told of the row that was written.
async fn told(app: &TestApp, token: &str, mutation: &str, said: &Value) -> Value {
    let answer = app.graphql(token, mutation, input(said)).await;
    answer.data()["told"].clone()
}

#[tokio::test]
async fn a_row_that_comes_twice_in_a_list_is_refused_the_second_time() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let list = json!([
            { "lastName": "A", "email": "x@z.example" },
            { "lastName": "B", "email": "info@z.example" },
            { "lastName": "C", "email": "X@z.example" },
            { "lastName": "D", "email": "info@z.example" },
        ]);
        let create = UPSERT_MANY
            .replace("UpsertContactInput", "CreateContactInput")
            .replace("upsertContacts", "createContacts");
        for mutation in [UPSERT_MANY, create.as_str()] {
            let answer = app.graphql(&admin, mutation, input(&list)).await;
            assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.2.email")]));
            let message = answer.body["errors"][0]["message"].as_str().unwrap();
            assert!(message.contains("input.0"), "{message}");
            assert_eq!(contacts(app).await, 0);
        }
        let answer = app
            .graphql(&admin, UPSERT_MANY, json!({ "input": list, "atomic": false }))
            .await;
        let results = &answer.data()["told"]["results"];
        let outcomes: Vec<&Value> = (0..4).map(|index| &results[index]["outcome"]).collect();
        let made = json!("CREATED");
        assert_eq!(outcomes, [&made, &made, &Value::Null, &made]);
        // By two ways to the same row, which is there.
        let known = json!({ "system": "crm", "key": "1" });
        let said = json!({ "email": "x@z.example", "externalId": known });
        assert_eq!(told(app, &admin, UPSERT, &said).await["outcome"], "UNCHANGED");
        let list = json!([{ "externalId": known, "jobTitle": "Buyer" }, { "email": "x@z.example", "jobTitle": "Boss" }]);
        let answer = app.graphql(&admin, UPSERT_MANY, input(&list)).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.1.email")]));
    })
    .await;
}

#[tokio::test]
async fn a_row_does_not_become_what_another_one_is() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let key = |key: &str| json!({ "system": "crm", "key": key });
        let one = json!({ "lastName": "One", "email": "one@z.example", "externalId": key("1") });
        let two = json!({ "lastName": "Two", "email": "two@z.example", "externalId": key("2") });
        let one = told(app, &admin, UPSERT, &one).await["id"].clone();
        let two = told(app, &admin, UPSERT, &two).await["id"].clone();
        let taken = pairs(&[("ALREADY_EXISTS", "input.email")]);
        let said = json!({ "id": two, "email": "One@z.example" });
        let answer = app.graphql(&admin, UPDATE, input(&said)).await;
        assert_eq!(problems(&answer), taken);
        let message = answer.body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(one.as_str().unwrap()), "{message}");
        let said = json!({ "externalId": key("2"), "email": "one@z.example" });
        let answer = app.graphql(&admin, UPSERT, input(&said)).await;
        assert_eq!(problems(&answer), taken);
        let said = json!({ "id": two, "externalId": key("1") });
        let answer = app.graphql(&admin, UPDATE, input(&said)).await;
        assert_eq!(problems(&answer), pairs(&[("ALREADY_EXISTS", "input.externalId")]));
        // Its own it has, and a mailbox that many share is nobody's.
        for email in ["two@z.example", "info@z.example"] {
            for row in [&one, &two] {
                let said = json!({ "id": row, "email": email, "externalId": key(if *row == one { "1" } else { "2" }) });
                if email.starts_with("two") && *row == one {
                    continue;
                }
                let answer = app.graphql(&admin, UPDATE, input(&said)).await;
                assert_eq!(problems(&answer), [], "{said}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_since_is_not_brought_back_beside_it() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let said = json!({ "lastName": "One", "email": "one@z.example" });
        let old = told(app, &admin, UPSERT, &said).await["id"].clone();
        let delete =
            "mutation ($input: DeleteInput!) { told: deleteContact(input: $input) { outcome } }";
        let restore =
            "mutation ($input: RestoreInput!) { told: restoreContact(input: $input) { outcome } }";
        let which = |row: &Value| json!({ "id": row });
        assert_eq!(
            told(app, &admin, delete, &which(&old)).await["outcome"],
            "DELETED"
        );
        let new = told(app, &admin, UPSERT, &said).await;
        assert_eq!(new["outcome"], "CREATED");
        let answer = app.graphql(&admin, restore, input(&which(&old))).await;
        assert_eq!(problems(&answer), pairs(&[("ALREADY_EXISTS", "input.id")]));
        let message = answer.body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(new["id"].as_str().unwrap()), "{message}");
        assert_eq!(
            told(app, &admin, delete, &which(&new["id"])).await["outcome"],
            "DELETED"
        );
        assert_eq!(
            told(app, &admin, restore, &which(&old)).await["outcome"],
            "RESTORED"
        );
    })
    .await;
}

#[tokio::test]
async fn of_many_who_ask_for_one_row_at_once_one_makes_it() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        for round in 0..4 {
            let said = json!({
                "lastName": "Doe", "email": format!("doe{round}@z.example"),
            });
            let answers = join_all((0..6).map(|_| told(app, &admin, UPSERT, &said))).await;
            let made = answers.iter().filter(|told| told["outcome"] == "CREATED");
            assert_eq!(made.count(), 1, "{answers:?}");
        }
        assert_eq!(contacts(app).await, 4);
    })
    .await;
}

#[tokio::test]
async fn what_a_deleted_row_has_is_told_with_the_row_to_who_may_restore_it() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let (rita, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let upsert = "mutation ($input: UpsertAccountInput!) { told: upsertAccount(input: $input) { id outcome } }";
        let known = json!({ "system": "erp", "key": "1" });
        let said = json!({ "name": "Acme", "externalId": known, "domain": "acme.example", "ownerId": id("User", rita.id) });
        let gone = told(app, &admin, upsert, &said).await["id"].clone();
        let delete = "mutation ($input: DeleteInput!) { told: deleteAccount(input: $input) { outcome } }";
        assert_eq!(told(app, &admin, delete, &json!({ "id": gone })).await["outcome"], "DELETED");

        let by_key = json!({ "name": "Acme", "externalId": known });
        let by_domain = json!({ "name": "Acme", "domain": "www.acme.example" });
        for (said, field) in [(by_key, "input.externalId"), (by_domain, "input.domain")] {
            let answer = app.graphql(&admin, upsert, input(&said)).await;
            assert_eq!(problems(&answer), pairs(&[("ALREADY_EXISTS", field)]));
            let message = answer.body["errors"][0]["message"].as_str().unwrap();
            assert!(message.contains(gone.as_str().unwrap()) && message.contains("restore"), "{message}");
        }
        let own = fixtures::account(&app.database, "Own", None, Some(&rita)).await;
        let update = "mutation ($input: UpdateAccountInput!) { told: updateAccount(input: $input) { outcome } }";
        let said = json!({ "id": id("Account", own.id), "domain": "acme.example" });
        let answer = app.graphql(&rep, update, input(&said)).await;
        assert_eq!(problems(&answer), pairs(&[("ALREADY_EXISTS", "input.domain")]));
        assert!(!answer.text.contains(gone.as_str().unwrap()), "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn who_wait_for_one_another_are_told_to_come_again() {
    each_app(async |app| {
        let (_, ada) = somebody(app, "Ada Byron", Role::Admin).await;
        let (_, eva) = somebody(app, "Eva Byron", Role::Admin).await;
        let both = |first: &str, second: &str| {
            let one = |email: &str| format!("upsertContact(input: {{ lastName: \"Doe\", email: \"{email}@z.example\" }}) {{ outcome }}");
            format!("mutation {{ one: {} other: {} }}", one(first), one(second))
        };
        let documents = [both("a", "b"), both("b", "a")];
        let answers = join_all((0..12).map(|index| {
            let token = if index < 6 { &ada } else { &eva };
            app.graphql(token, &documents[index % 2], json!({}))
        }));
        let answers = answers.await;
        let codes: Vec<&str> = answers.iter().flat_map(|answer| answer.codes()).collect();
        assert!(codes.iter().all(|code| *code == "SERVICE_UNAVAILABLE"), "{codes:?}");
        assert_eq!(contacts(app).await, 2);
    })
    .await;
}
