//! What came too late, by who was waited for.

use api::{services::sla::watch::round, views::Role};
use entity::{lead, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};
use uuid::Uuid;

use super::{MONDAY, at, hand_over, leads, problems};

const BREACHES: &str = "query($scope: SlaScope, $period: DateTimeFilter, $filter: SlaClockFilter) { \
    slaBreaches(scope: $scope, period: $period, filter: $filter) { totalCount nodes { owner { name } state } } }";

/// Whom a user reports to.
async fn reports_to(app: &TestApp, user: &user::Model, manager: &user::Model) {
    let update = user::Entity::update_many()
        .col_expr(user::Column::ManagerId, Expr::value(manager.id))
        .filter(user::Column::Id.eq(user.id));
    update.exec(app.database.writes()).await.unwrap();
}

async fn count(app: &TestApp, token: &str, variables: Value) -> Value {
    let answer = app.graphql(token, BREACHES, variables).await;
    answer.data()["slaBreaches"]["totalCount"].clone()
}

/// The same leads, of somebody.
fn of(leads: &[lead::Model], owner: Option<Uuid>) -> Vec<lead::Model> {
    let leads = leads.iter().cloned();
    leads
        .map(|lead| lead::Model {
            owner_id: owner,
            ..lead
        })
        .collect()
}

#[tokio::test]
async fn breaches_are_those_of_oneself_of_the_team_or_of_all_that_one_sees() {
    each_app(async |app| {
        let user = async |name, role| fixtures::user(&app.database, name, &[role]).await;
        let leader = user("Lea", Role::RevenueLeader).await;
        let manager = user("Maria", Role::SalesManager).await;
        let rep = user("Rita", Role::SalesRep).await;
        reports_to(app, &manager, &leader).await;
        reports_to(app, &rep, &manager).await;
        for (owner, number) in [(Some(&rep), 3), (Some(&manager), 1), (None, 1)] {
            let leads = leads(app, owner, number).await;
            let id = owner.map(|owner| owner.id);
            hand_over(app, &of(&leads, id), at(MONDAY)).await;
        }
        app.clock.set(at("2026-11-23T13:00:00Z"));
        round(&app.database, &app.clock).await.unwrap();
        app.forget_callers();
        let expected = [
            (&rep, [3, 3, 3]),
            (&manager, [1, 4, 4]),
            (&leader, [0, 4, 5]),
        ];
        for (user, counts) in expected {
            let token = app.token_of(&user.email).await;
            for (scope, expected) in ["MINE", "TEAM", "ALL"].into_iter().zip(counts) {
                let found = count(app, &token, json!({ "scope": scope })).await;
                assert_eq!(found, expected, "{} {scope}", user.name);
            }
            assert_eq!(count(app, &token, json!({})).await, counts[0]);
        }
        let token = app.token_of(&leader.email).await;
        let ask = async |period: Value, filter: Value| {
            let variables = json!({"scope": "ALL", "period": period, "filter": filter});
            count(app, &token, variables).await
        };
        assert_eq!(ask(json!({"last": {"hours": 1}}), Value::Null).await, 5);
        assert_eq!(
            ask(json!({"lt": "2026-11-23T13:00:00Z"}), Value::Null).await,
            0
        );
        assert_eq!(
            ask(Value::Null, json!({"ownerId": {"isNull": true}})).await,
            1
        );
        assert_eq!(ask(Value::Null, json!({"state": {"eq": "MET"}})).await, 0);
        // A program is waited for by nobody.
        let program = app.token_for(Role::Analyst).await;
        for (scope, expected) in [("MINE", 0), ("TEAM", 0), ("ALL", 5)] {
            assert_eq!(
                count(app, &program, json!({ "scope": scope })).await,
                expected
            );
        }
        let variables = json!({"period": {"last": {"days": 0}}});
        let refused = app.graphql(&token, BREACHES, variables).await;
        assert_eq!(
            problems(&refused),
            [("VALIDATION".to_owned(), "period.last.days".to_owned())]
        );
    })
    .await;
}

#[tokio::test]
async fn pages_of_breaches_go_on_where_they_ended() {
    each_app(async |app| {
        let all = leads(app, None, 5).await;
        hand_over(app, &all, at(MONDAY)).await;
        app.clock.set(at("2026-11-23T13:00:00Z"));
        round(&app.database, &app.clock).await.unwrap();
        let token = app.token_for(Role::RevenueLeader).await;
        let query = "query($after: String) { slaBreaches(scope: ALL, first: 2, after: $after) { \
                     nodes { id } pageInfo { hasNextPage endCursor } } }";
        let (mut after, mut seen) = (Value::Null, Vec::new());
        loop {
            let answer = app.graphql(&token, query, json!({ "after": after })).await;
            let page = &answer.data()["slaBreaches"];
            let ids = page["nodes"].as_array().unwrap().iter();
            seen.extend(ids.map(|node| node["id"].as_str().unwrap().to_owned()));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(seen.len(), 5);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 5);
    })
    .await;
}
