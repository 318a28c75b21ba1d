//! Where somebody works.

use api::views::Role;
use entity::{territory, user};
use serde_json::json;
use tests::{
    app::{Bearer, TestApp, each_app},
    client::Response,
    fixtures,
};
use uuid::Uuid;

use super::{id, input, log, pairs, problems, somebody};

const SET: &str = "mutation ($input: SetUserTerritoriesInput!) {
  setUserTerritories(input: $input) { user { version territories { nodes { name } } } }
}";

async fn set(
    app: &TestApp,
    token: &str,
    user: &user::Model,
    territories: &[Uuid],
    version: Option<i32>,
) -> Response {
    let territories = territories.iter().map(|it| id("Territory", *it));
    let said = json!({
        "userId": id("User", user.id), "territoryIds": territories.collect::<Vec<_>>(), "expectedVersion": version,
    });
    app.graphql(token, SET, input(&said)).await
}

async fn territories(app: &TestApp) -> [territory::Model; 3] {
    let emea = fixtures::territory(&app.database, "EMEA", None, &[]).await;
    let dach = fixtures::territory(&app.database, "EMEA/DACH", Some(&emea), &[]).await;
    [
        emea,
        dach,
        fixtures::territory(&app.database, "US", None, &[]).await,
    ]
}

#[tokio::test]
async fn the_list_is_replaced_and_what_is_seen_by_it_follows_at_once() {
    each_app(async |app| {
        let (ada, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let (rita, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let [emea, dach, us] = territories(app).await;
        for (name, territory) in [("Acme", &dach), ("Globex", &us)] {
            fixtures::account(&app.database, name, Some(territory), None).await;
        }
        let seen = async || {
            let asked = "{ accounts(orderBy: [{name: ASC}]) { nodes { name } } }";
            let answer = app.graphql(&rep, asked, json!({})).await;
            answer.data()["accounts"]["nodes"].clone()
        };
        assert_eq!(seen().await, json!([]));
        let before = log(app).await.len();
        let answer = set(app, &admin, &rita, &[us.id, emea.id, us.id], Some(1)).await;
        let names = json!([{ "name": "Territory EMEA" }, { "name": "Territory US" }]);
        let user = &answer.data()["setUserTerritories"]["user"];
        assert_eq!(user, &json!({ "version": 2, "territories": { "nodes": names } }));
        assert_eq!(seen().await, json!([{ "name": "Acme" }, { "name": "Globex" }]));
        // The same once more is no change.
        let answer = set(app, &admin, &rita, &[emea.id, us.id], None).await;
        assert_eq!(answer.data()["setUserTerritories"]["user"]["version"], 2);
        let answer = set(app, &admin, &rita, &[dach.id], Some(2)).await;
        assert_eq!(answer.data()["setUserTerritories"]["user"]["version"], 3);
        assert_eq!(seen().await, json!([{ "name": "Acme" }]));
        let answer = set(app, &admin, &rita, &[], None).await;
        let none = json!({ "version": 4, "territories": { "nodes": [] } });
        assert_eq!(answer.data()["setUserTerritories"]["user"], none);
        assert_eq!(seen().await, json!([]));

        let told = log(app).await.split_off(before);
        assert_eq!(told.len(), 3);
        assert!(told.iter().all(|it| (it.entity_id, it.actor_id) == (rita.id, Some(ada.id))));
        let history = "query ($id: ID!) { user(id: $id) { history { nodes { kind fields { field before after } } } } }";
        let answer = app.graphql(&admin, history, json!({ "id": id("User", rita.id) })).await;
        let list = |territories: &[&territory::Model]| {
            let mut ids: Vec<_> = territories.iter().map(|it| id("Territory", it.id)).collect();
            ids.sort();
            ids
        };
        let change = |before: &[&territory::Model], after: &[&territory::Model]| {
            let field = json!({ "field": "territories", "before": list(before), "after": list(after) });
            json!({ "kind": "UPDATED", "fields": [field] })
        };
        let expected = json!([change(&[&dach], &[]), change(&[&emea, &us], &[&dach]), change(&[], &[&emea, &us])]);
        assert_eq!(answer.data()["user"]["history"]["nodes"], expected);
    })
    .await;
}

#[tokio::test]
async fn what_there_is_not_for_the_caller_is_refused_with_where_it_stands() {
    each_app(async |app| {
        let (rita, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let (ada, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let [emea, dach, us] = territories(app).await;
        let delete =
            "mutation ($input: DeleteInput!) { deleteTerritory(input: $input) { outcome } }";
        let gone = input(&json!({ "id": id("Territory", us.id) }));
        let _deleted = app.graphql(&admin, delete, gone).await.data();
        let reading = app
            .issue(Bearer::User(ada.email.clone()), &["user:read"])
            .await;
        let reading = reading.unwrap();
        let before = log(app).await.len();
        let answer = set(app, &admin, &rita, &[us.id, emea.id, Uuid::now_v7()], None).await;
        let refused = [
            ("NOT_FOUND", "input.territoryIds.0"),
            ("NOT_FOUND", "input.territoryIds.2"),
        ];
        assert_eq!(problems(&answer), pairs(&refused));
        assert_eq!(answer.body["data"], json!({ "setUserTerritories": null }));
        let said =
            json!({ "userId": id("Territory", emea.id), "territoryIds": [id("User", ada.id)] });
        let answer = app.graphql(&admin, SET, input(&said)).await;
        assert_eq!(problems(&answer), pairs(&[("NOT_FOUND", "input.userId")]));

        let answer = set(app, &admin, &rita, &[dach.id], Some(7)).await;
        assert_eq!(
            problems(&answer),
            pairs(&[("VERSION_CONFLICT", "input.expectedVersion")])
        );
        let extensions = &answer.body["errors"][0]["extensions"];
        assert_eq!(extensions["currentVersion"], 1);
        assert_eq!(
            extensions["current"],
            json!({ "version": 1, "territories": { "nodes": [] } })
        );

        // Nobody gives them to themselves, nor does a token that only reads.
        assert_eq!(
            set(app, &rep, &rita, &[dach.id], None).await.codes(),
            ["FORBIDDEN_SCOPE"]
        );
        let answer = set(app, &reading.token, &rita, &[dach.id], None).await;
        assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"]);
        assert_eq!(log(app).await.len(), before);
    })
    .await;
}
