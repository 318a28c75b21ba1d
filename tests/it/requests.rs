//! Requests between sales and marketing: who can take which step with them, and how they come to an end.

#![cfg(test)]

use api::{dataset::Step, views::Role};
use entity::{
    sla_clock,
    team_request::{self, RequestFunction, RequestState},
    user,
};
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel,
    Iterable, QueryFilter, QueryOrder,
};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    fixtures,
};
use uuid::Uuid;

use crate::workflows::{self, Standing, gid, member, team};

/// A request to the function of `user` in each state, which they make or are to answer.
async fn one_in_each(
    app: &TestApp,
    user: &user::Model,
    theirs: bool,
    other: &user::Model,
) -> Vec<Standing> {
    let (requester, assignee) = if theirs { (user, other) } else { (other, user) };
    let to_function = match user.function {
        user::UserFunction::Marketing => RequestFunction::Marketing,
        _ => RequestFunction::Sales,
    };
    let mut standing = Vec::new();
    for state in RequestState::iter() {
        let row = team_request::Model {
            id: Uuid::now_v7(),
            from_function: match to_function {
                RequestFunction::Sales => RequestFunction::Marketing,
                RequestFunction::Marketing => RequestFunction::Sales,
            },
            to_function,
            title: "A case study".to_owned(),
            details: "Two pages.".to_owned(),
            needed_by: TestApp::now().date_naive(),
            requester_id: Some(requester.id),
            assignee_id: Some(assignee.id),
            state,
            answered_at: None,
            decline_reason: None,
            delivered_at: None,
            delivered_campaign_id: None,
            delivered_url: None,
            rated_at: None,
            rating: None,
            rating_note: None,
            version: 1,
            created_at: TestApp::now(),
            created_by: None,
            updated_at: TestApp::now(),
            updated_by: None,
            deleted_at: None,
            deleted_by: None,
        };
        standing.push((state.to_value(), row.id));
        let insert = team_request::Entity::insert(row.into_active_model());
        insert
            .exec_without_returning(app.database.writes())
            .await
            .unwrap();
    }
    standing
}

#[tokio::test]
async fn each_role_takes_the_steps_that_the_table_gives_it() {
    each_app(async |app| {
        let team = team(app).await;
        let (leader, _) = member(&team, Role::RevenueLeader);
        let (admin, _) = member(&team, Role::Admin);
        let rows = async |user: &user::Model, theirs: bool| {
            let other = if user.id == admin.id { leader } else { admin };
            one_in_each(app, user, theirs, other).await
        };
        let third = fixtures::user(&app.database, "Third", &[Role::RevenueLeader]).await;
        let of_neither = user::ActiveModel {
            id: Set(third.id),
            function: Set(user::UserFunction::Other),
            ..Default::default()
        };
        let tx = app.database.begin().await.unwrap();
        of_neither.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let assignee = gid("User", third.id);
        let said = |step: &Step| match step.mutation.as_str() {
            "declineTeamRequest" => json!({ "reason": "no time" }),
            "deliverTeamRequest" => json!({ "deliveredUrl": "https://example.com/case" }),
            "rateTeamRequest" => json!({ "rating": 4 }),
            "assignTeamRequest" => json!({ "assigneeId": assignee }),
            _ => json!({}),
        };
        let noun = "TeamRequest";
        workflows::each_triple_is_as_the_table_has_it(app, noun, &team, rows, said, |_| true).await;
    })
    .await;
}

async fn run(app: &TestApp, token: &str, name: &str, said: Value) -> Response {
    let input = name[..1].to_ascii_uppercase() + &name[1..];
    let document = format!(
        "mutation ($input: {input}Input!) {{ {name}(input: $input) {{ teamRequest {{ id fromFunction toFunction state
           requester {{ name }} assignee {{ name }} answeredAt declineReason deliveredAt deliveredUrl rating ratingNote
           slaClocks {{ nodes {{ kind state owner {{ name }} }} }} }} }} }}"
    );
    app.graphql(token, &document, json!({ "input": said }))
        .await
}

fn problem(answer: &Response) -> (&str, &str) {
    let extensions = &answer.body["errors"][0]["extensions"];
    let text = |name: &str| extensions[name].as_str().unwrap_or_default();
    (text("code"), text("field"))
}

async fn clocks(app: &TestApp) -> Vec<String> {
    let clocks = sla_clock::Entity::find()
        .filter(sla_clock::Column::TeamRequestId.is_not_null())
        .order_by_asc(sla_clock::Column::Kind)
        .all(app.database.reads())
        .await
        .unwrap();
    let told = clocks
        .iter()
        .map(|clock| format!("{} {}", clock.kind.to_value(), clock.state.to_value()));
    told.collect()
}

#[tokio::test]
async fn a_request_is_answered_delivered_and_rated_and_clocks_run_meanwhile() {
    each_app(async |app| {
        let team = team(app).await;
        let (_, rep) = member(&team, Role::SalesRep);
        let (_, marketer) = member(&team, Role::Marketer);
        let asked = |needed_by: &str, to: &str| {
            json!({ "title": "A case study", "details": "Two pages.", "neededBy": needed_by, "toFunction": to })
        };
        let answer = run(app, rep, "createTeamRequest", asked("2026-12-24", "SALES")).await;
        assert_eq!(problem(&answer), ("VALIDATION", "input.toFunction"));
        let answer = run(app, rep, "createTeamRequest", asked("2026-11-20", "MARKETING")).await;
        assert_eq!(problem(&answer), ("VALIDATION", "input.neededBy"));
        let said = json!({ "title": "A case study", "details": "Two pages.", "neededBy": "2026-12-24" });
        let answer = run(app, rep, "createTeamRequest", said).await;
        let request = answer.data()["createTeamRequest"]["teamRequest"].clone();
        assert_eq!(request["fromFunction"], "SALES");
        assert_eq!(request["toFunction"], "MARKETING");
        assert_eq!((&request["requester"]["name"], &request["assignee"]), (&json!("SALES_REP"), &Value::Null));
        assert_eq!(clocks(app).await, ["REQUEST_ANSWER RUNNING"]);

        let id = json!({ "id": request["id"] });
        let with = |field: &str, value: Value| json!({ "id": request["id"], field: value });
        let answer = run(app, rep, "acceptTeamRequest", id.clone()).await;
        assert_eq!(problem(&answer).0, "FORBIDDEN_SCOPE", "who asks does not answer");
        let answer = run(app, marketer, "acceptTeamRequest", id.clone()).await;
        let accepted = &answer.data()["acceptTeamRequest"]["teamRequest"];
        assert_eq!(accepted["assignee"]["name"], "MARKETER");
        assert_eq!(accepted["slaClocks"]["nodes"][0]["owner"]["name"], "MARKETER");
        assert_eq!(clocks(app).await, ["REQUEST_ANSWER MET", "REQUEST_DELIVER RUNNING"]);
        let answer = run(app, marketer, "deliverTeamRequest", id.clone()).await;
        assert_eq!(problem(&answer), ("VALIDATION", "input.deliveredCampaignId"));
        let broken = with("deliveredUrl", json!("javascript:alert(1)"));
        let answer = run(app, marketer, "deliverTeamRequest", broken).await;
        assert_eq!(problem(&answer), ("VALIDATION", "input.deliveredUrl"));
        let there = with("deliveredUrl", json!("https://example.com/case"));
        let answer = run(app, marketer, "deliverTeamRequest", there).await;
        assert!(answer.data()["deliverTeamRequest"]["teamRequest"]["deliveredAt"].is_string());
        assert_eq!(clocks(app).await, ["REQUEST_ANSWER MET", "REQUEST_DELIVER MET"]);
        let answer = run(app, rep, "rateTeamRequest", id.clone()).await;
        assert!(!answer.codes().is_empty(), "a rating is required");
        let answer = run(app, rep, "rateTeamRequest", with("rating", json!(6))).await;
        assert_eq!(problem(&answer), ("VALIDATION", "input.rating"));
        let rating = json!({ "id": request["id"], "rating": 5, "ratingNote": "Just right." });
        let answer = run(app, rep, "rateTeamRequest", rating).await;
        let rated = &answer.data()["rateTeamRequest"]["teamRequest"];
        assert_eq!((&rated["state"], &rated["rating"]), (&json!("RATED"), &json!(5)));
    })
    .await;
}

#[tokio::test]
async fn each_function_sees_what_it_is_asked_and_what_it_asks_itself() {
    each_app(async |app| {
        let team = team(app).await;
        let list = "{ teamRequests(orderBy: [{ createdAt: ASC }]) { nodes { title requester { name } maskedFields } } }";
        for (role, title) in [(Role::SalesManager, "To marketing"), (Role::MarketingManager, "To sales")] {
            let (_, token) = member(&team, role);
            let said = json!({ "title": title, "details": "Please.", "neededBy": "2026-12-24" });
            let _ = run(app, token, "createTeamRequest", said).await.data();
        }
        for (role, expected) in [
            (Role::SalesRep, vec!["To sales"]),
            (Role::Marketer, vec!["To marketing"]),
            (Role::SalesManager, vec!["To marketing", "To sales"]),
            (Role::Analyst, vec!["To marketing", "To sales"]),
        ] {
            let (_, token) = member(&team, role);
            let answer = app.graphql(token, list, json!({})).await;
            let nodes = answer.data()["teamRequests"]["nodes"].as_array().unwrap();
            let mut titles: Vec<&str> = nodes.iter().map(|node| node["title"].as_str().unwrap()).collect();
            titles.sort_unstable();
            assert_eq!(titles, expected, "{role}");
            let hidden = nodes.iter().all(|node| node["requester"].is_null());
            assert_eq!(hidden, role == Role::Analyst, "{role}");
        }
    })
    .await;
}
