//! Scoring: what a lead is and has done adds up, as soon as it is written, and as time goes by.

use api::views::Role;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    account, change, lead, lead_match, lead_match::LeadMatchRule, lead_readiness, lead_scoring,
    score_factor, touch,
};
use futures::future::join;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder,
};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};

use super::{agree, catch_up, criteria, done, id, sides, somebody};
use api::services::scoring::worker;

const CAPTURE: &str = "mutation ($input: [CaptureLeadInput!]!) {
  captureLeads(input: $input) { results { id lead { id version score readiness { score met } } } }
}";
const LOG: &str = "mutation ($input: [LogTouchInput!]!) {
  logTouches(input: $input) { results { id } }
}";
const READINESS: &str = "query ($id: ID!) { lead(id: $id) {
  version score fitScore engagementScore
  readiness {
    score threshold met missing scoredAt definition { version }
    factors { nodes { key label points evidence count lastTouch { id } } }
  } } }";

async fn capture(app: &TestApp, token: &str, leads: &[Value]) -> Vec<Value> {
    let answer = app.graphql(token, CAPTURE, json!({ "input": leads })).await;
    let results = answer.data()["captureLeads"]["results"].as_array().unwrap();
    results.iter().map(|it| it["lead"].clone()).collect()
}

fn head(number: usize) -> Value {
    json!({"lastName": "Doe", "email": format!("doe{number}@example.com"), "jobTitle": "Head of IT"})
}

async fn log(app: &TestApp, token: &str, lead: &Value, days_ago: &[i64]) -> Vec<Value> {
    let touches: Vec<Value> = days_ago
        .iter()
        .map(|days| {
            let at = app.clock.now() - TimeDelta::days(*days);
            json!({"kind": "CONTENT_DOWNLOAD", "leadId": lead, "occurredAt": at.to_rfc3339()})
        })
        .collect();
    let answer = app.graphql(token, LOG, json!({ "input": touches })).await;
    let results = answer.data()["logTouches"]["results"].as_array().unwrap();
    results.iter().map(|it| it["id"].clone()).collect()
}

async fn readiness(app: &TestApp, token: &str, lead: &Value) -> Value {
    let answer = app.graphql(token, READINESS, json!({ "id": lead })).await;
    answer.data()["lead"].clone()
}

/// The changes of scores so far.
async fn changes(app: &TestApp) -> Vec<change::Model> {
    let all = change::Entity::find()
        .filter(change::Column::Entity.eq("lead"))
        .filter(change::Column::Kind.eq(change::ChangeKind::Updated))
        .order_by_asc(change::Column::Seq);
    let mut all = all.all(app.database.reads()).await.unwrap();
    // A lead that meets the definition is handed over, too.
    all.retain(|change| {
        change
            .fields
            .as_ref()
            .is_some_and(|it| it["score"].is_array())
    });
    all
}

/// Writes a lead behind the hub's back, as an import does.
async fn lead(app: &TestApp, job_title: &str) -> lead::Model {
    let row = lead::Model {
        job_title: Some(job_title.to_owned()),
        ..fixtures::some_lead()
    };
    let tx = app.database.begin().await.unwrap();
    let active = row.clone().into_active_model();
    lead::Entity::insert(active.reset_all())
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    row
}

async fn touch(app: &TestApp, lead: &lead::Model, kind: touch::TouchKind, at: DateTime<Utc>) {
    let tx = app.database.begin().await.unwrap();
    let row = fixtures::some_touch(lead, kind, at);
    touch::Entity::insert(row.into_active_model().reset_all())
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn while_nothing_is_agreed_on_nothing_is_scored() {
    each_app(async |app| {
        let both = sides(app).await;
        let made = capture(app, &both.marketing, &[head(1)]).await;
        catch_up(app).await;
        let lead = readiness(app, &both.marketing, &made[0]["id"]).await;
        assert_eq!(
            (&lead["readiness"], &lead["score"], &lead["version"]),
            (&Value::Null, &json!(0), &json!(1))
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_written_is_scored_at_once_and_the_factors_add_up() {
    each_app(async |app| {
        let both = sides(app).await;
        agree(app, &both, &criteria(), 50).await;
        let made = capture(app, &both.marketing, &[head(1)]).await;
        assert_eq!(made[0]["readiness"], json!({"score": 30, "met": false}));
        let lead = &made[0]["id"];
        let touches = log(app, &both.marketing, lead, &[30, 0]).await;

        let told = readiness(app, &both.marketing, lead).await;
        assert_eq!(
            told,
            json!({
                // A score is no new version: nobody has changed what was read.
                "version": 1, "score": 48, "fitScore": 30, "engagementScore": 18,
                "readiness": {
                    "score": 48, "threshold": 50, "met": false,
                    "missing": ["2 more points are needed"],
                    "scoredAt": "2026-11-22T12:00:00.000000Z", "definition": {"version": 1},
                    "factors": {"nodes": [
                        {"key": "head", "label": "Head of something", "points": 30,
                         "evidence": "jobTitle is Head of IT", "count": null, "lastTouch": null},
                        {"key": "content", "label": "Reads what we write", "points": 18,
                         "evidence": "2 × CONTENT_DOWNLOAD, the last on 2026-11-22", "count": 2,
                         "lastTouch": {"id": touches[1]}},
                    ]},
                },
            })
        );
        log(app, &both.marketing, lead, &[1]).await;
        let told = readiness(app, &both.marketing, lead).await;
        assert_eq!(
            (&told["readiness"]["met"], &told["readiness"]["missing"]),
            (&json!(true), &json!([]))
        );
        // Who meets it is handed over at once.
        let asked = json!({ "id": lead });
        let stands = "query ($id: ID!) { lead(id: $id) { status routing { nodes { step } } } }";
        let answer = app.graphql(&both.marketing, stands, asked).await;
        let routing = json!({ "nodes": [{ "step": "definitionMet" }] });
        assert_eq!(
            answer.data()["lead"],
            json!({ "status": "MQL", "routing": routing })
        );

        // Of a touch that is taken back nothing is left.
        let admin = somebody(app, "Ada Admin", &[Role::Admin]).await;
        let delete = "mutation ($id: ID!) { deleteTouch(input: {id: $id}) { outcome } }";
        done(&app.graphql(&admin, delete, json!({"id": touches[1]})).await);
        let told = readiness(app, &both.marketing, lead).await;
        assert_eq!(told["readiness"]["factors"]["nodes"][1]["count"], 2);

        // Each time it was said what changed, and by whom.
        let log = changes(app).await;
        let fields = log[0].fields.clone().unwrap();
        assert_eq!(fields, json!({"score": [0, 30], "fit_score": [0, 30]}));
        assert!(log[0].actor_id.is_some());
        let fields = log[1].fields.clone().unwrap();
        assert_eq!(
            fields,
            json!({"score": [30, 48], "engagement_score": [0, 18]})
        );
    })
    .await;
}

#[tokio::test]
async fn what_was_done_loses_its_weight_once_a_day() {
    each_app(async |app| {
        let both = sides(app).await;
        agree(app, &both, &criteria(), 50).await;
        let made = capture(app, &both.marketing, &[head(1), head(2)]).await;
        log(app, &both.marketing, &made[0]["id"], &[0, 0]).await;
        let before = changes(app).await.len();

        app.clock.set(TestApp::now() + TimeDelta::hours(23));
        catch_up(app).await;
        assert_eq!(changes(app).await.len(), before, "nothing is due");
        app.clock.set(TestApp::now() + TimeDelta::days(30));
        catch_up(app).await;
        catch_up(app).await;
        let later = somebody(app, "Lou Later", &[Role::MarketingManager]).await;
        let told = readiness(app, &later, &made[0]["id"]).await;
        assert_eq!(
            (&told["score"], &told["engagementScore"]),
            (&json!(42), &json!(12))
        );
        assert_eq!(told["readiness"]["scoredAt"], "2026-12-22T12:00:00.000000Z");
        // One of the two has changed, once, and nobody asked for it.
        let log = changes(app).await;
        assert_eq!(log.len(), before + 1);
        assert_eq!(log[before].actor_id, None);
    })
    .await;
}

#[tokio::test]
async fn what_comes_by_other_ways_is_scored_in_the_background_once() {
    each_app(async |app| {
        let mut leads = Vec::new();
        for _ in 0..30 {
            leads.push(lead(app, "Head of IT").await);
        }
        touch(app, &leads[0], touch::TouchKind::Demo, app.clock.now()).await;
        let both = sides(app).await;
        agree(app, &both, &criteria(), 50).await;

        let two = join(
            worker::catch_up(&app.database, &app.clock),
            worker::catch_up(&app.database, &app.clock),
        );
        let (one, other) = two.await;
        one.unwrap();
        other.unwrap();
        let count = changes(app).await.len();
        assert_eq!(count, 30);
        let scored = lead::Entity::find_by_id(leads[0].id)
            .one(app.database.reads())
            .await;
        assert_eq!(scored.unwrap().unwrap().score, 60);

        // Another definition: all are scored again, and who is not open is not.
        let tx = app.database.begin().await.unwrap();
        let closed = lead::ActiveModel {
            id: Set(leads[1].id),
            status: Set(lead::LeadStatus::Converted),
            ..Default::default()
        };
        closed.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let mut other = criteria();
        other[0]["points"] = json!(40);
        agree(app, &both, &other, 50).await;
        catch_up(app).await;
        assert_eq!(changes(app).await.len(), count + 29);
        let kept = lead_readiness::Entity::find_by_id(leads[1].id)
            .one(app.database.reads())
            .await;
        assert_eq!(kept.unwrap().unwrap().score, 30);
        app.clock.set(TestApp::now() + TimeDelta::days(2));
        catch_up(app).await;
        let left = lead_scoring::Entity::find()
            .count(app.database.reads())
            .await;
        assert_eq!(left.unwrap(), 29);
    })
    .await;
}

#[tokio::test]
async fn what_an_account_says_counts_for_its_leads() {
    each_app(async |app| {
        let both = sides(app).await;
        agree(app, &both, &criteria(), 50).await;
        let admin = somebody(app, "Ada Admin", &[Role::Admin]).await;
        let acme: account::Model = fixtures::account(&app.database, "Acme", None, None).await;
        let made = capture(app, &both.marketing, &[head(1)]).await;
        let lead_id = made[0]["id"]
            .as_str()
            .unwrap()
            .strip_prefix("lead_")
            .unwrap();
        let matched = lead_match::Model {
            id: lead_id.parse().unwrap(),
            lead_id: lead_id.parse().unwrap(),
            account_id: Some(acme.id),
            rule: LeadMatchRule::Domain,
            score: 100,
            reasons: json!([]),
            decided_at: app.clock.now(),
        };
        let tx = app.database.begin().await.unwrap();
        matched.into_active_model().insert(&tx).await.unwrap();
        tx.commit().await.unwrap();

        let update =
            "mutation ($input: UpdateAccountInput!) { updateAccount(input: $input) { outcome } }";
        let input = json!({"id": id("Account", acme.id), "country": "AT"});
        done(&app.graphql(&admin, update, json!({ "input": input })).await);
        catch_up(app).await;
        let told = readiness(app, &both.marketing, &made[0]["id"]).await;
        assert_eq!(told["score"], 40);
        let factors = &told["readiness"]["factors"]["nodes"];
        assert_eq!(factors[1]["evidence"], "country of the account");
    })
    .await;
}

#[tokio::test]
async fn a_thousand_leads_cost_as_many_statements_as_sixteen() {
    each_app(async |app| {
        let both = sides(app).await;
        agree(app, &both, &criteria(), 50).await;
        let statements = async |from: usize, count: usize| {
            let leads: Vec<Value> = (from..from + count).map(head).collect();
            let _before = app.take_statements();
            capture(app, &both.marketing, &leads).await;
            app.take_statements().len()
        };
        let few = statements(0, 16).await;
        let many = statements(16, 1_000).await;
        // SQLite inserts up to 256 rows with a statement, and what is left over in powers of two.
        assert!(many <= few + 60, "{few} and {many}");
        let factors = score_factor::Entity::find()
            .count(app.database.reads())
            .await;
        assert_eq!(factors.unwrap(), 1_016);
    })
    .await;
}
