//! The domains of an account: which it has, and which of them is shown.

use api::views::Role;
use entity::account_domain;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::app::{TestApp, each_app};

use super::{input, log, pairs, problems, somebody};

const ADD: &str = "mutation ($input: AddAccountDomainInput!) { told: addAccountDomain(input: $input) { id outcome } }";
const SHOW: &str = "mutation ($input: UpdateAccountDomainInput!) { told: updateAccountDomain(input: $input) { id outcome } }";
const UPDATE: &str = "mutation ($input: UpdateAccountInput!) { told: updateAccount(input: $input) { outcome account { version } } }";

/// Each domain, and whether it is shown.
async fn domains(app: &TestApp) -> Vec<(String, bool)> {
    let rows = account_domain::Entity::find()
        .all(app.database.reads())
        .await
        .unwrap();
    let mut domains: Vec<_> = rows
        .into_iter()
        .map(|row| (row.domain, row.is_primary))
        .collect();
    domains.sort();
    domains
}

#[tokio::test]
async fn a_domain_that_the_account_has_is_no_change_and_none_is_taken_away_by_another() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let create =
            "mutation ($input: CreateAccountInput!) { told: createAccount(input: $input) { id } }";
        let answer = app
            .graphql(&admin, create, input(&json!({ "name": "Acme" })))
            .await;
        let row = answer.data()["told"]["id"].clone();
        let update = async |said: Value| {
            let said = json!({ "id": row, "domain": said });
            app.graphql(&admin, UPDATE, input(&said)).await
        };
        let answer = update(json!("one.example")).await;
        assert_eq!(answer.data()["told"]["outcome"], "UPDATED");
        assert_eq!(domains(app).await, [("one.example".to_owned(), true)]);
        let before = log(app).await.len();
        let answer = update(json!("www.One.example")).await;
        assert_eq!(
            answer.data()["told"],
            json!({ "outcome": "UNCHANGED", "account": { "version": 1 } })
        );
        let answer = update(Value::Null).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.domain")]));
        assert_eq!(log(app).await.len(), before);
        let answer = update(json!("two.example")).await;
        assert_eq!(answer.data()["told"]["outcome"], "UPDATED");
        let both = [
            ("one.example".to_owned(), true),
            ("two.example".to_owned(), false),
        ];
        assert_eq!(domains(app).await, both);
    })
    .await;
}

#[tokio::test]
async fn one_domain_of_an_account_is_the_one_to_show() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let create =
            "mutation ($input: CreateAccountInput!) { told: createAccount(input: $input) { id } }";
        let answer = app
            .graphql(&admin, create, input(&json!({ "name": "Acme" })))
            .await;
        let account = answer.data()["told"]["id"].clone();
        let add = async |domain: &str, shown: Option<bool>| {
            let mut said = json!({ "accountId": account, "domain": domain });
            if let Some(shown) = shown {
                said["isPrimary"] = json!(shown);
            }
            app.graphql(&admin, ADD, input(&said)).await
        };
        let one = add("WWW.one.example", None).await.data()["told"]["id"].clone();
        let two = add("two.example", None).await.data()["told"]["id"].clone();
        let shown = async || {
            let domains = domains(app).await.into_iter();
            domains
                .filter_map(|(domain, shown)| shown.then_some(domain))
                .collect::<Vec<_>>()
        };
        assert_eq!(shown().await, ["one.example"]);
        // A domain is known whatever it is written like.
        let answer = add("https://One.example/", None).await;
        assert_eq!(
            problems(&answer),
            pairs(&[("ALREADY_EXISTS", "input.domain")])
        );
        let show = async |row: &Value, shown: bool| {
            let said = json!({ "id": row, "isPrimary": shown });
            app.graphql(&admin, SHOW, input(&said)).await
        };
        assert_eq!(show(&two, true).await.data()["told"]["outcome"], "UPDATED");
        assert_eq!(shown().await, ["two.example"]);
        assert_eq!(
            show(&two, true).await.data()["told"]["outcome"],
            "UNCHANGED"
        );
        assert_eq!(
            show(&one, false).await.data()["told"]["outcome"],
            "UNCHANGED"
        );
        assert_eq!(
            problems(&show(&two, false).await),
            pairs(&[("VALIDATION", "input.isPrimary")])
        );
        let _ = add("three.example", Some(true)).await.data();
        assert_eq!(shown().await, ["three.example"]);
        let told: Vec<Value> = log(app)
            .await
            .into_iter()
            .filter_map(|entry| entry.fields)
            .collect();
        let no_more = json!({ "is_primary": [true, false] });
        assert_eq!(
            told.iter().filter(|fields| **fields == no_more).count(),
            2,
            "{told:?}"
        );
    })
    .await;
}
