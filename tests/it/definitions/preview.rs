//! Trying a definition on what happened.

use api::views::Role;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    lead::{self, LeadStatus},
    lead_transition, opportunity,
    touch::{self, TouchKind},
};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    fixtures,
};

use super::{agree, criteria, problems, propose, sides, somebody};

const PREVIEW: &str = "query ($id: ID, $criteria: JSON, $threshold: Int, $from: DateTime!, $to: DateTime!) {
  previewLeadDefinition(id: $id, criteria: $criteria, threshold: $threshold, period: {from: $from, to: $to}) {
    scope leads qualified accepted acceptedShare becameSql becameSqlShare won wonShare
    active { qualified accepted acceptedShare becameSql won wonShare }
  } }";

/// So many days before the present of the tests.
fn ago(days: i64) -> DateTime<Utc> {
    TestApp::now() - TimeDelta::days(days)
}

async fn preview(app: &TestApp, token: &str, what: Value, (from, to): (i64, i64)) -> Response {
    let mut variables = what;
    variables["from"] = json!(ago(from).to_rfc3339());
    variables["to"] = json!(ago(to).to_rfc3339());
    app.graphql(token, PREVIEW, variables).await
}

/// A lead that came so many days ago, with downloads, demos and steps, so many days ago each.
struct History<'h> {
    job_title: &'h str,
    came: i64,
    downloads: &'h [i64],
    demos: &'h [i64],
    steps: &'h [(LeadStatus, i64)],
    won: Option<i64>,
    owner: Option<uuid::Uuid>,
}

impl History<'_> {
    async fn write(&self, app: &TestApp) -> lead::Model {
        let row = lead::Model {
            job_title: Some(self.job_title.to_owned()),
            owner_id: self.owner,
            created_at: ago(self.came),
            ..fixtures::some_lead()
        };
        let tx = app.database.begin().await.unwrap();
        let active = row.clone().into_active_model().reset_all();
        lead::Entity::insert(active).exec(&tx).await.unwrap();
        let touches = [
            (TouchKind::ContentDownload, self.downloads),
            (TouchKind::Demo, self.demos),
        ];
        for (kind, days) in touches {
            for days in days {
                let touch = fixtures::some_touch(&row, kind, ago(*days));
                let touch = touch.into_active_model().reset_all();
                touch::Entity::insert(touch).exec(&tx).await.unwrap();
            }
        }
        for (to, days) in self.steps {
            let step = fixtures::some_transition(&row, *to, ago(*days));
            let step = step.into_active_model().reset_all();
            lead_transition::Entity::insert(step)
                .exec(&tx)
                .await
                .unwrap();
        }
        if let Some(days) = self.won {
            let deal = fixtures::some_opportunity(&row, ago(days));
            let deal = deal.into_active_model().reset_all();
            opportunity::Entity::insert(deal).exec(&tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        row
    }
}

/// Nobody in particular, who came 100 days ago.
const NOBODY: History<'static> = History {
    job_title: "Clerk",
    came: 100,
    downloads: &[],
    demos: &[],
    steps: &[],
    won: None,
    owner: None,
};

#[tokio::test]
async fn a_small_history_has_known_answers() {
    each_app(async |app| {
        use LeadStatus::{Accepted, Sql};
        let both = sides(app).await;
        // Qualified by the second download, 80 days ago (30 + 12 + 11.5), accepted and won.
        let won = History {
            job_title: "Head of IT",
            downloads: &[82, 80],
            steps: &[(Accepted, 79), (Sql, 60)],
            won: Some(20),
            ..NOBODY
        };
        // Qualified by a demo, but accepted before: that counts for nobody.
        let early = History {
            job_title: "Head of HR",
            demos: &[50],
            steps: &[(Accepted, 60), (Sql, 40)],
            ..NOBODY
        };
        // Qualified before the period begins.
        let before = History { job_title: "Head of X", came: 300, demos: &[200, 50], ..NOBODY };
        // The downloads are too far from each other.
        let cold = History { job_title: "Head of Y", downloads: &[99, 9], ..NOBODY };
        for history in [&won, &early, &before, &cold, &NOBODY] {
            history.write(app).await;
        }
        let said = json!({"criteria": criteria(), "threshold": 50});

        let answer = preview(app, &both.marketing, said.clone(), (120, 0)).await;
        let told = &answer.data()["previewLeadDefinition"];
        assert_eq!(
            told,
            &json!({
                "scope": "all", "leads": 5, "qualified": 2,
                "accepted": 1, "acceptedShare": 0.5,
                "becameSql": 2, "becameSqlShare": 1.0,
                "won": 1, "wonShare": 0.5, "active": null,
            })
        );
        // Another period: who qualified before it is not counted again.
        let answer = preview(app, &both.marketing, said, (70, 0)).await;
        let told = &answer.data()["previewLeadDefinition"];
        assert_eq!((&told["leads"], &told["qualified"]), (&json!(3), &json!(1)));

        // Beside the one in force, which asks for more, and for nobody.
        agree(app, &both, &criteria(), 70).await;
        let proposed = propose(app, &both.sales, &criteria(), 50).await;
        let id = &proposed.data()["proposeLeadDefinition"]["leadDefinition"]["id"];
        let answer = preview(app, &both.marketing, json!({ "id": id }), (120, 0)).await;
        let told = &answer.data()["previewLeadDefinition"];
        assert_eq!(told["qualified"], 2);
        let none = json!({"qualified": 0, "accepted": 0, "acceptedShare": null, "becameSql": 0, "won": 0, "wonShare": null});
        assert_eq!(told["active"], none);
    })
    .await;
}

#[tokio::test]
async fn it_is_for_who_decides_on_definitions_and_of_the_leads_that_they_see() {
    each_app(async |app| {
        let both = sides(app).await;
        let rep = somebody(app, "Rea Rep", &[Role::SalesRep]).await;
        let leader = somebody(app, "Lea Lead", &[Role::RevenueLeader]).await;
        let manager = fixtures::user(&app.database, "Mo Manager", &[Role::SalesManager]).await;
        let theirs = app.token_of(&manager.email).await;
        let mine = History {
            job_title: "Head of IT",
            demos: &[50],
            owner: Some(manager.id),
            ..NOBODY
        };
        mine.write(app).await;
        History {
            job_title: "Head of IT",
            demos: &[50],
            ..NOBODY
        }
        .write(app)
        .await;
        let said = || json!({"criteria": criteria(), "threshold": 50});

        let analyst = somebody(app, "Ana Analyst", &[Role::Analyst]).await;
        let answer = preview(app, &leader, said(), (120, 0)).await;
        assert_eq!(answer.data()["previewLeadDefinition"]["qualified"], 2);
        for token in [&rep, &analyst] {
            let answer = preview(app, token, said(), (120, 0)).await;
            assert_eq!(problems(&answer), [("FORBIDDEN_SCOPE", "")]);
        }
        let answer = preview(app, &theirs, said(), (120, 0)).await;
        let told = &answer.data()["previewLeadDefinition"];
        assert_eq!((&told["leads"], &told["qualified"]), (&json!(1), &json!(1)));
        assert_eq!(told["scope"], "team + team_territory and unassigned");
        let answer = preview(app, &both.marketing, said(), (120, 0)).await;
        assert_eq!(answer.data()["previewLeadDefinition"]["qualified"], 2);

        for (what, period, expected) in [
            (
                json!({"criteria": [], "threshold": 50}),
                (120, 0),
                ("VALIDATION", "criteria"),
            ),
            (
                json!({"criteria": criteria()}),
                (120, 0),
                ("VALIDATION", "criteria"),
            ),
            (said(), (0, 120), ("VALIDATION", "period")),
            (json!({"id": "def_0"}), (120, 0), ("NOT_FOUND", "")),
        ] {
            let answer = preview(app, &both.marketing, what, period).await;
            assert_eq!(problems(&answer), [expected]);
        }
    })
    .await;
}

#[tokio::test]
async fn what_somebody_does_not_see_of_a_lead_does_not_count_for_them() {
    each_app(async |app| {
        let both = sides(app).await;
        let manager = fixtures::user(&app.database, "Mo Manager", &[Role::SalesManager]).await;
        let theirs = app.token_of(&manager.email).await;
        let owner = Some(manager.id);
        let lead = History { owner, ..NOBODY }.write(app).await;
        let mut account = fixtures::account(&app.database, "Hidden", None, None).await;
        account.country = Some("DE".to_owned());
        fixtures::rewrite(&app.database, account.clone()).await;
        let lead = lead::Model { account_id: Some(account.id), ..lead };
        fixtures::rewrite(&app.database, lead).await;
        let rule = json!([{"key": "c", "label": "From there", "points": 60, "field": "country", "operator": "eq", "value": "DE"}]);
        let said = || json!({"criteria": rule, "threshold": 60});
        let qualified = async |token: &str| {
            let answer = preview(app, token, said(), (120, 0)).await;
            answer.data()["previewLeadDefinition"]["qualified"].clone()
        };
        assert_eq!(qualified(&both.marketing).await, 1);
        assert_eq!(qualified(&theirs).await, 0);
        account.owner_id = owner;
        fixtures::rewrite(&app.database, account).await;
        assert_eq!(qualified(&theirs).await, 1);
    })
    .await;
}
