//! What an import brings is scored afterwards, and the factors add up for every lead.

use api::{clock::Clock, services::scoring::worker};
use serde_json::{Value, json};
use tests::{database::each_database, fixtures};

use super::{datasets, import, mapping, number, open, run};

const MAPPING: &str = include_str!("../../../examples/leadforge.toml");

/// Leads whose score is another than its factors add up to, or whose readiness contradicts itself.
const WRONG: &str = "SELECT count(*) FROM lead AS l JOIN lead_readiness AS r ON r.id = l.id \
    WHERE l.score <> r.score OR r.score < 0 OR r.score > 100 \
    OR r.score <> (SELECT coalesce(sum(f.points), 0) FROM score_factor AS f WHERE f.lead_id = l.id) \
    OR (r.met AND r.score < r.threshold)";
const SCORED: &str = "SELECT count(*) FROM lead_readiness";
const MET: &str = "SELECT count(*) FROM lead_readiness WHERE met";
const CHANGED: &str = "SELECT count(*) FROM change WHERE entity = 'lead' AND kind = 'UPDATED'";

/// Points for what the files have: titles, sources, sizes, and what marketing did.
fn criteria() -> Value {
    json!([
        {"key": "title", "label": "Has a title", "points": 10, "field": "jobTitle", "operator": "present"},
        {"key": "size", "label": "50 people or more", "points": 15,
         "field": "employeeBand", "operator": "gte", "value": 50},
        {"key": "industry", "label": "Line of business is known", "points": 7,
         "field": "industry", "operator": "present"},
        {"key": "web", "label": "Came by the web", "points": -4,
         "field": "source", "operator": "in", "value": ["WEB_FORM", "ORGANIC"]},
        {"key": "visits", "label": "Looks at our site", "touches": ["PAGE_VIEW", "AD_CLICK"],
         "pointsEach": 3, "maxPoints": 40, "halfLifeDays": 700},
        {"key": "mails", "label": "Follows our mailings", "touches": ["EMAIL_OPEN", "EMAIL_CLICK"],
         "pointsEach": 7, "maxPoints": 35, "halfLifeDays": 365},
        {"key": "met", "label": "Met us", "atLeast": 2, "points": 40,
         "touches": ["WEBINAR_ATTEND", "EVENT_ATTEND", "CONTENT_DOWNLOAD", "FORM_SUBMIT", "CALL", "MEETING"]},
    ])
}

#[tokio::test]
async fn factors_add_up_for_every_lead_of_leadforge_5k() {
    let Some(datasets) = datasets() else {
        return;
    };
    for database in each_database() {
        let database = open(&database).await;
        fixtures::definition(&database, criteria(), 60).await;
        let import = import(mapping(MAPPING), &[datasets.join("leadforge_5k")]);
        assert_eq!(run(&database, &import).await.rejected(), 0);
        let leads = number(&database, "SELECT count(*) FROM lead").await;
        let due = "SELECT count(*) FROM lead_scoring";
        assert_eq!(number(&database, due).await, leads);
        let clock = Clock::system();
        worker::catch_up(&database, &clock).await.unwrap();

        // All of them are closed: they are scored once, as they were then.
        let scored = number(&database, SCORED).await;
        assert_eq!(scored, leads);
        assert_eq!(number(&database, due).await, 0);
        assert_eq!(number(&database, WRONG).await, 0);
        let met = number(&database, MET).await;
        assert!(met > 0 && met < scored, "{met} of {scored}");
        let different = "SELECT count(DISTINCT score) FROM lead_readiness";
        let different = number(&database, different).await;
        assert!(different > 5, "{different}");

        // What is there already is not scored again, and what is not changed is no change.
        let changed = number(&database, CHANGED).await;
        worker::catch_up(&database, &clock).await.unwrap();
        assert_eq!(number(&database, CHANGED).await, changed);
    }
}
