//! One row: made, changed, deleted, brought back and destroyed.

use api::views::Role;
use entity::{account, change::ChangeKind};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::app::{Bearer, each_app};

use super::{id, input, log, pairs, problems, somebody};

const CREATE: &str = "mutation ($input: CreateAccountInput!, $try: Boolean! = false) {
  createAccount(input: $input, validateOnly: $try) {
    id outcome account { id name country version annualRevenue { amount currency } owner { name } domains { nodes { domain isPrimary } } }
  }
}";
const UPDATE: &str = "mutation ($input: UpdateAccountInput!) {
  updateAccount(input: $input) { id outcome account { name industry version } }
}";
const UPSERT: &str = "mutation ($input: UpsertAccountInput!) {
  upsertAccount(input: $input) { id outcome account { name industry version } }
}";

#[tokio::test]
async fn what_is_said_of_a_new_row_is_there_and_on_record() {
    each_app(async |app| {
        let (ada, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let before = log(app).await.len();
        let said = json!({
            "name": " Acme Oy ", "country": "Finland", "domain": "https://www.Acme.fi/about",
            "annualRevenue": { "amount": "1234.50", "currency": "EUR" },
            "ownerId": id("User", ada.id),
            "externalId": { "system": "erp", "key": "4711" }, "reason": "asked for an offer",
        });
        let answer = app.graphql(&admin, CREATE, input(&said)).await;
        let request_id = answer.header("x-request-id").to_owned();
        let made = &answer.data()["createAccount"];
        assert_eq!(made["outcome"], "CREATED");
        assert_eq!(
            made["account"],
            json!({
                "id": made["id"], "name": "Acme Oy", "country": "FI", "version": 1,
                "annualRevenue": { "amount": "1234.50", "currency": "EUR" },
                "owner": { "name": "Ada Byron" },
                "domains": { "nodes": [{ "domain": "acme.fi", "isPrimary": true }] },
            })
        );
        let log = log(app).await.split_off(before);
        let told: Vec<_> = log.iter().map(|it| (it.entity.as_str(), it.kind)).collect();
        assert_eq!(
            told,
            [
                ("account", ChangeKind::Created),
                ("account_domain", ChangeKind::Created)
            ]
        );
        assert_eq!(log[0].actor_id, Some(ada.id));
        assert_eq!(log[0].reason.as_deref(), Some("asked for an offer"));
        assert_eq!(log[0].request_id.as_deref(), Some(request_id.as_str()));
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_and_nothing_is_written() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let before = log(app).await.len();
        let said = json!({
            "name": "  ", "country": "Atlantis", "domain": "gmail.com",
            "annualRevenue": { "amount": "1.234", "currency": "EUR" },
            "ownerId": "acc_00000000000000000000000000000000",
            "externalId": { "system": "", "key": "1" },
        });
        let answer = app.graphql(&admin, CREATE, input(&said)).await;
        assert_eq!(answer.body["data"], json!({ "createAccount": null }));
        let mut told = problems(&answer);
        told.sort();
        assert_eq!(
            told,
            pairs(&[
                ("VALIDATION", "input.annualRevenue.amount"),
                ("VALIDATION", "input.country"),
                ("VALIDATION", "input.domain"),
                ("VALIDATION", "input.externalId.system"),
                ("VALIDATION", "input.name"),
                ("VALIDATION", "input.ownerId"),
            ])
        );
        for (said, expected) in [
            (
                json!({ "name": "Acme", "domain": "gmail.com" }),
                ("VALIDATION", "input.domain"),
            ),
            (
                json!({ "name": "Acme", "ownerId": "user_00000000000000000000000000000000" }),
                ("VALIDATION", "input.ownerId"),
            ),
            (json!({ "name": "a\u{0}b" }), ("VALIDATION", "input.name")),
            (
                json!({ "name": "x".repeat(201) }),
                ("VALIDATION", "input.name"),
            ),
            (
                json!({ "name": "Acme", "customFields": [1] }),
                ("VALIDATION", "input.customFields"),
            ),
        ] {
            let answer = app.graphql(&admin, CREATE, input(&said)).await;
            assert_eq!(problems(&answer), pairs(&[expected]), "{said}");
        }
        let rows = account::Entity::find()
            .count(app.database.reads())
            .await
            .unwrap();
        assert_eq!((rows, log(app).await.len()), (0, before));
    })
    .await;
}

#[tokio::test]
async fn what_is_only_tried_says_what_would_become_of_it_and_is_not_written() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let before = log(app).await.len();
        let said = json!({ "input": { "name": "Acme", "domain": "acme.fi" }, "try": true });
        let answer = app.graphql(&admin, CREATE, said).await;
        let tried = &answer.data()["createAccount"];
        assert_eq!(
            (&tried["outcome"], &tried["id"]),
            (&json!("CREATED"), &Value::Null)
        );
        assert_eq!(tried["account"], Value::Null);
        let rows = account::Entity::find()
            .count(app.database.reads())
            .await
            .unwrap();
        assert_eq!((rows, log(app).await.len()), (0, before));
        let said = json!({ "input": { "name": "Acme", "country": "Atlantis" }, "try": true });
        let answer = app.graphql(&admin, CREATE, said).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.country")]));
    })
    .await;
}

#[tokio::test]
async fn a_change_of_an_old_version_is_refused_with_the_row_as_it_is() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let answer = app
            .graphql(&admin, CREATE, input(&json!({ "name": "Acme" })))
            .await;
        let row = answer.data()["createAccount"]["id"].clone();
        let said = json!({ "id": row, "industry": "Steel", "expectedVersion": 1 });
        let answer = app.graphql(&admin, UPDATE, input(&said)).await;
        let changed = json!({ "name": "Acme", "industry": "Steel", "version": 2 });
        assert_eq!(answer.data()["updateAccount"]["account"], changed);
        assert_eq!(answer.data()["updateAccount"]["outcome"], "UPDATED");
        let last = log(app).await.pop().unwrap();
        assert_eq!(last.fields, Some(json!({ "industry": [null, "Steel"] })));

        let said = json!({ "id": row, "industry": "Paper", "expectedVersion": 1 });
        let answer = app.graphql(&admin, UPDATE, input(&said)).await;
        assert_eq!(answer.codes(), ["VERSION_CONFLICT"]);
        let extensions = &answer.body["errors"][0]["extensions"];
        assert_eq!(extensions["currentVersion"], 2);
        assert_eq!(extensions["current"], changed);

        // Null takes a value away; what is not said stays; what is as it was is no change.
        let said = json!({ "id": row, "industry": null });
        let answer = app.graphql(&admin, UPDATE, input(&said)).await;
        assert_eq!(
            answer.data()["updateAccount"]["account"]["industry"],
            Value::Null
        );
        let answer = app.graphql(&admin, UPDATE, input(&said)).await;
        assert_eq!(answer.data()["updateAccount"]["outcome"], "UNCHANGED");
        assert_eq!(answer.data()["updateAccount"]["account"]["version"], 3);
        let said = json!({ "id": row, "name": null });
        let answer = app.graphql(&admin, UPDATE, input(&said)).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.name")]));
    })
    .await;
}

#[tokio::test]
async fn a_row_is_found_by_what_others_call_it_and_by_what_is_its_alone() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let upsert = async |said: Value| {
            let answer = app.graphql(&admin, UPSERT, input(&said)).await;
            let told = answer.data()["upsertAccount"].clone();
            (told["outcome"].as_str().unwrap().to_owned(), told["id"].clone())
        };
        let erp = json!({ "system": "erp", "key": "4711" });
        let (outcome, row) = upsert(json!({ "name": "Acme", "externalId": erp })).await;
        assert_eq!(outcome, "CREATED");
        let again = upsert(json!({ "name": "Acme", "externalId": erp })).await;
        assert_eq!(again, ("UNCHANGED".to_owned(), row.clone()));
        let said = json!({ "industry": "Steel", "externalId": erp, "domain": "acme.fi" });
        assert_eq!(upsert(said).await, ("UPDATED".to_owned(), row.clone()));
        let said = json!({ "name": "Acme Oy", "domain": "www.acme.fi", "externalId": { "system": "crm", "key": "a" } });
        assert_eq!(upsert(said).await, ("UPDATED".to_owned(), row.clone()));
        let said = json!({ "industry": "Steel", "externalId": { "system": "crm", "key": "a" } });
        assert_eq!(upsert(said).await, ("UNCHANGED".to_owned(), row));
        // What is not there has to be said as a whole.
        let said = json!({ "industry": "Steel", "externalId": { "system": "crm", "key": "b" } });
        let answer = app.graphql(&admin, UPSERT, input(&said)).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.name")]));
        let said = json!({ "name": "Other", "domain": "acme.fi" });
        let answer = app.graphql(&admin, CREATE, input(&said)).await;
        assert_eq!(problems(&answer), pairs(&[("ALREADY_EXISTS", "input.domain")]));
    })
    .await;
}

#[tokio::test]
async fn what_others_call_a_row_is_read_back_by_whoever_sees_the_row() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let (_, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let upsert = "mutation ($input: UpsertAccountInput!) { upsertAccount(input: $input) { account { id externalIds { system key } } } }";
        let mut row = Value::Null;
        for (system, key) in [("erp", "4711"), ("crm", "b"), ("crm", "a")] {
            let known = json!({ "system": system, "key": key });
            let said = json!({ "name": "Acme", "domain": "acme.fi", "externalId": known });
            let answer = app.graphql(&admin, upsert, input(&said)).await;
            row = answer.data()["upsertAccount"]["account"].clone();
        }
        let all = json!([
            { "system": "crm", "key": "a" },
            { "system": "crm", "key": "b" },
            { "system": "erp", "key": "4711" },
        ]);
        assert_eq!(row["externalIds"], all);
        let contact = "mutation ($input: CreateContactInput!) { createContact(input: $input) { contact {
            externalIds { key } account { called: externalIds { __typename s: system key } } } } }";
        let said = json!({ "lastName": "Doe", "accountId": row["id"], "externalId": { "system": "crm", "key": "a" } });
        let answer = app.graphql(&admin, contact, input(&said)).await;
        let made = &answer.data()["createContact"]["contact"];
        // The same key of another noun is another.
        assert_eq!(made["externalIds"], json!([{ "key": "a" }]));
        let first = json!({ "__typename": "ExternalId", "s": "crm", "key": "a" });
        assert_eq!(made["account"]["called"][0], first);

        let list = "{ accounts { nodes { externalIds { system key } } } }";
        let narrowed = Bearer::Service { name: "sync".to_owned(), role: Role::Analyst.to_string() };
        let narrowed = app.issue(narrowed, &["account:read"]).await.unwrap();
        let answer = app.graphql(&narrowed.token, list, json!({})).await;
        assert_eq!(answer.data()["accounts"]["nodes"], json!([{ "externalIds": all }]));
        // Not hers, and not there for her.
        let answer = app.graphql(&rep, list, json!({})).await;
        assert_eq!(answer.data()["accounts"]["nodes"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn what_is_deleted_can_be_brought_back_until_it_is_destroyed() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let said = json!({ "name": "Acme", "domain": "acme.fi" });
        let answer = app.graphql(&admin, CREATE, input(&said)).await;
        let row = answer.data()["createAccount"]["id"].clone();
        let asked = input(&json!({ "id": row, "reason": "a test" }));
        let run = async |verb: &str, kind: &str| {
            let mutation = format!(
                "mutation ($input: {kind}Input!) {{ told: {verb}Account(input: $input) {{ id outcome account {{ name }} }} }}"
            );
            app.graphql(&admin, &mutation, asked.clone()).await
        };
        let answer = run("destroy", "Destroy").await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.id")]));
        let gone = |outcome: &str| json!({ "id": row, "outcome": outcome, "account": null });
        assert_eq!(run("delete", "Delete").await.data()["told"], gone("DELETED"));
        assert_eq!(run("delete", "Delete").await.codes(), ["NOT_FOUND"]);
        let read = "query ($id: ID!) { account(id: $id) { version } }";
        let there = async || app.graphql(&admin, read, json!({ "id": row })).await.data().clone();
        assert_eq!(there().await["account"], Value::Null);
        let back = json!({ "id": row, "outcome": "RESTORED", "account": { "name": "Acme" } });
        assert_eq!(run("restore", "Restore").await.data()["told"], back);
        assert_eq!(there().await["account"]["version"], 3);
        assert_eq!(run("restore", "Restore").await.data()["told"]["outcome"], "UNCHANGED");
        let _ = run("delete", "Delete").await.data();
        assert_eq!(run("destroy", "Destroy").await.data()["told"], gone("DESTROYED"));
        assert_eq!(run("restore", "Restore").await.codes(), ["NOT_FOUND"]);
        let kinds: Vec<_> = log(app).await.into_iter().filter(|it| it.entity == "account").map(|it| it.kind).collect();
        let expected = [
            ChangeKind::Created,
            ChangeKind::Deleted,
            ChangeKind::Restored,
            ChangeKind::Deleted,
            ChangeKind::Destroyed,
        ];
        assert_eq!(kinds, expected);
        // Its domain is free again.
        let answer = app.graphql(&admin, CREATE, input(&said)).await;
        assert_eq!(answer.data()["createAccount"]["outcome"], "CREATED");
    })
    .await;
}
