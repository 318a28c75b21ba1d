//! Pairs of which somebody has said that they are two.

use api::{
    dataset::{dataset, global_id},
    services::matching::catch_up,
    views::Role,
};
use entity::{account, contact, duplicate_candidate};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, sea_query::Expr};
use serde_json::json;
use tests::{
    app::{TestApp, each_app},
    client::Response,
    fixtures,
};

use super::contact_named;

const DISMISS: &str = "mutation($id: ID!) { dismissDuplicate(id: $id) {
    duplicateCandidate { state decidedAt contact { id } otherContact { id } } } }";

async fn pairs(app: &TestApp) -> Vec<duplicate_candidate::Model> {
    catch_up(&app.database, &app.clock).await.unwrap();
    let all = duplicate_candidate::Entity::find();
    all.all(app.database.reads()).await.unwrap()
}

/// Two contacts that may be the same, and their pair.
async fn pair(app: &TestApp) -> (contact::Model, String) {
    let acme = fixtures::account(&app.database, "Acme", None, None).await;
    contact_named(app, ("Eva", "Lemgor"), "eva.lemgor@acme.example", &acme).await;
    let two = contact_named(app, ("Eva", "Lemgorr"), "eva.lemgorr@acme.example", &acme).await;
    let found = pairs(app).await;
    assert_eq!(found.len(), 1);
    let entity = dataset().entity("DuplicateCandidate").unwrap();
    (two, global_id(entity, found[0].id))
}

async fn dismiss(app: &TestApp, token: &str, id: &str) -> Response {
    app.graphql(token, DISMISS, json!({"id": id})).await
}

#[tokio::test]
async fn a_pair_that_was_dismissed_is_not_found_again() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let (two, id) = pair(app).await;
        let answer = dismiss(app, &token, &id).await;
        let told = &answer.data()["dismissDuplicate"]["duplicateCandidate"];
        assert_eq!(told["state"], "DISMISSED");
        assert_eq!(told["decidedAt"], "2026-11-22T12:00:00.000000Z");
        // As it was, nobody decides twice.
        let again = dismiss(app, &token, &id).await;
        assert_eq!(again.data(), answer.data());

        let tx = app.database.begin().await.unwrap();
        let renamed = contact::ActiveModel {
            id: Set(two.id),
            email: Set(Some("eva.lemgor@acme.example".to_owned())),
            version: Set(2),
            ..Default::default()
        };
        renamed.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let open = "{ duplicateCandidates(filter: {state: {eq: OPEN}}) { nodes { id } } }";
        assert_eq!(pairs(app).await.len(), 1);
        let open = app.graphql(&token, open, json!({})).await;
        assert_eq!(open.data()["duplicateCandidates"]["nodes"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn who_may_not_decide_is_refused_and_who_does_not_see_both_finds_no_pair() {
    each_app(async |app| {
        let (_, id) = pair(app).await;
        let rita = fixtures::user(&app.database, "Rita Rep", &[Role::SalesRep]).await;
        let own =
            account::Entity::update_many().col_expr(account::Column::OwnerId, Expr::value(rita.id));
        own.exec(app.database.writes()).await.unwrap();
        let owner = app.token_of(&rita.email).await;
        assert_eq!(dismiss(app, &owner, &id).await.codes(), ["FORBIDDEN_SCOPE"]);
        // Who sees the two with their addresses masked is not told that they are alike.
        let analyst = app.token_for(Role::Analyst).await;
        assert_eq!(dismiss(app, &analyst, &id).await.codes(), ["NOT_FOUND"]);
        // A rep without territories sees neither.
        let rep = app.token_for(Role::SalesRep).await;
        let hidden = dismiss(app, &rep, &id).await;
        assert_eq!(hidden.codes(), ["NOT_FOUND"]);
        let absent = "dup_00000000000000000000000000000000";
        let none = dismiss(app, &rep, absent).await;
        assert_eq!(
            none.body["errors"][0]["message"],
            hidden.body["errors"][0]["message"]
        );
        assert_eq!(format!("{:?}", pairs(app).await[0].state), "Open");
    })
    .await;
}
