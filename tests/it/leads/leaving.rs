//! What becomes of the leads of who is deactivated.

use api::{services::lead::resume::round, views::Role};
use entity::{
    lead::{self, LeadStatus},
    lead_transition, routing_decision, sla_clock,
    sla_clock::SlaState,
    user,
};
use futures::future::{join, join_all};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, Iterable, QueryFilter,
};
use serde_json::json;
use tests::app::{TestApp, each_app};

use super::{
    Team, gid,
    routing::{
        QUALIFY_ALL, fresh, leads, owned, problem, qualified, qualify_at_once, reps, routed,
    },
};

const UPDATE_USER: &str =
    "mutation ($input: UpdateUserInput!) { updateUser(input: $input) { outcome } }";

/// The open leads whose owner is not active.
async fn stranded(app: &TestApp) -> usize {
    use LeadStatus::{Accepted, Mql, Sql, Working};
    let open = lead::Entity::find()
        .filter(lead::Column::Status.is_in([Mql, Accepted, Working, Sql]))
        .all(app.database.reads());
    let inactive = user::Entity::find()
        .filter(user::Column::Active.eq(false))
        .all(app.database.reads());
    let inactive: Vec<_> = inactive.await.unwrap().iter().map(|it| it.id).collect();
    let leads = open.await.unwrap();
    let stranded = leads.iter().filter(|lead| {
        let owner = lead.owner_id;
        owner.is_none_or(|owner| inactive.contains(&owner))
    });
    stranded.count()
}

#[tokio::test]
async fn who_is_deactivated_leaves_no_open_lead_behind() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let people = reps(app, &["Ann", "Bob"]).await;
        let admin = team.token(Role::Admin);
        let rep = team.user(Role::SalesRep);
        let qualified_leads = leads(
            app,
            30,
            &lead::Model {
                owner_id: Some(rep.id),
                ..fresh()
            },
        )
        .await;
        let answer = app
            .graphql(admin, QUALIFY_ALL, qualified(&qualified_leads))
            .await;
        assert!(answer.codes().is_empty(), "{}", answer.text);
        for status in LeadStatus::iter() {
            let like = lead::Model {
                status,
                owner_id: Some(rep.id),
                ..fresh()
            };
            leads(app, 5, &like).await;
        }
        let off = json!({ "input": { "id": gid("User", rep.id), "active": false } });
        let answer = app.graphql(admin, UPDATE_USER, off).await;
        assert_eq!(answer.data()["updateUser"]["outcome"], "UPDATED");
        assert_eq!(stranded(app).await, 0);
        let counts = owned(app).await;
        // What is not open stays theirs.
        assert_eq!(counts[&Some(rep.id)], 30);
        let others: Vec<usize> = people.iter().map(|user| counts[&Some(user.id)]).collect();
        assert_eq!(others, [25, 25]);
        let lead = routed(app, admin, &qualified_leads[0]).await;
        let steps: Vec<_> = lead["routing"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["step"].clone())
            .collect();
        assert!(
            steps.contains(&json!("ownerLeft")) && steps.len() == 2,
            "{lead}"
        );
        let decisions = routing_decision::Entity::find()
            .all(app.database.reads())
            .await
            .unwrap();
        assert_eq!(
            decisions.iter().filter(|it| it.step == "ownerLeft").count(),
            50
        );
        let steps = lead_transition::Entity::find()
            .all(app.database.reads())
            .await
            .unwrap();
        assert_eq!(
            steps
                .iter()
                .filter(|it| it.from_status == Some(it.to_status))
                .count(),
            35
        );
        let clocks =
            sla_clock::Entity::find().filter(sla_clock::Column::State.eq(SlaState::Running));
        let clocks = clocks.all(app.database.reads()).await.unwrap();
        assert!(clocks.len() >= 30 && clocks.iter().all(|clock| clock.owner_id != Some(rep.id)));
    })
    .await;
}

#[tokio::test]
async fn who_leaves_while_leads_are_handed_over_gets_none() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let people = reps(app, &["Ann", "Bob", "Cem"]).await;
        let admin = team.token(Role::Admin);
        let rows = leads(app, 20, &fresh()).await;
        let leaving = async {
            for user in &people[..2] {
                let off = json!({ "input": { "id": gid("User", user.id), "active": false } });
                let answer = app.graphql(admin, UPDATE_USER, off).await;
                assert!(answer.codes().is_empty(), "{}", answer.text);
            }
        };
        let marketing = team.token(Role::MarketingManager);
        join(qualify_at_once(app, marketing, &rows), leaving).await;
        assert_eq!(stranded(app).await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_last_of_sales_does_not_leave_with_leads_that_nobody_can_take() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let people = reps(app, &["Ann"]).await;
        let like = lead::Model {
            status: LeadStatus::Working,
            owner_id: Some(people[0].id),
            ..fresh()
        };
        leads(app, 2, &like).await;
        let off = json!({ "input": { "id": gid("User", people[0].id), "active": false } });
        let answer = app.graphql(&admin, UPDATE_USER, off).await;
        assert_eq!(
            problem(&answer),
            ("VALIDATION".into(), "input.active".into())
        );
        assert!(answer.text.contains("2 open leads"), "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn open_leads_that_nobody_has_are_given_to_somebody_once() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let people = reps(app, &["Ann", "Bob"]).await;
        let rep = team.user(Role::SalesRep);
        for owner_id in [None, Some(rep.id)] {
            for status in LeadStatus::iter() {
                let like = lead::Model {
                    status,
                    owner_id,
                    ..fresh()
                };
                leads(app, 60, &like).await;
            }
        }
        // As an import says it, which gives nothing to others.
        let off = user::ActiveModel {
            id: Set(rep.id),
            active: Set(false),
            ..Default::default()
        };
        let tx = app.database.begin().await.unwrap();
        off.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(stranded(app).await, 480);

        let rounds = join_all((0..3).map(|_| round(&app.database, &app.clock))).await;
        assert!(rounds.into_iter().any(|round| round.unwrap().changed));
        assert_eq!(stranded(app).await, 0);
        let counts = owned(app).await;
        let others: Vec<usize> = people.iter().map(|user| counts[&Some(user.id)]).collect();
        assert_eq!(others, [240, 240]);
        let decisions = routing_decision::Entity::find().all(app.database.reads());
        assert_eq!(decisions.await.unwrap().len(), 480);
        let clocks = sla_clock::Entity::find()
            .filter(sla_clock::Column::State.eq(SlaState::Running))
            .all(app.database.reads());
        for clock in clocks.await.unwrap() {
            assert!(people.iter().any(|user| Some(user.id) == clock.owner_id));
        }
        let again = round(&app.database, &app.clock).await.unwrap();
        assert!(!again.changed);
    })
    .await;
}
