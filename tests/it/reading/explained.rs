//! What is said of somebody's view is of the same moment as the rows beside it, on the same connection.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use api::{database::Database, views::Role};
use entity::{account, user};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use serde_json::{Value as Json, json};
use tests::{
    app::{TestApp, each_app},
    database::each_database,
    fixtures,
};
use uuid::Uuid;

/// How often each of two states is seen before it is enough.
const ENOUGH: usize = 15;
/// How often is asked at most.
const TIMES: usize = 2000;

/// An account, and a rep who sees it when it is theirs.
struct World {
    admin: user::Model,
    rep: user::Model,
    account: account::Model,
}

impl World {
    async fn make(database: &Database) -> Self {
        let admin = fixtures::user(database, "Ada Admin", &[Role::Admin]).await;
        let rep = fixtures::user(database, "Rita Rep", &[Role::SalesRep]).await;
        let land = fixtures::territory(database, "/L/", None, &[&admin]).await;
        fixtures::territory(database, "/L/1/", Some(&land), &[]).await;
        let account = fixtures::account(database, "Acme", None, Some(&rep)).await;
        Self {
            admin,
            rep,
            account,
        }
    }

    fn variables(&self) -> Json {
        json!({ "row": id("acc", self.account.id), "user": id("user", self.rep.id) })
    }
}

fn id(prefix: &str, id: Uuid) -> String {
    format!("{prefix}_{}", id.simple())
}

#[tokio::test]
async fn one_connection_is_enough_for_whatever_is_asked_at_once() {
    for database in each_database() {
        let settings = [
            ("DATABASE__MAX_CONNECTIONS", "1"),
            ("DATABASE__ACQUIRE_TIMEOUT_SECONDS", "2"),
        ];
        let app = TestApp::start_with(database, &settings).await;
        let world = World::make(&app.database).await;
        let token = app.token_of(&world.admin.email).await;
        let query = "query($row: ID!, $user: ID!) {
            first: accounts { totalCount }
            a: explainAccess(id: $row, viewerId: $user) { visible }
            viewer { territories { nodes { path } } user { name } again: territories { totalCount } }
            b: explainAccess(id: $row, viewerId: $user) { rules { rows holds } }
            last: accounts { totalCount }
        }";
        let answer = app.graphql(&token, query, world.variables()).await;
        assert!(answer.codes().is_empty(), "{}", answer.text);
        let data = answer.data();
        assert_eq!(data["a"]["visible"], true);
        assert_eq!(
            data["b"]["rules"][0],
            json!({ "rows": "own", "holds": true })
        );
        let paths = json!({ "nodes": [{ "path": "/L/" }, { "path": "/L/1/" }] });
        assert_eq!(data["viewer"]["territories"], paths);
        assert_eq!(data["viewer"]["again"]["totalCount"], 2);
        let alone =
            "query($row: ID!, $user: ID!) { explainAccess(id: $row, viewerId: $user) { visible } }";
        let answer = app.graphql(&token, alone, world.variables()).await;
        assert_eq!(answer.data()["explainAccess"]["visible"], true);
        app.stop().await;
    }
}

#[tokio::test]
async fn an_explanation_agrees_with_the_rows_beside_it_while_others_write() {
    each_app(async |app| {
        let world = World::make(&app.database).await;
        let token = app.token_of(&world.admin.email).await;
        let ended = Arc::new(AtomicBool::new(false));
        let writer = tokio::spawn(write(
            app.database.clone(),
            world.rep.clone(),
            world.account.clone(),
            ended.clone(),
        ));
        let query = "query($row: ID!, $user: ID!) {
            explainAccess(id: $row, viewerId: $user) { visible rules { role rows holds } }
            account(id: $row) { ownerId }
            user(id: $user) { roles }
        }";
        let alone =
            "query($row: ID!, $user: ID!) { explainAccess(id: $row, viewerId: $user) { visible } }";
        let mut owned = [0; 2];
        while owned.iter().any(|times| *times < ENOUGH) && owned.iter().sum::<usize>() < TIMES {
            let answer = app.graphql(&token, query, world.variables()).await;
            let data = answer.data();
            let explained = &data["explainAccess"];
            let theirs = data["account"]["ownerId"] == id("user", world.rep.id);
            owned[usize::from(theirs)] += 1;
            // An analyst sees all, and a rep what is theirs: whichever it is, they see it.
            assert_eq!(explained["visible"], true, "{}", answer.text);
            let rule = &explained["rules"][0];
            assert_eq!(
                json!([rule["role"]]),
                data["user"]["roles"],
                "{}",
                answer.text
            );
            let holds = rule["rows"] != "own" || theirs;
            assert_eq!(rule["holds"], holds, "{}", answer.text);
            let answer = app.graphql(&token, alone, world.variables()).await;
            assert_eq!(answer.data()["explainAccess"]["visible"], true);
        }
        ended.store(true, Ordering::Relaxed);
        writer.await.unwrap();
        assert!(
            owned.iter().all(|times| *times >= ENOUGH),
            "hardly anything was written: {owned:?}"
        );
    })
    .await;
}

/// Takes the account from the user and makes them an analyst, and back, until it is ended.
async fn write(
    database: Database,
    user: user::Model,
    account: account::Model,
    ended: Arc<AtomicBool>,
) {
    let mut theirs = true;
    while !ended.load(Ordering::Relaxed) {
        theirs = !theirs;
        let (owner, role) = if theirs {
            (Some(user.id), Role::SalesRep)
        } else {
            (None, Role::Analyst)
        };
        let transaction = database.begin().await.unwrap();
        let mut account = account.clone().into_active_model();
        account.owner_id = Set(owner);
        account.update(&transaction).await.unwrap();
        let mut user = user.clone().into_active_model();
        user.roles = Set(json!([role.as_str()]));
        user.update(&transaction).await.unwrap();
        transaction.commit().await.unwrap();
        tokio::task::yield_now().await;
    }
}
