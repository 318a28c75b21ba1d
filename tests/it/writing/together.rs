//! Writers at the same time: one wins, and nothing is lost.

use api::views::Role;
use entity::account;
use futures::future::join_all;
use sea_orm::EntityTrait;
use serde_json::json;
use tests::{app::each_app, fixtures};

use super::{id, input, log, somebody};

const UPDATE: &str = "mutation ($input: UpdateAccountInput!) { updateAccount(input: $input) { account { version } } }";

#[tokio::test]
async fn of_two_writers_on_one_version_one_wins() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let row = fixtures::account(&app.database, "Acme", None, None).await;
        let write = async |industry: usize| {
            let said = json!({ "id": id("Account", row.id), "industry": industry.to_string(), "expectedVersion": 1 });
            app.graphql(&admin, UPDATE, input(&said)).await
        };
        let answers = join_all((0..6).map(write)).await;
        let won = answers.iter().filter(|it| it.body.get("errors").is_none()).count();
        let lost = answers.iter().filter(|it| it.codes() == ["VERSION_CONFLICT"]).count();
        assert_eq!((won, lost), (1, 5));
    })
    .await;
}

#[tokio::test]
async fn of_a_thousand_changes_at_the_same_time_none_is_lost() {
    const PEOPLE: usize = 4;
    const WRITERS: usize = 20;
    const EACH: usize = 50;
    each_app(async |app| {
        let mut admins = Vec::new();
        for person in 0..PEOPLE {
            admins.push(somebody(app, &format!("Ada {person}"), Role::Admin).await.1);
        }
        let row = fixtures::account(&app.database, "Acme", None, None).await;
        let before = log(app).await.len();
        let write = async |writer: usize| {
            for round in 0..EACH {
                let said =
                    json!({ "id": id("Account", row.id), "industry": format!("{writer}-{round}") });
                let token = &admins[writer % PEOPLE];
                let _ = app.graphql(token, UPDATE, input(&said)).await.data();
            }
        };
        join_all((0..WRITERS).map(write)).await;
        let stored = account::Entity::find_by_id(row.id)
            .one(app.database.reads())
            .await;
        let all = WRITERS * EACH;
        assert_eq!(
            stored.unwrap().unwrap().version,
            1 + i32::try_from(all).unwrap()
        );
        let log = log(app).await.split_off(before);
        assert_eq!(log.len(), all);
        // Each change begins where the one before ended.
        let mut last = json!(null);
        for entry in &log {
            let change = &entry.fields.as_ref().unwrap()["industry"];
            assert_eq!(change[0], last);
            last = change[1].clone();
        }
    })
    .await;
}
