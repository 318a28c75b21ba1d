//! The follow-up record of the demo's year, recounted from the rows by another program.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike, Utc};
use entity::{
    lead::{self, LeadStatus},
    lead_transition,
    touch::{self, TouchDirection, TouchFunction, TouchKind},
};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::app::{TestApp, each_app};
use uuid::Uuid;

use super::{a_year, gid, number, of_the_demo};

const ASK: &str = "query ($by: [FollowUpDimension!]) {
  followUp(period: {from: \"2026-01-10T00:00:00Z\", to: \"2026-10-20T12:00:00Z\"}, by: $by) {
    ...Parts
    groups { key { ownerId campaignId source territoryId month } ...GroupParts }
  } }
  fragment Parts on FollowUp {
    scope handedOver accepted rejected undecided recalled neverTouched
    rejections { count } responseTime { count never leftOut wallMinutes { median p90 mean } }
  }
  fragment GroupParts on FollowUpGroup {
    handedOver accepted rejected undecided recalled neverTouched
    rejections { count } responseTime { count never leftOut wallMinutes { median p90 mean } }
  }";
const OWN: &str = "query ($after: String) {
  leads(first: 500, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }";

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// What became of hand-overs, counted by hand.
#[derive(Debug, Default)]
struct Count {
    /// Handed over, accepted, rejected, undecided, recalled, never touched.
    parts: [i64; 6],
    minutes: Vec<f64>,
}

/// All rows that count.
struct Rows {
    leads: Vec<lead::Model>,
    steps: HashMap<(Uuid, i32), Vec<lead_transition::Model>>,
    approaches: HashMap<Uuid, Vec<DateTime<Utc>>>,
}

impl Rows {
    async fn of(app: &TestApp) -> Self {
        let reads = app.database.reads();
        let leads = lead::Entity::find()
            .filter(lead::Column::DeletedAt.is_null())
            .all(reads)
            .await
            .unwrap();
        let mut steps: HashMap<_, Vec<_>> = HashMap::new();
        for step in lead_transition::Entity::find().all(reads).await.unwrap() {
            steps
                .entry((step.lead_id, step.cycle))
                .or_default()
                .push(step);
        }
        for steps in steps.values_mut() {
            steps.sort_by_key(|step| (step.at, step.id));
        }
        let touches = touch::Entity::find()
            .filter(touch::Column::Function.eq(TouchFunction::Sales))
            .filter(touch::Column::DeletedAt.is_null());
        let mut approaches: HashMap<Uuid, Vec<_>> = HashMap::new();
        for touch in touches.all(reads).await.unwrap() {
            let met = [TouchKind::Meeting, TouchKind::Demo].contains(&touch.kind);
            let ours = touch.direction == TouchDirection::Outbound
                && [TouchKind::Call, TouchKind::SalesEmail].contains(&touch.kind);
            if let Some(lead) = touch.lead_id.filter(|_| met || ours) {
                approaches.entry(lead).or_default().push(touch.occurred_at);
            }
        }
        Self {
            leads,
            steps,
            approaches,
        }
    }

    /// When the lead was handed over first in that cycle.
    fn handed_over(&self, lead: Uuid, cycle: i32) -> Option<DateTime<Utc>> {
        let mut steps = self.steps.get(&(lead, cycle))?.iter();
        steps
            .find(|step| step.to_status == LeadStatus::Mql)
            .map(|step| step.at)
    }

    fn count(&self, count: &mut Count, lead: &lead::Model, cycle: i32, at: DateTime<Utc>) {
        let steps = &self.steps[&(lead.id, cycle)];
        let accepted = steps
            .iter()
            .any(|step| step.to_status == LeadStatus::Accepted);
        // What sales or marketing said last.
        let said = steps.iter().rev().find(|step| {
            step.to_status == LeadStatus::Rejected
                || step.to_status == LeadStatus::Mql
                || step.from_status == Some(LeadStatus::Mql)
                    && step.to_status == LeadStatus::Nurturing
        });
        let place = match said.map(|step| step.to_status) {
            _ if accepted => 1,
            Some(LeadStatus::Rejected) => 2,
            Some(LeadStatus::Nurturing) => 4,
            _ => 3,
        };
        count.parts[0] += 1;
        count.parts[place] += 1;
        let next = self.steps.get(&(lead.id, cycle + 1));
        let until = next.map_or(DateTime::<Utc>::MAX_UTC, |steps| steps[0].at);
        let approaches = self.approaches.get(&lead.id).into_iter().flatten();
        let in_time = approaches.filter(|touched| **touched >= at && **touched < until);
        match in_time.min() {
            Some(touched) => {
                let seconds = (*touched - at).num_seconds();
                count
                    .minutes
                    .push(f64::from(i32::try_from(seconds).unwrap()) / 60.0);
            }
            None if place == 1 || place == 3 => count.parts[5] += 1,
            None => {}
        }
    }

    /// The hand-overs in the period of the leads that count, by `key`.
    fn groups(
        &self,
        counts: &dyn Fn(&lead::Model) -> bool,
        key: &dyn Fn(&lead::Model, DateTime<Utc>) -> Value,
    ) -> BTreeMap<String, Count> {
        let (from, to) = (
            instant("2026-01-10T00:00:00Z"),
            instant("2026-10-20T12:00:00Z"),
        );
        let mut groups: BTreeMap<String, Count> = BTreeMap::new();
        for lead in self.leads.iter().filter(|lead| counts(lead)) {
            for cycle in 1..=lead.cycle {
                let at = self.handed_over(lead.id, cycle);
                if let Some(at) = at.filter(|at| *at >= from && *at < to) {
                    let group = groups.entry(key(lead, at).to_string()).or_default();
                    self.count(group, lead, cycle, at);
                }
            }
        }
        groups
    }
}

/// That `told` is what was counted, and its parts add up.
fn agrees(told: &Value, count: &Count) {
    let names = [
        "handedOver",
        "accepted",
        "rejected",
        "undecided",
        "recalled",
        "neverTouched",
    ];
    let parts = names.map(|name| number(told, name));
    assert_eq!(parts, count.parts, "{told}");
    assert_eq!(parts[0], parts[1..5].iter().sum::<i64>());
    assert!(parts[5] <= parts[1] + parts[3]);
    let reasons = told["rejections"].as_array().unwrap().iter();
    let reasons: i64 = reasons.map(|reason| number(reason, "count")).sum();
    assert_eq!(reasons, parts[2]);
    let times = &told["responseTime"];
    let counts = ["count", "never", "leftOut"].map(|name| number(times, name));
    assert_eq!(counts.iter().sum::<i64>(), parts[0]);
    assert_eq!(counts[0], i64::try_from(count.minutes.len()).unwrap());
    let mut minutes = count.minutes.clone();
    minutes.sort_by(f64::total_cmp);
    if minutes.is_empty() {
        assert!(times["wallMinutes"].is_null());
        return;
    }
    for (name, share) in [("median", 0.5), ("p90", 0.9)] {
        let place = f64::from(u32::try_from(minutes.len() - 1).unwrap()) * share;
        let (below, above) = (
            minutes[to_index(place.floor())],
            minutes[to_index(place.ceil())],
        );
        close(
            &times["wallMinutes"][name],
            below + (above - below) * place.fract(),
        );
    }
    let count = f64::from(u32::try_from(minutes.len()).unwrap());
    close(
        &times["wallMinutes"]["mean"],
        minutes.iter().sum::<f64>() / count,
    );
}

fn to_index(place: f64) -> usize {
    format!("{place:.0}").parse().unwrap()
}

/// To the second.
fn close(told: &Value, expected: f64) {
    let told = told.as_f64().unwrap();
    assert!(
        (told - expected).abs() < 1.0 / 60.0,
        "{told} is not {expected}"
    );
}

/// The ids of the leads that the caller sees.
async fn seen(app: &TestApp, token: &str) -> Vec<String> {
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = app.graphql(token, OWN, json!({ "after": after })).await;
        let page = &page.data()["leads"];
        let nodes = page["nodes"].as_array().unwrap().iter();
        ids.extend(nodes.map(|node| node["id"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            return ids;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

type KeyOf = fn(&lead::Model, DateTime<Utc>) -> Value;

const BY: [(&str, &str, KeyOf); 5] = [
    ("OWNER", "ownerId", |lead, _| {
        json!(lead.owner_id.map(|id| gid("User", id)))
    }),
    ("CAMPAIGN", "campaignId", |lead, _| {
        json!(lead.source_campaign_id.map(|id| gid("Campaign", id)))
    }),
    ("TERRITORY", "territoryId", |lead, _| {
        json!(lead.territory_id.map(|id| gid("Territory", id)))
    }),
    ("SOURCE", "source", |lead, _| json!(lead.source.to_value())),
    ("MONTH", "month", |_, at| {
        json!(at.date_naive().with_day(1).unwrap().to_string())
    }),
];

#[tokio::test]
async fn the_parts_of_the_year_add_up_and_are_recounted() {
    each_app(async |app| {
        a_year(app).await;
        let rows = Rows::of(app).await;
        for role in ["REVENUE_LEADER", "SALES_MANAGER", "SALES_REP"] {
            let token = of_the_demo(app, role).await;
            let seen = seen(app, &token).await;
            let counts = |lead: &lead::Model| seen.contains(&gid("Lead", lead.id));
            let all = rows.groups(&counts, &|_, _| Value::Null);
            assert!(!all.is_empty(), "{role}");
            for (by, name, key) in BY {
                let answer = app.graphql(&token, ASK, json!({ "by": [by] })).await;
                let told = &answer.data()["followUp"];
                agrees(told, &all["null"]);
                let mut groups = rows.groups(&counts, &key);
                for group in told["groups"].as_array().unwrap() {
                    let key = group["key"][name].to_string();
                    let count = groups.remove(&key);
                    agrees(group, &count.unwrap_or_else(|| panic!("{role} {by} {key}")));
                }
                assert!(groups.is_empty(), "{role} {by}: {groups:?}");
            }
        }
    })
    .await;
}
