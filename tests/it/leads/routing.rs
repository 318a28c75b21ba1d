//! Who gets leads: by rules, in the order of the hub, and by hand.

use std::collections::BTreeMap;

use api::views::Role;
use entity::{
    lead::{self, LeadSource, LeadStatus},
    user,
};
use futures::{StreamExt, stream};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    fixtures,
};

use super::{Team, gid};

pub(super) const QUALIFY: &str =
    "mutation ($input: QualifyLeadInput!) { qualifyLead(input: $input) { lead { id } } }";
pub(super) const QUALIFY_ALL: &str = "mutation ($input: [QualifyLeadInput!]!) { qualifyLeads(input: $input) { results { outcome } } }";
const RULE: &str = "mutation ($input: CreateRoutingRuleInput!) { createRoutingRule(input: $input) { routingRule { id } } }";
const MEMBER: &str = "mutation ($input: AddRoutingPoolMemberInput!) { addRoutingPoolMember(input: $input) { outcome } }";
pub(super) const ROUTED: &str =
    "query ($id: ID!) { lead(id: $id) { status owner { name } routing { nodes {
    step strategy reason overCapacity candidateCount user { name } routingRule { name }
    candidates { nodes { place eligible why openLeads user { name } } } } } } }";
const ASSIGN: &str = "mutation ($input: AssignLeadOwnerInput!) { assignLeadOwner(input: $input) { lead { owner { name } } } }";
const REASSIGN: &str = "mutation ($input: ReassignLeadInput!) { reassignLead(input: $input) { lead { owner { name } } } }";

/// Leads that stand there, each like `like`.
pub(super) async fn leads(app: &TestApp, count: usize, like: &lead::Model) -> Vec<lead::Model> {
    let tx = app.database.begin().await.unwrap();
    let mut leads = Vec::new();
    for _ in 0..count {
        let row = lead::Model {
            id: uuid::Uuid::now_v7(),
            ..like.clone()
        };
        row.clone().into_active_model().insert(&tx).await.unwrap();
        leads.push(row);
    }
    tx.commit().await.unwrap();
    leads
}

pub(super) fn fresh() -> lead::Model {
    lead::Model {
        last_name: Some("Lemgor".to_owned()),
        intent_band: lead::IntentBand::Hot,
        ..fixtures::some_lead()
    }
}

pub(super) async fn reps(app: &TestApp, names: &[&str]) -> Vec<user::Model> {
    let mut reps = Vec::new();
    for name in names {
        reps.push(fixtures::user(&app.database, name, &[Role::SalesRep]).await);
    }
    reps
}

async fn change(app: &TestApp, row: user::ActiveModel) {
    let tx = app.database.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    app.forget_callers();
}

pub(super) fn qualified(leads: &[lead::Model]) -> Value {
    let input = leads
        .iter()
        .map(|lead| json!({ "id": gid("Lead", lead.id), "reason": "they asked for a price" }));
    json!({ "input": input.collect::<Vec<_>>() })
}

async fn rule(app: &TestApp, token: &str, said: Value, members: &[&user::Model]) -> String {
    let answer = app.graphql(token, RULE, json!({ "input": said })).await;
    let id = answer.data()["createRoutingRule"]["routingRule"]["id"].clone();
    for user in members {
        let said = json!({ "routingRuleId": id, "userId": gid("User", user.id) });
        let answer = app.graphql(token, MEMBER, json!({ "input": said })).await;
        assert_eq!(answer.data()["addRoutingPoolMember"]["outcome"], "CREATED");
    }
    id.as_str().unwrap().to_owned()
}

pub(super) async fn routed(app: &TestApp, token: &str, lead: &lead::Model) -> Value {
    let id = json!({ "id": gid("Lead", lead.id) });
    app.graphql(token, ROUTED, id).await.data()["lead"].clone()
}

/// Hands leads over, each by itself and several at the same time.
pub(super) async fn qualify_at_once(app: &TestApp, token: &str, leads: &[lead::Model]) {
    let asked = stream::iter(leads).map(|lead| {
        let said = json!({ "input": { "id": gid("Lead", lead.id), "reason": "now" } });
        app.graphql(token, QUALIFY, said)
    });
    let answers: Vec<Response> = asked.buffer_unordered(5).collect().await;
    for answer in answers {
        assert!(answer.codes().is_empty(), "{}", answer.text);
    }
}

/// How many leads each user has.
pub(super) async fn owned(app: &TestApp) -> BTreeMap<Option<uuid::Uuid>, usize> {
    let mut counts = BTreeMap::new();
    let leads = lead::Entity::find().all(app.database.reads()).await;
    for lead in leads.unwrap() {
        *counts.entry(lead.owner_id).or_default() += 1;
    }
    counts
}

pub(super) fn problem(answer: &Response) -> (String, String) {
    let extensions = &answer.body["errors"][0]["extensions"];
    let text = |name: &str| extensions[name].as_str().unwrap_or_default().to_owned();
    (text("code"), text("field"))
}

#[tokio::test]
async fn the_first_rule_that_holds_gives_leads_to_its_pool_and_says_who_was_looked_at() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let people = reps(app, &["Ann", "Bob", "Cem"]).await;
        let away = user::ActiveModel {
            id: Set(people[2].id),
            out_of_office_from: Set(Some(TestApp::now())),
            ..Default::default()
        };
        change(app, away).await;
        let manager = team.token(Role::SalesManager);
        let events = json!({ "name": "Events", "strategy": "ROUND_ROBIN", "priority": 1, "condition": { "source": ["EVENT"] } });
        let pool: Vec<&user::Model> = people.iter().collect();
        rule(app, manager, events, &pool).await;
        let anybody = json!({ "name": "The rest", "strategy": "LEAST_LOADED" });
        rule(app, manager, anybody, &[&people[0]]).await;
        let event = lead::Model { source: LeadSource::Event, ..fresh() };
        let met = leads(app, 2, &event).await;
        let other = leads(app, 1, &fresh()).await;
        let all = [met.as_slice(), &other].concat();
        let admin = team.token(Role::Admin);
        let answer = app.graphql(admin, QUALIFY_ALL, qualified(&all)).await;
        assert!(answer.codes().is_empty(), "{}", answer.text);
        let candidate = |place: usize, name: &str, why: &str, eligible: bool, open: usize| {
            json!({ "place": place, "eligible": eligible, "why": why, "openLeads": open, "user": { "name": name } })
        };
        let first = routed(app, admin, &met[0]).await;
        let decision = json!({
            "step": "qualifyLead", "strategy": "ROUND_ROBIN", "reason": "It was their turn.",
            "overCapacity": false, "candidateCount": 3, "user": { "name": "Ann" }, "routingRule": { "name": "Events" },
            "candidates": { "nodes": [
                candidate(0, "Ann", "NEXT_IN_TURN", true, 0),
                candidate(1, "Bob", "LATER_IN_TURN", true, 0),
                candidate(2, "Cem", "OUT_OF_OFFICE", false, 0),
            ] },
        });
        let expected = json!({ "status": "MQL", "owner": { "name": "Ann" }, "routing": { "nodes": [decision] } });
        assert_eq!(first, expected);
        assert_eq!(routed(app, admin, &met[1]).await["owner"]["name"], "Bob");
        let rest = routed(app, admin, &other[0]).await;
        assert_eq!(rest["routing"]["nodes"][0]["routingRule"]["name"], "The rest");
        assert_eq!(rest["routing"]["nodes"][0]["candidates"]["nodes"], json!([candidate(0, "Ann", "LEAST_LOADED", true, 1)]));
    })
    .await;
}

#[tokio::test]
async fn managers_of_sales_keep_rules_and_a_condition_is_told_what_is_wrong_with_it() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let said = |condition: Value| json!({ "name": "Some", "strategy": "TERRITORY", "condition": condition });
        let manager = team.token(Role::SalesManager);
        for role in [Role::SalesRep, Role::MarketingManager, Role::Analyst] {
            let answer = app.graphql(team.token(role), RULE, json!({ "input": said(Value::Null) })).await;
            assert_eq!(problem(&answer).0, "FORBIDDEN_SCOPE", "{role}");
        }
        let nowhere = gid("Territory", uuid::Uuid::from_u128(1));
        for (condition, field) in [
            (json!({ "country": ["AT"] }), "input.condition.country"),
            (json!({ "source": ["EVENT", "X"] }), "input.condition.source.1"),
            (json!({ "territory": [nowhere] }), "input.condition.territory.0"),
        ] {
            let answer = app.graphql(manager, RULE, json!({ "input": said(condition) })).await;
            assert_eq!(problem(&answer), ("VALIDATION".into(), field.into()));
        }
        let id = rule(app, manager, said(Value::Null), &[team.user(Role::SalesRep)]).await;
        let twice = json!({ "routingRuleId": id, "userId": gid("User", team.user(Role::SalesRep).id) });
        let answer = app.graphql(manager, MEMBER, json!({ "input": twice })).await;
        assert_eq!(problem(&answer).0, "ALREADY_EXISTS");
        let update = "mutation ($input: UpdateRoutingRuleInput!) { updateRoutingRule(input: $input) { routingRule { active version } } }";
        let off = json!({ "input": { "id": id, "active": false, "expectedVersion": 1 } });
        let answer = app.graphql(manager, update, off).await;
        let rule = &answer.data()["updateRoutingRule"]["routingRule"];
        assert_eq!(*rule, json!({ "active": false, "version": 2 }));
    })
    .await;
}

#[tokio::test]
async fn without_a_rule_the_account_and_the_territory_say_who_and_nobody_has_too_many() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let admin = team.token(Role::Admin);
        let people = reps(app, &["Ann", "Bob"]).await;
        let eu = fixtures::territory(&app.database, "/EU/", None, &[&people[0]]).await;
        let de = fixtures::territory(&app.database, "/EU/DE/", Some(&eu), &[&people[1]]).await;
        let of_account = lead::Model {
            account_id: Some(team.account.id),
            ..fresh()
        };
        let in_de = lead::Model {
            territory_id: Some(de.id),
            ..fresh()
        };
        let rows = [
            leads(app, 1, &of_account).await,
            leads(app, 1, &in_de).await,
        ]
        .concat();
        let answer = app.graphql(admin, QUALIFY_ALL, qualified(&rows)).await;
        assert!(answer.codes().is_empty(), "{}", answer.text);
        for (lead, strategy, name) in [
            (&rows[0], "ACCOUNT_OWNER", "SALES_REP"),
            (&rows[1], "TERRITORY", "Bob"),
        ] {
            let lead = routed(app, admin, lead).await;
            let decision = &lead["routing"]["nodes"][0];
            assert_eq!(
                (&decision["strategy"], &lead["owner"]["name"]),
                (&json!(strategy), &json!(name))
            );
        }
        let everybody = user::Entity::find()
            .all(app.database.reads())
            .await
            .unwrap();
        for user in everybody {
            let full = user::ActiveModel {
                id: Set(user.id),
                capacity: Set(Some(1)),
                ..Default::default()
            };
            change(app, full).await;
        }
        // Ann and the manager have room for one; then nobody has.
        let rows = leads(app, 3, &in_de).await;
        let answer = app.graphql(admin, QUALIFY_ALL, qualified(&rows)).await;
        assert!(answer.codes().is_empty(), "{}", answer.text);
        let mut told = Vec::new();
        for lead in &rows {
            let lead = routed(app, admin, lead).await;
            let decision = lead["routing"]["nodes"][0].clone();
            told.push((
                decision["strategy"].clone(),
                decision["overCapacity"].clone(),
            ));
        }
        assert_eq!(told[0], (json!("TERRITORY"), json!(false)));
        assert_eq!(told[1], (json!("MANAGER"), json!(false)));
        assert_eq!(told[2], (json!("LEAST_LOADED"), json!(true)));
    })
    .await;
}

#[tokio::test]
async fn a_thousand_leads_are_routed_by_as_many_statements_as_two() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let people = reps(app, &["Ann", "Bob", "Cem", "Dea"]).await;
        let pool: Vec<&user::Model> = people.iter().collect();
        let said = json!({ "name": "All", "strategy": "ROUND_ROBIN" });
        rule(app, team.token(Role::Admin), said, &pool).await;
        let mut counts = Vec::new();
        for count in [2, 200, 1_000] {
            let rows = leads(app, count, &fresh()).await;
            let _before = app.take_statements();
            let answer = app
                .graphql(team.token(Role::Admin), QUALIFY_ALL, qualified(&rows))
                .await;
            assert!(answer.codes().is_empty(), "{}", answer.text);
            let reads = app.take_statements();
            let reads = reads.iter().filter(|sql| !sql.starts_with("INSERT"));
            counts.push(reads.count());
        }
        assert_eq!(counts[0], counts[1]);
        assert_eq!(counts[1], counts[2]);
        let counts = owned(app).await;
        let fair = |user: &&user::Model| (300..=301).contains(&counts[&Some(user.id)]);
        assert!(people.iter().all(|user| fair(&user)), "{counts:?}");
    })
    .await;
}

#[tokio::test]
async fn turns_are_exact_however_many_ask_at_the_same_time() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let people = reps(app, &["Ann", "Bob", "Cem"]).await;
        let pool: Vec<&user::Model> = people.iter().collect();
        let said = json!({ "name": "All", "strategy": "ROUND_ROBIN" });
        rule(app, team.token(Role::Admin), said, &pool).await;
        let rows = leads(app, 24, &fresh()).await;
        qualify_at_once(app, team.token(Role::Admin), &rows).await;
        let counts = owned(app).await;
        let counts = people.iter().map(|user| counts[&Some(user.id)]);
        assert_eq!(counts.collect::<Vec<_>>(), [8, 8, 8]);
    })
    .await;
}

#[tokio::test]
async fn somebody_says_who_gets_a_lead_and_that_is_a_decision_as_well() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let people = reps(app, &["Ann", "Bob"]).await;
        let gone = user::ActiveModel { id: Set(people[1].id), active: Set(false), ..Default::default() };
        change(app, gone).await;
        let manager = team.token(Role::SalesManager);
        let waits = team.lead(app, LeadStatus::Mql).await;
        let works = team.lead(app, LeadStatus::Accepted).await;
        let said = |lead: &lead::Model, user: &user::Model| {
            json!({ "input": { "id": gid("Lead", lead.id), "ownerId": gid("User", user.id), "reason": "she knows them" } })
        };
        let inactive = ("VALIDATION".to_owned(), "input.ownerId".to_owned());
        let answer = app.graphql(manager, REASSIGN, said(&waits, &people[1])).await;
        assert_eq!(problem(&answer), inactive);
        let answer = app.graphql(manager, ASSIGN, said(&works, &people[1])).await;
        assert_eq!(problem(&answer), inactive);
        let answer = app.graphql(manager, ASSIGN, said(&waits, &people[0])).await;
        assert_eq!(problem(&answer), ("INVALID_TRANSITION".into(), "input".into()));
        let allowed = &answer.body["errors"][0]["extensions"]["allowed"];
        assert!(allowed.as_array().unwrap().contains(&json!("reassignLead")), "{allowed}");
        let rep = team.token(Role::SalesRep);
        let answer = app.graphql(rep, ASSIGN, said(&works, &people[0])).await;
        assert_eq!(problem(&answer).0, "FORBIDDEN_SCOPE");
        let admin = team.token(Role::Admin);
        let answer = app.graphql(admin, REASSIGN, said(&waits, &people[0])).await;
        assert_eq!(answer.data()["reassignLead"]["lead"]["owner"]["name"], "Ann");
        let answer = app.graphql(admin, ASSIGN, said(&works, &people[0])).await;
        assert_eq!(answer.data()["assignLeadOwner"]["lead"]["owner"]["name"], "Ann");
        for (lead, step) in [(&waits, "reassignLead"), (&works, "assignLeadOwner")] {
            let decisions = routed(app, admin, lead).await["routing"]["nodes"].clone();
            assert_eq!(decisions.as_array().unwrap().len(), 1);
            assert_eq!((&decisions[0]["step"], &decisions[0]["strategy"]), (&json!(step), &json!("BY_HAND")));
            assert_eq!(decisions[0]["candidates"]["nodes"][0]["why"], "SAID");
        }
    })
    .await;
}
