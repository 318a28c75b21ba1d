//! The journey of a B2B seller, whose answers are known.

use std::{collections::HashMap, fs};

use chrono::{DateTime, Utc};
use entity::{lead, opportunity, opportunity::OpportunityStage, touch};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::Value as Json;
use tests::database::each_database;
use uuid::Uuid;

use super::{datasets, import, mapping, number, open, run};

const MAPPING: &str = include_str!("../../../examples/leadforge.toml");

#[tokio::test]
async fn leadforge_5k_gives_the_known_answers_and_nothing_new_the_second_time() {
    known_answers("leadforge_5k").await;
}

#[tokio::test]
async fn leadforge_500_gives_the_known_answers_and_nothing_new_the_second_time() {
    known_answers("leadforge_500").await;
}

async fn known_answers(name: &str) {
    let Some(datasets) = datasets() else {
        return;
    };
    let expected = fs::read_to_string(datasets.join("expected_leadforge.json")).unwrap();
    let expected: Json = serde_json::from_str(&expected).unwrap();
    let expected = &expected[name];
    for database in each_database() {
        let database = open(&database).await;
        let import = import(mapping(MAPPING), &[datasets.join(name)]);

        let first = run(&database, &import).await;

        assert_eq!(first.rejected(), 0, "{:?}", first.problems);
        assert_eq!(first.of("").total(), 0);
        counts(&database, expected).await;
        deals(&database, expected).await;
        first_activities(&database, expected).await;
        shared(&database, expected).await;

        let second = run(&database, &import).await;

        for file in second.files.iter().filter(|file| file.claimed) {
            for (entity, counts) in &file.counts {
                let all = counts.total();
                assert_eq!(counts.unchanged, all, "{} {entity}: {counts:?}", file.name);
            }
        }
        counts(&database, expected).await;
        for file in first.files.iter().chain(&second.files) {
            let rows = expected["rows"][file.name.trim_end_matches(".csv")].as_u64();
            assert_eq!(Some(file.rows), rows, "{}", file.name);
            assert_eq!(file.claimed, file.name != "subscriptions.csv");
        }
    }
}

async fn counts(database: &api::database::Database, expected: &Json) {
    let rows = |name: &str| expected["rows"][name].as_i64().unwrap();
    let touches = rows("touches") + rows("sessions") + rows("sales_activities");
    let cases = [
        ("account", rows("accounts")),
        ("contact", rows("contacts")),
        ("lead", rows("leads")),
        ("opportunity", rows("opportunities")),
        ("touch", touches),
        ("campaign", 15),
        ("territory", 2),
        ("\"user\"", 10),
    ];
    for (table, expected) in cases {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        assert_eq!(number(database, &sql).await, expected, "{table}");
    }
    let customers = "SELECT COUNT(*) FROM account WHERE lifecycle = 'CUSTOMER'";
    let distinct = number(database, customers).await;
    assert!(distinct > 0 && distinct <= rows("customers"));
    for column in ["account_id", "contact_id", "lead_id"] {
        let sql = format!("SELECT COUNT(*) FROM touch WHERE {column} IS NULL");
        assert_eq!(number(database, &sql).await, 0, "touches without {column}");
    }
    let changes = "SELECT COUNT(*) FROM change WHERE kind = 'CREATED' AND entity = 'touch'";
    assert_eq!(number(database, changes).await, touches);
}

async fn deals(database: &api::database::Database, expected: &Json) {
    let deals = opportunity::Entity::find()
        .all(database.reads())
        .await
        .unwrap();
    let of = |stage| deals.iter().filter(move |deal| deal.stage == stage);
    let won = of(OpportunityStage::ClosedWon).count();
    let lost = of(OpportunityStage::ClosedLost).count();
    close(ratio(won, won + lost), &expected["win_rate"]);

    let value: i64 = of(OpportunityStage::ClosedWon)
        .map(|deal| deal.amount_minor.unwrap().0)
        .sum();
    assert_eq!(
        Some(value),
        expected["won_value"].as_i64().map(|value| value * 100)
    );
    assert!(
        deals
            .iter()
            .all(|deal| deal.amount_currency.as_deref() == Some("USD"))
    );
    assert!(of(OpportunityStage::ClosedLost).all(|deal| deal.lost_reason_id.is_some()));
    assert!(
        deals
            .iter()
            .all(|deal| deal.account_id.is_some() && deal.lead_id.is_some())
    );

    let days: i64 = of(OpportunityStage::ClosedWon)
        .map(|deal| (deal.closed_at.unwrap() - deal.created_at).num_days())
        .sum();
    close(
        f64::from(i32::try_from(days).unwrap()) / f64::from(u32::try_from(won).unwrap()),
        &expected["avg_cycle_days"],
    );
}

async fn first_activities(database: &api::database::Database, expected: &Json) {
    let firsts: HashMap<Uuid, DateTime<Utc>> = touch::Entity::find()
        .select_only()
        .column(touch::Column::LeadId)
        .column_as(touch::Column::OccurredAt.min(), "first")
        .filter(touch::Column::Function.eq(touch::TouchFunction::Sales))
        .group_by(touch::Column::LeadId)
        .into_tuple::<(Uuid, DateTime<Utc>)>()
        .all(database.reads())
        .await
        .unwrap()
        .into_iter()
        .collect();
    let leads = lead::Entity::find().all(database.reads()).await.unwrap();
    let mut days: Vec<i64> = Vec::new();
    for lead in &leads {
        assert_eq!(lead.first_touched_at, firsts.get(&lead.id).copied());
        days.extend(
            lead.first_touched_at
                .map(|at| (at - lead.created_at).num_days()),
        );
    }
    days.sort_unstable();
    let expected = &expected["lead_response_days"];
    assert_eq!(
        Some(leads.len() - days.len()),
        expected["never_responded"]
            .as_u64()
            .map(|n| usize::try_from(n).unwrap())
    );
    let middle = days.len() / 2;
    let median = if days.len().is_multiple_of(2) {
        f64::from(i32::try_from(days[middle - 1] + days[middle]).unwrap()) / 2.0
    } else {
        f64::from(i32::try_from(days[middle]).unwrap())
    };
    close(median, &expected["median"]);
    let sum = f64::from(i32::try_from(days.iter().sum::<i64>()).unwrap());
    close(
        sum / f64::from(u32::try_from(days.len()).unwrap()),
        &expected["mean"],
    );
}

async fn shared(database: &api::database::Database, expected: &Json) {
    let more = "SELECT COUNT(*) - COUNT(DISTINCT contact_id) FROM lead";
    let sharing = "SELECT COUNT(*) FROM lead WHERE contact_id IN \
                   (SELECT contact_id FROM lead GROUP BY contact_id HAVING COUNT(*) > 1)";
    let known = expected["dup_leads_per_contact"].as_i64().unwrap();
    let (more, sharing) = (
        number(database, more).await,
        number(database, sharing).await,
    );
    assert!(
        known == more || known == sharing,
        "{known}: {more} or {sharing}"
    );
    let accounts = "SELECT COUNT(DISTINCT account_id) FROM lead";
    assert_eq!(
        Some(number(database, accounts).await),
        expected["accounts_with_leads"].as_i64()
    );
}

fn ratio(part: usize, whole: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap())
}

fn close(is: f64, expected: &Json) {
    let expected = expected.as_f64().unwrap();
    assert!((is - expected).abs() < 1e-9, "{is} is not {expected}");
}
