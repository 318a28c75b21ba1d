//! The year of the demo: its factors add up, and a definition can be tried on it while somebody waits.

use std::time::Instant;

use api::intake::demo::{Plan, write::write};
use entity::user;
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use serde_json::json;
use tests::app::{TestApp, each_app};

use super::{catch_up, somebody};
use api::views::Role;

const PREVIEW: &str = "query ($id: ID!) {
  previewLeadDefinition(id: $id, period: {from: \"2025-11-22T00:00:00Z\", to: \"2026-11-22T00:00:00Z\"}) {
    scope leads qualified accepted acceptedShare becameSql won
    active { qualified accepted acceptedShare becameSql won }
  } }";
const WRONG: &str = "SELECT count(*) FROM lead AS l JOIN lead_readiness AS r ON r.id = l.id \
    WHERE l.score <> r.score OR r.met <> (r.score >= r.threshold) \
    OR r.score <> (SELECT coalesce(sum(f.points), 0) FROM score_factor AS f WHERE f.lead_id = l.id)";
/// What leads did after they were closed, and is told as evidence.
const LATER: &str = "SELECT count(*) FROM score_factor AS f JOIN touch AS t ON t.id = f.last_touch_id \
    JOIN lead_transition AS s ON s.lead_id = f.lead_id AND s.to_status IN ('CONVERTED', 'DISQUALIFIED') \
    JOIN lead AS l ON l.id = f.lead_id AND l.status = s.to_status WHERE t.occurred_at > s.at";
const BY_STATUS: &str = "SELECT l.status || ' ' || count(*) || ' ' || sum(CASE WHEN r.met THEN 1 ELSE 0 END) \
    FROM lead AS l JOIN lead_readiness AS r ON r.id = l.id GROUP BY l.status ORDER BY l.status";

async fn number(app: &TestApp, sql: &str) -> i64 {
    let statement = Statement::from_string(app.database.backend(), sql);
    let row = app.database.reads().query_one_raw(statement).await;
    row.unwrap().unwrap().try_get_by_index(0).unwrap()
}

#[expect(clippy::print_stdout, reason = "figures for who asks for them")]
#[tokio::test]
async fn the_year_adds_up_and_is_replayed_while_one_waits() {
    each_app(async |app| {
        let plan = Plan {
            seed: 42,
            scale: 1,
            ends_on: app.clock.now().date_naive(),
        };
        write(&app.database, plan, app.clock.now(), |_| {})
            .await
            .unwrap();
        let begun = Instant::now();
        catch_up(app).await;
        println!("scored in {:?}", begun.elapsed());
        assert_eq!(number(app, WRONG).await, 0);
        let scored = "SELECT count(*) FROM lead_readiness";
        assert_eq!(number(app, scored).await, 5_000);
        assert_eq!(number(app, LATER).await, 0);
        let statement = Statement::from_string(app.database.backend(), BY_STATUS);
        for row in app.database.reads().query_all_raw(statement).await.unwrap() {
            println!("{}", row.try_get_by_index::<String>(0).unwrap());
        }

        let manager = somebody(app, "Mia Market", &[Role::MarketingManager]).await;
        let all = "{ leadDefinitions(filter: {status: {eq: PROPOSED}}) { nodes { id } } }";
        let all = app.graphql(&manager, all, json!({})).await;
        let id = &all.data()["leadDefinitions"]["nodes"][0]["id"];
        let begun = Instant::now();
        let answer = app.graphql(&manager, PREVIEW, json!({ "id": id })).await;
        println!("replayed in {:?}", begun.elapsed());
        let told = &answer.data()["previewLeadDefinition"];
        println!("{told}");
        assert_eq!(told["leads"], 5_000);
        let number = |of: &serde_json::Value, name: &str| of[name].as_i64().unwrap();
        for outcome in [told, &told["active"]] {
            let [qualified, accepted, sql, won] =
                ["qualified", "accepted", "becameSql", "won"].map(|name| number(outcome, name));
            assert!(
                qualified > accepted && accepted > sql && sql > won && won > 0,
                "{told}"
            );
        }
        let users = user::Entity::find().all(app.database.reads()).await;
        for user in users.unwrap() {
            if user.roles != json!([Role::SalesManager.as_str()]) {
                continue;
            }
            let token = app.token_of(&user.email).await;
            let begun = Instant::now();
            let answer = app.graphql(&token, PREVIEW, json!({ "id": id })).await;
            let leads = answer.data()["previewLeadDefinition"]["leads"].as_i64();
            println!("{} sees {leads:?}: {:?}", user.name, begun.elapsed());
            assert!(leads.is_some_and(|leads| leads < 5_000));
        }
        // Whoever asks for more gets fewer.
        assert!(number(told, "qualified") < number(&told["active"], "qualified"));
    })
    .await;
}
