//! Tasks of nobody's: who sees what they are about does them.

use api::views::Role;
use entity::{lead, task};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::json;
use tests::{
    app::{TestApp, each_app},
    fixtures,
};
use uuid::Uuid;

use super::{insert, problem, run, some_task};
use crate::workflows::{gid, member, team};

async fn lead_of(app: &TestApp, owner: Uuid) -> lead::Model {
    let row = lead::Model {
        owner_id: Some(owner),
        ..fixtures::some_lead()
    };
    let insert = lead::Entity::insert(row.clone().into_active_model());
    let inserted = insert.exec_without_returning(app.database.writes()).await;
    inserted.unwrap();
    row
}

#[tokio::test]
async fn a_manager_sees_what_is_nobodys_if_they_see_what_it_is_about() {
    each_app(async |app| {
        let team = team(app).await;
        let (rep, _) = member(&team, Role::SalesRep);
        let (admin, _) = member(&team, Role::Admin);
        let nobodys = |lead: Option<Uuid>| task::Model {
            assignee_id: None,
            lead_id: lead,
            ..some_task(rep)
        };
        let theirs = nobodys(Some(lead_of(app, rep.id).await.id));
        let hidden = nobodys(Some(lead_of(app, admin.id).await.id));
        let free = nobodys(None);
        insert(app, [theirs.clone(), hidden.clone(), free.clone()]).await;

        let all = "{ tasks(first: 10) { nodes { id } totalCount } }";
        for (role, seen) in [
            (Role::SalesManager, vec![&theirs, &free]),
            (Role::MarketingManager, vec![&theirs, &hidden, &free]),
            (Role::SalesRep, vec![]),
            (Role::Analyst, vec![&theirs, &hidden, &free]),
        ] {
            let answer = app.graphql(member(&team, role).1, all, json!({})).await;
            let nodes = answer.data()["tasks"]["nodes"].as_array().unwrap().clone();
            for task in [&theirs, &hidden, &free] {
                let there = nodes.contains(&json!({ "id": gid("Task", task.id) }));
                let expected = seen.iter().any(|it| it.id == task.id);
                assert_eq!(there, expected, "{} {nodes:?}", role.as_str());
            }
            assert_eq!(answer.data()["tasks"]["totalCount"], seen.len());
        }
        let (_, manager) = member(&team, Role::SalesManager);
        let done = run(
            app,
            manager,
            "completeTask",
            json!({ "id": gid("Task", hidden.id) }),
        )
        .await;
        assert_eq!(problem(&done).0, "NOT_FOUND");
        let done = run(
            app,
            manager,
            "completeTask",
            json!({ "id": gid("Task", theirs.id) }),
        )
        .await;
        assert_eq!(done.data()["completeTask"]["task"]["state"], "DONE");
    })
    .await;
}
