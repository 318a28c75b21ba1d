//! What keeps coming up in feedback, and whether it is answered: figures that anybody can count again from the rows that
//! they see.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::prelude::Uuid;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    caller::{give_roles, token_of_caller},
    rows::{Cell, Rows, cell},
};

use crate::views::callers::one_role;

/// As themes are written: five of them, in three ways.
const THEMES: [&str; 8] = [
    "Too long",
    "too  long",
    " TOO LONG",
    "price",
    "Price ",
    "Straße",
    "fit",
    "timing",
];

/// Random rows, with feedback that comes under few themes.
fn rows(seed: u64) -> Rows {
    let mut rows = Rows::random(seed, 90);
    let ids = |table: &str| -> Vec<Uuid> {
        let of = rows.of(table).iter().map(|row| match cell(row, "id") {
            Cell::Id(id) => *id,
            other => panic!("{other:?} is no id"),
        });
        of.collect()
    };
    for (number, id) in ids("feedback").into_iter().enumerate() {
        let theme = match THEMES.get(number % 10) {
            Some(theme) => Cell::Text((*theme).to_owned()),
            None => Cell::Null,
        };
        rows.set("feedback", id, "theme", theme);
    }
    rows
}

/// All nodes of a list that somebody sees.
async fn all(app: &TestApp, token: &str, list: &str, fields: &str) -> Vec<Value> {
    let document = format!(
        "query ($after: String) {{ {list}(first: 100, after: $after) {{ nodes {{ {fields} }}
           pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let (mut nodes, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = match &after {
            Value::Null => json!({}),
            after => json!({ "after": after }),
        };
        let answer = app.graphql(token, &document, variables).await;
        let page = &answer.data()[list];
        nodes.extend(page["nodes"].as_array().unwrap().clone());
        if page["pageInfo"]["hasNextPage"] != true {
            return nodes;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn at(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str().map(|text| text.parse().unwrap())
}

/// Whether two numbers are the same but for the last digits.
fn near(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * other.abs().max(1.0),
        (one, other) => one == other,
    }
}

fn folded(theme: &str) -> String {
    theme
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// What one counts of a theme.
#[derive(Debug, Default, PartialEq)]
struct Counted {
    written: BTreeMap<String, u32>,
    count: u64,
    open: u64,
    moods: Vec<i64>,
    last: Option<DateTime<Utc>>,
    accounts: BTreeSet<String>,
}

/// The themes of `feedback`, as one counts them.
fn themes_of(
    feedback: &[Value],
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> BTreeMap<String, Counted> {
    let mut themes: BTreeMap<String, Counted> = BTreeMap::new();
    for node in feedback {
        let given = at(&node["createdAt"]).unwrap();
        let Some(theme) = node["theme"]
            .as_str()
            .filter(|_| from <= given && given < to)
        else {
            continue;
        };
        let counted = themes.entry(folded(theme)).or_default();
        *counted.written.entry(theme.to_owned()).or_default() += 1;
        counted.count += 1;
        counted.open += u64::from(node["state"] != "VERIFIED" && node["state"] != "DECLINED");
        counted.moods.extend(node["sentiment"].as_i64());
        counted.last = counted.last.max(Some(given));
        for about in [
            &node["account"],
            &node["lead"]["account"],
            &node["opportunity"]["account"],
        ] {
            counted
                .accounts
                .extend(about["id"].as_str().map(str::to_owned));
        }
    }
    themes
}

const FEEDBACK: &str = "theme direction kind state sentiment createdAt acknowledgedAt actionedAt appealedAt appealDecidedAt dueAt
    account { id } lead { account { id } } opportunity { account { id } } slaClocks { nodes { kind dueAt } }";

#[tokio::test]
async fn themes_are_what_anybody_counts_in_what_they_see() {
    for seed in [1, 2] {
        let rows = rows(seed);
        let callers = one_role(&rows);
        each_app(async |app| {
            rows.insert(app.database.writes()).await;
            let mut told_of = 0;
            for caller in &callers {
                give_roles(app, caller.user.unwrap(), &caller.roles).await;
                let token = token_of_caller(app, caller).await;
                told_of += check_themes(app, &token, &caller.roles[0]).await;
            }
            assert!(told_of > 0, "there is something to tell");
        })
        .await;
    }
}

/// Checks the themes that somebody is told; returns how many have deals behind them.
async fn check_themes(app: &TestApp, token: &str, role: &str) -> usize {
    let feedback = all(app, token, "feedbackItems", FEEDBACK).await;
    let deals = all(
        app,
        token,
        "opportunities",
        "id stage account { id } amount { minorUnits currency }",
    )
    .await;
    let mut times: Vec<DateTime<Utc>> = feedback
        .iter()
        .filter_map(|it| at(&it["createdAt"]))
        .collect();
    times.sort_unstable();
    let (Some(first), Some(last)) = (times.get(times.len() / 5), times.get(times.len() * 9 / 10))
    else {
        return 0;
    };
    let expected = themes_of(&feedback, (*first, *last));
    let document = "query ($period: PeriodInput!) { feedbackThemes(period: $period, first: 100) { scope opportunityScope asOf
        themes { theme count openCount lastAt accounts opportunities sentiment { mean n } } } }";
    let period = json!({ "from": first, "to": last });
    let answer = app
        .graphql(token, document, json!({ "period": period }))
        .await;
    let report = &answer.data()["feedbackThemes"];
    assert_eq!(report["asOf"], "2026-11-22T12:00:00.000000Z");
    let told = report["themes"].as_array().unwrap();
    assert_eq!(told.len(), expected.len(), "{role}");
    let open = |deal: &&Value| deal["stage"] != "CLOSED_WON" && deal["stage"] != "CLOSED_LOST";
    let mut pipelines: BTreeMap<String, BTreeMap<String, i128>> = BTreeMap::new();
    let mut with_deals = 0;
    for theme in told {
        let name = theme["theme"].as_str().unwrap();
        let counted = &expected[&folded(name)];
        assert_eq!(
            counted.written.get(name),
            counted.written.values().max(),
            "{name}"
        );
        assert_eq!(theme["count"], counted.count, "{role} {name}");
        assert_eq!(theme["openCount"], counted.open, "{role} {name}");
        assert_eq!(at(&theme["lastAt"]), counted.last, "{role} {name}");
        assert_eq!(theme["accounts"], counted.accounts.len(), "{role} {name}");
        assert_eq!(
            theme["sentiment"]["n"],
            counted.moods.len(),
            "{role} {name}"
        );
        let sum = i32::try_from(counted.moods.iter().sum::<i64>()).unwrap();
        let n = i32::try_from(counted.moods.len()).unwrap();
        let mean = (n > 0).then(|| f64::from(sum) / f64::from(n));
        assert!(
            near(theme["sentiment"]["mean"].as_f64(), mean),
            "{role} {name}"
        );
        let behind = |deal: &&Value| {
            let account = deal["account"]["id"].as_str();
            account.is_some_and(|account| counted.accounts.contains(account))
        };
        let behind: Vec<&Value> = deals.iter().filter(open).filter(behind).collect();
        assert_eq!(theme["opportunities"], behind.len(), "{role} {name}");
        with_deals += usize::from(!behind.is_empty());
        let sums = pipelines.entry(folded(name)).or_default();
        for deal in behind {
            if let Some(minor) = deal["amount"]["minorUnits"].as_str() {
                let currency = deal["amount"]["currency"].as_str().unwrap().to_owned();
                *sums.entry(currency).or_default() += minor.parse::<i128>().unwrap();
            }
        }
    }
    let counts: Vec<_> = told.iter().map(|it| it["count"].as_u64()).collect();
    assert!(counts.is_sorted_by(|one, other| one >= other), "{counts:?}");
    check_pipelines(app, token, &period, &pipelines).await;
    with_deals
}

/// Checks what the deals behind themes are worth; where sums of deals are refused, these are.
async fn check_pipelines(
    app: &TestApp,
    token: &str,
    period: &Value,
    expected: &BTreeMap<String, BTreeMap<String, i128>>,
) {
    let document = "query ($period: PeriodInput!) { feedbackThemes(period: $period, first: 100) {
        themes { theme pipeline { amount currency minorUnits __typename } } } }";
    let answer = app
        .graphql(token, document, json!({ "period": period }))
        .await;
    let sum = "{ opportunityAggregate { sum { amount { amount } } } }";
    let refused = app.graphql(token, sum, json!({})).await;
    if refused.codes() == ["FORBIDDEN_FIELD"] && !expected.is_empty() {
        assert_eq!(answer.problems(), [("FORBIDDEN_FIELD", "pipeline")]);
        return;
    }
    for theme in answer.data()["feedbackThemes"]["themes"]
        .as_array()
        .unwrap()
    {
        let sums = &expected[&folded(theme["theme"].as_str().unwrap())];
        let told = theme["pipeline"].as_array().unwrap().iter().map(|it| {
            assert_eq!(it["__typename"], "Money");
            let minor = it["minorUnits"].as_str().unwrap().parse::<i128>().unwrap();
            let digits = it["amount"].as_str().unwrap().replace('.', "");
            assert_eq!(digits.parse::<i128>().unwrap(), minor);
            (it["currency"].as_str().unwrap().to_owned(), minor)
        });
        assert_eq!(told.collect::<BTreeMap<_, _>>(), *sums);
    }
}

/// The median of what took from when it was given until `stamp`, in days.
fn median(feedback: &[&Value], stamp: &str) -> Option<f64> {
    let took = feedback.iter().filter_map(|it| {
        let took = at(&it[stamp])? - at(&it["createdAt"]).unwrap();
        Some(took.num_microseconds().unwrap())
    });
    let mut took: Vec<i64> = took.collect();
    took.sort_unstable();
    let middle = [took.len().checked_sub(1)? / 2, took.len() / 2];
    let both = middle.map(|place| took[place].to_string().parse::<f64>().unwrap());
    Some(f64::midpoint(both[0], both[1]) / 86_400e6)
}

#[tokio::test]
async fn the_health_of_the_loop_is_what_anybody_counts_in_what_they_see() {
    for seed in [3, 4] {
        let rows = rows(seed);
        let callers = one_role(&rows);
        each_app(async |app| {
            rows.insert(app.database.writes()).await;
            let mut due = 0;
            for caller in &callers {
                give_roles(app, caller.user.unwrap(), &caller.roles).await;
                let token = token_of_caller(app, caller).await;
                due += check_health(app, &token, &caller.roles[0]).await;
            }
            assert!(due > 0, "there is something to tell");
        })
        .await;
    }
}

async fn check_health(app: &TestApp, token: &str, role: &str) -> u64 {
    let feedback = all(app, token, "feedbackItems", FEEDBACK).await;
    let first_due = |node: &Value| {
        let clocks = node["slaClocks"]["nodes"].as_array().unwrap().iter();
        let first = clocks.filter(|it| it["kind"] == "FEEDBACK_ACKNOWLEDGE");
        first
            .filter_map(|it| at(&it["dueAt"]))
            .min()
            .or_else(|| at(&node["dueAt"]))
    };
    let mut times: Vec<DateTime<Utc>> = feedback.iter().filter_map(first_due).collect();
    times.sort_unstable();
    let (Some(first), Some(last)) = (times.get(times.len() / 6), times.get(times.len() * 9 / 10))
    else {
        return 0;
    };
    let document =
        "query ($period: PeriodInput!) { loopHealth(period: $period) { scope asOf directions {
        direction due openOverdue acknowledged medianDaysToAcknowledge medianDaysToAction closed
        closedLoopRate { numerator denominator value status } } } }";
    let period = json!({ "from": first, "to": last });
    let answer = app
        .graphql(token, document, json!({ "period": period }))
        .await;
    let told = answer.data()["loopHealth"]["directions"]
        .as_array()
        .unwrap();
    let names: Vec<&str> = told
        .iter()
        .filter_map(|it| it["direction"].as_str())
        .collect();
    assert_eq!(names, ["SALES_TO_MARKETING", "MARKETING_TO_SALES"]);
    let mut counted = 0;
    for told in told {
        let of: Vec<&Value> = feedback
            .iter()
            .filter(|it| it["direction"] == told["direction"])
            .filter(|it| first_due(it).is_some_and(|due| *first <= due && due < *last))
            .collect();
        let number = |holds: &dyn Fn(&Value) -> bool| of.iter().filter(|it| holds(it)).count();
        let closed = number(&|it| {
            let undecided = !it["appealedAt"].is_null() && it["appealDecidedAt"].is_null();
            it["state"] == "VERIFIED" || (it["state"] == "DECLINED" && !undecided)
        });
        assert_eq!(told["due"], of.len(), "{role}");
        let late = number(&|it| at(&it["dueAt"]).is_some_and(|due| due <= TestApp::now()));
        assert_eq!(told["openOverdue"], late, "{role}");
        let acknowledged = number(&|it| !it["acknowledgedAt"].is_null());
        assert_eq!(told["acknowledged"], acknowledged, "{role}");
        assert_eq!(told["closed"], closed, "{role}");
        let [numerator, denominator] = [closed, of.len()].map(|it| u32::try_from(it).unwrap());
        let (value, status) = match denominator {
            0 => (None, "NO_DATA"),
            all => (Some(f64::from(numerator) / f64::from(all)), "OK"),
        };
        let rate = &told["closedLoopRate"];
        assert_eq!(
            (&rate["numerator"], &rate["denominator"]),
            (&json!(closed), &json!(of.len())),
            "{role}"
        );
        assert_eq!(rate["status"], status, "{role}");
        assert!(near(rate["value"].as_f64(), value), "{role}: {rate}");
        for (median_of, stamp) in [
            ("medianDaysToAcknowledge", "acknowledgedAt"),
            ("medianDaysToAction", "actionedAt"),
        ] {
            let (told, expected) = (told[median_of].as_f64(), median(&of, stamp));
            assert!(
                near(told, expected),
                "{role} {median_of}: {told:?} is {expected:?}"
            );
        }
        counted += u64::try_from(of.len()).unwrap();
    }
    counted
}

#[tokio::test]
async fn a_report_is_of_a_period_that_makes_sense_and_of_so_many_themes() {
    each_app(async |app| {
        let token = app.token_for(api::views::Role::RevenueLeader).await;
        let period = r#"period: { from: "2026-02-01T00:00:00Z", to: "2026-02-01T00:00:00Z" }"#;
        for field in ["feedbackThemes", "loopHealth"] {
            let answer = app.graphql(&token, &format!("{{ {field}({period}) {{ scope }} }}"), json!({})).await;
            assert_eq!(answer.problems(), [("VALIDATION", "period")], "{field}");
        }
        let year = r#"period: { from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z" }"#;
        for first in [0, 101] {
            let document = format!("{{ feedbackThemes({year}, first: {first}) {{ scope }} }}");
            let answer = app.graphql(&token, &document, json!({})).await;
            assert_eq!(answer.problems(), [("VALIDATION", "first")], "{first}");
        }
        let document = format!(
            "{{ loopHealth({year}, direction: MARKETING_TO_SALES) {{ scope directions {{ direction
               medianDaysToAction closedLoopRate {{ value status }} }} }}
               feedbackThemes({year}, kind: CUSTOMER_NEED) {{ themes {{ theme }} }} }}"
        );
        let answer = app.graphql(&token, &document, json!({})).await;
        let nothing = json!({
            "loopHealth": { "scope": "all", "directions": [{ "direction": "MARKETING_TO_SALES",
                "medianDaysToAction": null, "closedLoopRate": { "value": null, "status": "NO_DATA" } }] },
            "feedbackThemes": { "themes": [] },
        });
        assert_eq!(*answer.data(), nothing);
    })
    .await;
}
