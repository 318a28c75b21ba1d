//! Accounts that are made one, with what belongs to them.

use api::{
    dataset::{dataset, global_id},
    views::Role,
};
use entity::lead;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
};

use super::lead_of;

const MERGE: &str = "mutation($input: MergeInput!) { mergeAccounts(input: $input) { mergeId relinked account { id } } }";
const UNDO: &str =
    "mutation($id: ID!) { undoMerge(mergeId: $id) { restored changedSince { id what } } }";
const ACCOUNT: &str = "query($id: ID!) { account(id: $id) {
    industry parent { name }
    domains { nodes { domain isPrimary } }
    contacts { nodes { lastName } }
    opportunities { nodes { name } }
    leads { nodes { email } }
} }";

/// What `mutation`, which makes something of `input`, has made: its id.
async fn made(app: &TestApp, token: &str, mutation: &str, input: Value) -> String {
    let type_name = format!("{}{}", mutation[..1].to_uppercase(), &mutation[1..]);
    let query =
        format!("mutation($input: {type_name}Input!) {{ {mutation}(input: $input) {{ id }} }}");
    let answer = app.graphql(token, &query, json!({"input": input})).await;
    answer.data()[mutation]["id"].as_str().unwrap().to_owned()
}

async fn account(app: &TestApp, token: &str, name: &str, more: Value) -> String {
    let mut input = json!({"name": name});
    let more = more.as_object().cloned().unwrap_or_default();
    input.as_object_mut().unwrap().extend(more);
    made(app, token, "createAccount", input).await
}

async fn merge(app: &TestApp, token: &str, winner: &str, losers: &[&str]) -> Response {
    let input = json!({"winnerId": winner, "loserIds": losers});
    app.graphql(token, MERGE, json!({"input": input})).await
}

async fn undo(app: &TestApp, token: &str, merged: &Response) -> Response {
    let id = &merged.data()["mergeAccounts"]["mergeId"];
    app.graphql(token, UNDO, json!({"id": id})).await
}

async fn seen(app: &TestApp, token: &str, id: &str) -> Value {
    let answer = app.graphql(token, ACCOUNT, json!({"id": id})).await;
    answer.data()["account"].clone()
}

/// An account with a person, a deal, a lead and two domains.
async fn with_all(app: &TestApp, token: &str) -> String {
    let id = account(
        app,
        token,
        "Acme Ltd",
        json!({"domain": "acme.test", "industry": "Steel"}),
    )
    .await;
    let domain = json!({"accountId": id, "domain": "acme.net"});
    made(app, token, "addAccountDomain", domain).await;
    let person = json!({"lastName": "Doe", "accountId": id});
    made(app, token, "createContact", person).await;
    let owner = tests::fixtures::user(&app.database, "Rita Rep", &[Role::SalesRep]).await;
    let owner = global_id(dataset().entity("User").unwrap(), owner.id);
    let deal = json!({"name": "Big", "accountId": id, "ownerId": owner, "expectedCloseOn": "2026-12-01",
        "amount": {"amount": "10", "currency": "EUR"}});
    made(app, token, "createOpportunity", deal).await;
    let lead = lead_of(app, "eva@acme.test", None).await;
    let row = api::dataset::GlobalId::parse(&id).unwrap().id;
    let tx = app.database.begin().await.unwrap();
    let of_account = lead::ActiveModel {
        id: Set(lead.id),
        account_id: Set(Some(row)),
        ..Default::default()
    };
    of_account.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn what_belongs_to_the_loser_belongs_to_the_winner_until_it_is_undone() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let winner = account(app, &token, "Acme", json!({"domain": "acme.example"})).await;
        let loser = with_all(app, &token).await;
        let (before, other) = (
            seen(app, &token, &winner).await,
            seen(app, &token, &loser).await,
        );
        let merged = merge(app, &token, &winner, &[&loser]).await;
        // Two domains, a person, a deal and a lead.
        assert_eq!(merged.data()["mergeAccounts"]["relinked"], 5);
        let expected = json!({
            "industry": "Steel", "parent": null,
            "domains": {"nodes": [
                {"domain": "acme.example", "isPrimary": true},
                {"domain": "acme.net", "isPrimary": false},
                // It has one that is shown: its own.
                {"domain": "acme.test", "isPrimary": false},
            ]},
            "contacts": {"nodes": [{"lastName": "Doe"}]},
            "opportunities": {"nodes": [{"name": "Big"}]},
            "leads": {"nodes": [{"email": "eva@acme.test"}]},
        });
        assert_eq!(seen(app, &token, &winner).await, expected);
        assert_eq!(seen(app, &token, &loser).await, Value::Null);

        let undone = undo(app, &token, &merged).await;
        assert_eq!(
            undone.data()["undoMerge"],
            json!({"restored": 1, "changedSince": []})
        );
        assert_eq!(seen(app, &token, &winner).await, before);
        assert_eq!(seen(app, &token, &loser).await, other);
    })
    .await;
}

#[tokio::test]
async fn the_first_primary_domain_is_that_of_a_winner_without_one() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let winner = account(app, &token, "Acme", json!({})).await;
        let one = account(app, &token, "Acme Ltd", json!({"domain": "z.example"})).await;
        let two = account(app, &token, "Acme Inc", json!({"domain": "a.example"})).await;
        let _merged = merge(app, &token, &winner, &[&one, &two]).await.data();
        let domains = seen(app, &token, &winner).await["domains"]["nodes"].clone();
        let expected = json!([
            {"domain": "a.example", "isPrimary": false},
            {"domain": "z.example", "isPrimary": true},
        ]);
        assert_eq!(domains, expected);
    })
    .await;
}

#[tokio::test]
async fn no_company_comes_to_belong_to_itself() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let below = async |name: &str, parent: &str| {
            account(app, &token, name, json!({"parentId": parent})).await
        };
        // The top takes what lies below it, and lies below nothing.
        let top = account(app, &token, "Top", json!({})).await;
        let middle = below("Middle", &top).await;
        let low = below("Low", &middle).await;
        for loser in [&low, &middle] {
            let merged = merge(app, &token, &top, &[loser]).await;
            let _merged = merged.data();
            assert_eq!(seen(app, &token, &top).await["parent"], Value::Null);
            let _undone = undo(app, &token, &merged).await.data();
        }
        assert_eq!(seen(app, &token, &low).await["parent"]["name"], "Middle");
        // Each lies below the other then: somebody has to say how it is to be.
        let refused = merge(app, &token, &low, &[&top]).await;
        assert_eq!(refused.codes(), ["VALIDATION"], "{}", refused.text);
        // Right below it, it takes its place.
        let merged = merge(app, &token, &middle, &[&top]).await;
        assert_eq!(seen(app, &token, &middle).await["parent"], Value::Null);
        let update =
            "mutation($input: UpdateAccountInput!) { updateAccount(input: $input) { outcome } }";
        let moved = json!({"input": {"id": middle, "parentId": null}});
        let _unchanged = app.graphql(&token, update, moved).await.data();
        let undone = undo(app, &token, &merged).await;
        assert_eq!(undone.data()["undoMerge"]["restored"], 1);
        assert_eq!(seen(app, &token, &middle).await["parent"]["name"], "Top");
    })
    .await;
}

#[tokio::test]
async fn a_merge_is_not_undone_where_a_company_would_belong_to_itself() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let group = account(app, &token, "Group", json!({})).await;
        let loser = account(app, &token, "Acme Ltd", json!({"parentId": group})).await;
        let below = account(app, &token, "Below", json!({"parentId": loser})).await;
        let elsewhere = account(app, &token, "Elsewhere", json!({})).await;
        let winner = account(app, &token, "Acme", json!({"parentId": elsewhere})).await;
        let merged = merge(app, &token, &winner, &[&loser]).await;
        let _merged = merged.data();
        let update =
            "mutation($input: UpdateAccountInput!) { updateAccount(input: $input) { outcome } }";
        let put = async |parent: Value| {
            let moved = json!({"input": {"id": group, "parentId": parent}});
            app.graphql(&token, update, moved).await.data().clone()
        };
        put(json!(below)).await;
        let refused = undo(app, &token, &merged).await;
        assert_eq!(refused.codes(), ["VALIDATION"]);
        assert!(refused.text.contains("below itself"), "{}", refused.text);
        put(Value::Null).await;
        assert_eq!(
            undo(app, &token, &merged).await.data()["undoMerge"]["restored"],
            1
        );
    })
    .await;
}
