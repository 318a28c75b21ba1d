//! What was followed up, of data whose answers are known: through the front door.

use std::fs;

use api::views::Role;
use serde_json::{Value, json};
use tests::app::each_app;

use super::{datasets, import, mapping, run};

const MAPPING: &str = include_str!("../../../examples/leadforge.toml");
/// Nobody is handed over in these data: that a lead came has to do.
const ASK: &str = "{
  followUp(period: {from: \"2020-01-01T00:00:00Z\", to: \"2030-01-01T00:00:00Z\"}, handover: CREATED, by: [SOURCE, OWNER]) {
    scope handedOver accepted rejected undecided recalled neverTouched
    responseTime { count never leftOut wallMinutes { median mean } businessMinutes { median } }
    groups { handedOver neverTouched responseTime { count never } }
  }
  byStep: followUp(period: {from: \"2020-01-01T00:00:00Z\", to: \"2030-01-01T00:00:00Z\"}) { handedOver }
}";

#[tokio::test]
async fn leadforge_5k_was_followed_up_as_is_known() {
    followed_up("leadforge_5k", [5_000, 4_641, 0, 359, 0]).await;
}

#[tokio::test]
async fn leadforge_500_was_followed_up_as_is_known() {
    followed_up("leadforge_500", [500, 442, 0, 58, 0]).await;
}

/// How many were handed over, accepted, rejected, undecided and recalled.
async fn followed_up(name: &str, parts: [i64; 5]) {
    let Some(datasets) = datasets() else {
        return;
    };
    let expected = fs::read_to_string(datasets.join("expected_leadforge.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let expected = &expected[name]["lead_response_days"];
    let datasets = &datasets;
    each_app(async |app| {
        let import = import(mapping(MAPPING), &[datasets.join(name)]);
        assert_eq!(run(&app.database, &import).await.rejected(), 0);
        let leader = app.token_for(Role::RevenueLeader).await;

        let answer = app.graphql(&leader, ASK, json!({})).await;

        let told = &answer.data()["followUp"];
        let number = |of: &Value, name: &str| of[name].as_i64().unwrap();
        let names = [
            "handedOver",
            "accepted",
            "rejected",
            "undecided",
            "recalled",
        ];
        assert_eq!(names.map(|name| number(told, name)), parts, "{told}");
        assert_eq!(told["neverTouched"], expected["never_responded"]);
        let times = &told["responseTime"];
        assert_eq!(times["never"], expected["never_responded"]);
        assert_eq!(number(times, "count") + number(times, "never"), parts[0]);
        for name in ["median", "mean"] {
            let days = times["wallMinutes"][name].as_f64().unwrap() / (24.0 * 60.0);
            assert!(
                (days - expected[name].as_f64().unwrap()).abs() < 1e-9,
                "{days}"
            );
        }
        let groups = told["groups"].as_array().unwrap();
        for name in ["handedOver", "neverTouched"] {
            let all: i64 = groups.iter().map(|group| number(group, name)).sum();
            assert_eq!(all, number(told, name));
        }
        assert_eq!(answer.data()["byStep"]["handedOver"], 0);
    })
    .await;
}
