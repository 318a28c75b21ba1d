//! The follow-up record: of a few leads whose answers are known, and who sees what of it.

use api::views::Role;
use chrono::{DateTime, Utc};
use entity::{
    lead::{self, LeadStatus},
    lead_transition::{self, TransitionCause},
    reason_code,
    touch::{self, TouchDirection, TouchFunction, TouchKind},
    user,
};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};
use uuid::Uuid;

use super::{gid, number};

const ASK: &str = "query ($from: DateTime!, $to: DateTime!, $by: [FollowUpDimension!], $handover: FollowUpHandover) {
  followUp(period: {from: $from, to: $to}, by: $by, handover: $handover) {
    scope touchScope asOf handedOver accepted rejected undecided recalled neverTouched
    rejections { count reason { key } }
    responseTime { count never leftOut
      wallMinutes { median p75 p90 mean } businessMinutes { median p75 p90 mean } }
    groups {
      key { month source ownerId owner { name } campaignId territoryId territory { name } }
      handedOver accepted rejected undecided recalled neverTouched rejections { count reason { key } }
    }
  } }";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// What is written of a lead: where it is now, its steps with cycle, and when sales called.
struct Story<'s> {
    status: LeadStatus,
    cycle: i32,
    steps: &'s [(LeadStatus, LeadStatus, &'s str, i32)],
    calls: &'s [&'s str],
    owner: Option<Uuid>,
    reason: Option<Uuid>,
    backfilled: bool,
}

const QUIET: Story<'static> = Story {
    status: LeadStatus::Mql,
    cycle: 1,
    steps: &[],
    calls: &[],
    owner: None,
    reason: None,
    backfilled: false,
};

async fn insert<A>(app: &TestApp, row: A)
where
    A: ActiveModelTrait + sea_orm::ActiveModelBehavior + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let tx = app.database.begin().await.unwrap();
    row.insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

impl Story<'_> {
    async fn write(&self, app: &TestApp) -> lead::Model {
        let row = lead::Model {
            status: self.status,
            cycle: self.cycle,
            owner_id: self.owner,
            created_at: at("2026-11-01T08:00:00Z"),
            ..fixtures::some_lead()
        };
        insert(app, row.clone().into_active_model()).await;
        for (from, to, when, cycle) in self.steps {
            let step = lead_transition::Model {
                from_status: Some(*from),
                reason_id: self.reason.filter(|_| *to == LeadStatus::Rejected),
                cause: TransitionCause::Mutation,
                cycle: *cycle,
                backfilled: self.backfilled,
                ..fixtures::some_transition(&row, *to, at(when))
            };
            insert(app, step.into_active_model()).await;
        }
        for when in self.calls {
            insert(app, call(&row, when).into_active_model()).await;
        }
        row
    }
}

/// A call of ours.
fn call(lead: &lead::Model, when: &str) -> touch::Model {
    touch::Model {
        function: TouchFunction::Sales,
        direction: TouchDirection::Outbound,
        ..fixtures::some_touch(lead, TouchKind::Call, at(when))
    }
}

async fn ask(app: &TestApp, token: &str, more: Value) -> Value {
    let mut variables = json!({"from": "2026-11-10T00:00:00Z", "to": "2026-11-21T00:00:00Z"});
    for (name, value) in more.as_object().unwrap() {
        variables[name] = value.clone();
    }
    let answer = app.graphql(token, ASK, variables).await;
    answer.data()["followUp"].clone()
}

async fn a_reason(app: &TestApp, key: &str) -> Uuid {
    let reasons = reason_code::Entity::find().all(app.database.reads()).await;
    let reasons = reasons.unwrap();
    let is = |it: &&reason_code::Model| it.kind == reason_code::ReasonKind::Reject && it.key == key;
    reasons.iter().find(is).unwrap().id
}

/// One hand-over of each kind, and some that are none in the period.
async fn each_kind(app: &TestApp, owner: &user::Model) {
    use LeadStatus::{Accepted, Disqualified, Mql, New, Nurturing, Rejected, Working};
    let reason = Some(a_reason(app, "BAD_FIT").await);
    let owner = Some(owner.id);
    let stories = [
        // Friday 16:00 until Monday 10:00: 66 hours, of which 2 are business time.
        Story {
            status: Working,
            steps: &[
                (New, Mql, "2026-11-13T16:00:00Z", 1),
                (Mql, Accepted, "2026-11-13T16:30:00Z", 1),
                (Accepted, Working, "2026-11-16T10:00:00Z", 1),
            ],
            // One before does not count.
            calls: &["2026-11-12T09:00:00Z", "2026-11-16T10:00:00Z"],
            owner,
            ..QUIET
        },
        // Accepted and never approached.
        Story {
            status: Accepted,
            steps: &[
                (New, Mql, "2026-11-11T09:00:00Z", 1),
                (Mql, Accepted, "2026-11-11T10:00:00Z", 1),
            ],
            owner,
            ..QUIET
        },
        Story {
            status: Rejected,
            steps: &[
                (New, Mql, "2026-11-11T09:00:00Z", 1),
                (Mql, Rejected, "2026-11-11T10:00:00Z", 1),
            ],
            reason,
            ..QUIET
        },
        // Rejected, disputed, and waiting again.
        Story {
            steps: &[
                (New, Mql, "2026-11-11T09:00:00Z", 1),
                (Mql, Rejected, "2026-11-11T10:00:00Z", 1),
                (Rejected, Mql, "2026-11-12T10:00:00Z", 1),
            ],
            calls: &["2026-11-11T11:00:00Z"],
            reason,
            ..QUIET
        },
        Story {
            status: Nurturing,
            steps: &[
                (New, Mql, "2026-11-11T09:00:00Z", 1),
                (Mql, Nurturing, "2026-11-11T10:00:00Z", 1),
            ],
            ..QUIET
        },
        // Handed over twice, in two cycles; of the first one, which was given up, nothing is answered.
        Story {
            status: Accepted,
            cycle: 2,
            steps: &[
                (New, Mql, "2026-11-10T09:00:00Z", 1),
                (Mql, Disqualified, "2026-11-10T10:00:00Z", 1),
                (Disqualified, New, "2026-11-11T09:00:00Z", 2),
                (New, Mql, "2026-11-12T09:00:00Z", 2),
                (Mql, Accepted, "2026-11-12T10:00:00Z", 2),
            ],
            calls: &["2026-11-12T11:00:00Z"],
            ..QUIET
        },
        // Before the period, and handed over again in it, in the same cycle.
        Story {
            steps: &[
                (New, Mql, "2026-11-05T09:00:00Z", 1),
                (Mql, Nurturing, "2026-11-06T09:00:00Z", 1),
                (Nurturing, Mql, "2026-11-12T09:00:00Z", 1),
            ],
            ..QUIET
        },
        // An import added the hand-over afterwards.
        Story {
            status: Accepted,
            steps: &[
                (New, Mql, "2026-11-11T09:00:00Z", 1),
                (Mql, Accepted, "2026-11-11T10:00:00Z", 1),
            ],
            calls: &["2026-11-11T12:00:00Z"],
            backfilled: true,
            ..QUIET
        },
    ];
    for story in stories {
        story.write(app).await;
    }
    // Imported without steps: handed over by its stamp.
    let stamped = lead::Model {
        status: LeadStatus::Sql,
        mql_at: Some(at("2026-11-12T08:00:00Z")),
        created_at: at("2026-10-01T08:00:00Z"),
        ..fixtures::some_lead()
    };
    insert(app, stamped.clone().into_active_model()).await;
    insert(
        app,
        call(&stamped, "2026-11-12T09:30:00Z").into_active_model(),
    )
    .await;
}

#[tokio::test]
async fn each_hand_over_is_in_one_part() {
    each_app(async |app| {
        let rep = fixtures::user(&app.database, "Rita Rep", &[Role::SalesRep]).await;
        each_kind(app, &rep).await;
        let leader = app.token_for(Role::RevenueLeader).await;

        let told = ask(app, &leader, json!({"by": ["OWNER"]})).await;

        assert_eq!(
            (&told["scope"], &told["touchScope"]),
            (&json!("all"), &json!("all"))
        );
        assert_eq!(told["asOf"], "2026-11-22T12:00:00.000000Z");
        let parts = [
            "handedOver",
            "accepted",
            "rejected",
            "undecided",
            "recalled",
            "neverTouched",
        ];
        let parts = parts.map(|name| number(&told, name));
        // Never touched: the quiet accepted one, and the one that was given up in its first cycle.
        assert_eq!(parts, [9, 5, 1, 2, 1, 2], "{told}");
        let rejections = json!([{"count": 1, "reason": {"key": "BAD_FIT"}}]);
        assert_eq!(told["rejections"], rejections);
        let times = &told["responseTime"];
        let counts = ["count", "never", "leftOut"].map(|name| number(times, name));
        assert_eq!(counts, [4, 4, 1], "{times}");
        // 66 hours, 2 hours, 2 hours and 90 minutes; in business time the first are 2 hours, too.
        let wall = json!({"median": 120.0, "p75": 1080.0, "p90": 2808.0, "mean": 1072.5});
        assert_eq!(times["wallMinutes"], wall);
        let business = &times["businessMinutes"];
        assert_eq!(
            (&business["median"], &business["p90"]),
            (&json!(120.0), &json!(120.0))
        );
        let groups = told["groups"].as_array().unwrap();
        let of: Vec<_> = groups
            .iter()
            .map(|group| {
                (
                    group["key"]["owner"]["name"].clone(),
                    number(group, "handedOver"),
                )
            })
            .collect();
        assert_eq!(of, [(Value::Null, 7), (json!("Rita Rep"), 2)]);
        assert_eq!(groups[1]["key"]["ownerId"], json!(gid("User", rep.id)));
    })
    .await;
}

#[tokio::test]
async fn without_a_hand_over_the_creation_counts() {
    each_app(async |app| {
        let rep = fixtures::user(&app.database, "Rita Rep", &[Role::SalesRep]).await;
        each_kind(app, &rep).await;
        let leader = app.token_for(Role::RevenueLeader).await;
        let of_november = json!({
            "from": "2026-11-01T00:00:00Z", "to": "2026-12-01T00:00:00Z",
            "handover": "CREATED", "by": ["MONTH", "SOURCE"],
        });

        let told = ask(app, &leader, of_november).await;

        let parts = [
            "handedOver",
            "accepted",
            "rejected",
            "undecided",
            "recalled",
        ];
        // The lead with two cycles is one, and what was recalled and handed over again waits.
        assert_eq!(
            parts.map(|name| number(&told, name)),
            [8, 4, 1, 2, 1],
            "{told}"
        );
        let key = &told["groups"][0]["key"];
        assert_eq!(
            (&key["month"], &key["source"]),
            (&json!("2026-11-01"), &json!("OTHER"))
        );
    })
    .await;
}

#[tokio::test]
async fn everybody_is_told_of_what_they_see() {
    each_app(async |app| {
        let rita = fixtures::user(&app.database, "Rita Rep", &[Role::SalesRep]).await;
        let rob = fixtures::user(&app.database, "Rob Rep", &[Role::SalesRep]).await;
        app.forget_callers();
        each_kind(app, &rita).await;
        let told = ask(
            app,
            &app.token_of(&rita.email).await,
            json!({"by": ["OWNER"]}),
        )
        .await;
        assert_eq!(number(&told, "handedOver"), 2, "{told}");
        assert_ne!(told["scope"], "all");
        assert_eq!(told["groups"].as_array().unwrap().len(), 1);
        let nothing = ask(
            app,
            &app.token_of(&rob.email).await,
            json!({"by": ["OWNER"]}),
        )
        .await;
        assert_eq!(
            (number(&nothing, "handedOver"), &nothing["groups"]),
            (0, &json!([]))
        );
        assert_eq!(nothing["responseTime"]["wallMinutes"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn it_costs_so_many_statements_whatever_there_is() {
    each_app(async |app| {
        let leader = app.token_for(Role::RevenueLeader).await;
        let everything = json!({"by": ["OWNER", "CAMPAIGN", "SOURCE", "TERRITORY", "MONTH"]});
        let _ = ask(app, &leader, everything.clone()).await;
        let mut costs = Vec::new();
        for name in ["Rita Rep", "Rob Rep"] {
            let rep = fixtures::user(&app.database, name, &[Role::SalesRep]).await;
            each_kind(app, &rep).await;
            drop(app.take_queries());
            let told = ask(app, &leader, everything.clone()).await;
            assert!(number(&told, "handedOver") > 0);
            costs.push(app.take_queries().len());
        }
        // Hand-overs, three of calendars, reasons of the whole and of groups, and owners.
        assert_eq!(costs[0], costs[1]);
        assert!(costs[0] <= 9, "{costs:?}");
    })
    .await;
}

#[tokio::test]
async fn a_period_that_makes_no_sense_is_refused() {
    each_app(async |app| {
        let leader = app.token_for(Role::RevenueLeader).await;
        let backwards = json!({"from": "2026-11-21T00:00:00Z", "to": "2026-11-21T00:00:00Z"});
        let answer = app.graphql(&leader, ASK, backwards).await;
        assert_eq!(answer.problems(), [("VALIDATION", "period")]);
    })
    .await;
}
