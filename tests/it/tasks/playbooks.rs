//! What leads start and end when they go.

use api::views::Role;
use chrono::{DateTime, Utc};
use entity::{
    campaign, lead,
    lead::LeadStatus,
    reason_code,
    task::{TaskOrigin, TaskState},
};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    fixtures,
};

use super::{all, at, one, run as take};
use crate::workflows::{Member, gid, member, team};

/// A step of a lead.
async fn run(app: &TestApp, token: &str, name: &str, said: Value) -> Response {
    let input = name[..1].to_ascii_uppercase() + &name[1..];
    let document = format!(
        "mutation ($input: {input}Input!) {{ {name}(input: $input) {{ lead {{ id status
           tasks {{ nodes {{ id title state origin }} }} }} }} }}"
    );
    app.graphql(token, &document, json!({ "input": said }))
        .await
}

/// A lead that marketing is about to hand over to the rep, of a campaign of the marketer's.
async fn lead(app: &TestApp, team: &[Member]) -> lead::Model {
    let (rep, _) = member(team, Role::SalesRep);
    let (marketer, _) = member(team, Role::Marketer);
    let campaign = fixtures::some_campaign(marketer.id);
    let row = lead::Model {
        status: LeadStatus::Nurturing,
        company_name: Some("Acme".to_owned()),
        owner_id: Some(rep.id),
        source_campaign_id: Some(campaign.id),
        ..fixtures::some_lead()
    };
    let writes = app.database.writes();
    let campaign = campaign::Entity::insert(campaign.into_active_model());
    campaign.exec_without_returning(writes).await.unwrap();
    let insert = lead::Entity::insert(row.clone().into_active_model());
    insert.exec_without_returning(writes).await.unwrap();
    row
}

/// Makes a playbook of MQLs with a step for the rep, one for their manager and one for marketing.
async fn playbook(app: &TestApp, token: &str) {
    let create = "mutation { createPlaybook(input: { name: \"New\", leadStatus: MQL }) { playbook { id } } }";
    let answer = app.graphql(token, create, json!({})).await;
    let id = answer.data()["createPlaybook"]["playbook"]["id"].clone();
    let add = "mutation ($input: [AddPlaybookStepInput!]!) { addPlaybookSteps(input: $input) { results { outcome } } }";
    let steps = json!([
        { "playbookId": id, "place": 1, "title": "Read", "dueAfterMinutes": 60, "bestPractice": "Look at the touches." },
        { "playbookId": id, "place": 2, "title": "Look after it", "dueAfterMinutes": 240, "assignTo": "MANAGER" },
        { "playbookId": id, "place": 3, "title": "Ask how it went", "dueAfterMinutes": 500, "assignTo": "CAMPAIGN_OWNER" },
    ]);
    let _ = app
        .graphql(token, add, json!({ "input": steps }))
        .await
        .data();
}

#[tokio::test]
async fn a_lead_that_enters_its_status_starts_a_playbook_once_in_a_cycle() {
    each_app(async |app| {
        let team = team(app).await;
        let token = |role| member(&team, role).1;
        let create = "mutation { createPlaybook(input: { name: \"New\", leadStatus: MQL }) { playbook { id } } }";
        let answer = app.graphql(token(Role::Marketer), create, json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"]);
        playbook(app, token(Role::SalesManager)).await;
        let lead = lead(app, &team).await;
        let id = gid("Lead", lead.id);
        let said = json!({ "id": id, "reason": "asked for it" });
        let _ = run(app, token(Role::Marketer), "qualifyLead", said.clone()).await.data();
        let tasks = all(app).await;
        let told: Vec<_> = tasks
            .iter()
            .map(|task| (task.title.as_str(), task.due_at, task.assignee_id, task.origin))
            .collect();
        let user = |role| Some(member(&team, role).0.id);
        // It is Sunday: work begins on Monday at nine.
        let expected = [
            ("Read", at("2026-11-23T10:00:00Z"), user(Role::SalesRep), TaskOrigin::Playbook),
            ("Look after it", at("2026-11-23T13:00:00Z"), user(Role::SalesManager), TaskOrigin::Playbook),
            ("Ask how it went", at("2026-11-24T09:20:00Z"), user(Role::Marketer), TaskOrigin::Playbook),
        ];
        assert_eq!(told, expected);
        assert_eq!(tasks[0].best_practice.as_deref(), Some("Look at the touches."));

        // The manager is before the rep: that is recorded, and the rep is late, but not out of order.
        let done = json!({ "id": gid("Task", tasks[1].id) });
        let answer = take(app, token(Role::SalesManager), "completeTask", done).await;
        assert_eq!(answer.data()["completeTask"]["task"]["outOfOrder"], true);
        let done = json!({ "id": gid("Task", tasks[0].id) });
        let answer = take(app, token(Role::SalesRep), "completeTask", done).await;
        assert_eq!(answer.data()["completeTask"]["task"]["outOfOrder"], false);

        // Marketing takes it back: what is left of the playbook ends, and does not begin again in this cycle.
        let _ = run(app, token(Role::MarketingManager), "recallLead", said.clone()).await.data();
        assert_eq!(one(app, tasks[2].id).await.state, TaskState::Cancelled);
        assert_eq!(one(app, tasks[0].id).await.state, TaskState::Done);
        let _ = run(app, token(Role::Marketer), "qualifyLead", said.clone()).await.data();
        assert_eq!(all(app).await.len(), 3);
        // A new cycle starts it anew.
        let reason = reason(app, "DISQUALIFY").await;
        let gone = json!({ "id": id, "reasonId": reason });
        let _ = run(app, token(Role::SalesRep), "disqualifyLead", gone).await.data();
        let _ = run(app, token(Role::SalesManager), "reopenLead", said.clone()).await.data();
        let _ = run(app, token(Role::Marketer), "qualifyLead", said).await.data();
        assert_eq!(all(app).await.len(), 6);
    })
    .await;
}

/// The id of a reason of that kind.
async fn reason(app: &TestApp, kind: &str) -> String {
    let reasons = reason_code::Entity::find()
        .all(app.database.reads())
        .await
        .unwrap();
    let kind_of = |reason: &reason_code::Model| sea_orm::ActiveEnum::to_value(&reason.kind);
    let mut reasons = reasons.iter();
    let reason = reasons.find(|it| kind_of(it) == kind && it.key != "OTHER");
    gid("ReasonCode", reason.unwrap().id)
}

#[tokio::test]
async fn a_lead_that_is_given_to_somebody_else_takes_what_its_owner_is_to_do_along() {
    each_app(async |app| {
        let team = team(app).await;
        let token = |role| member(&team, role).1;
        let (manager, _) = member(&team, Role::SalesManager);
        playbook(app, token(Role::SalesManager)).await;
        let lead = lead(app, &team).await;
        let id = gid("Lead", lead.id);
        let said = json!({ "id": id, "reason": "asked for it" });
        let _ = run(app, token(Role::Marketer), "qualifyLead", said)
            .await
            .data();
        let said =
            json!({ "id": id, "reason": "too much to do", "ownerId": gid("User", manager.id) });
        let _ = run(app, token(Role::SalesManager), "reassignLead", said)
            .await
            .data();
        let tasks = all(app).await;
        assert_eq!(tasks.len(), 3);
        assert_eq!(tasks[0].assignee_id, Some(manager.id));
        assert_eq!(
            tasks[2].assignee_id,
            Some(member(&team, Role::Marketer).0.id)
        );
    })
    .await;
}

#[tokio::test]
async fn a_lead_that_is_given_back_is_a_task_of_marketing_until_it_is_handed_over_again() {
    each_app(async |app| {
        let team = team(app).await;
        let token = |role| member(&team, role).1;
        let lead = lead(app, &team).await;
        let id = gid("Lead", lead.id);
        let because = json!({ "id": id, "reason": "asked for it" });
        let _ = run(app, token(Role::Marketer), "qualifyLead", because.clone())
            .await
            .data();
        let _ = run(
            app,
            token(Role::SalesRep),
            "acceptLead",
            json!({ "id": id }),
        )
        .await
        .data();
        let mine = json!({ "title": "Call", "dueAt": "2026-11-24T09:00:00Z", "leadId": id });
        let _ = take(app, token(Role::SalesRep), "createTask", mine)
            .await
            .data();
        let reason = reason(app, "RECYCLE").await;
        let back = json!({ "id": id, "reasonId": reason, "resumeAt": "2027-03-01T08:00:00Z" });
        let _ = run(app, token(Role::SalesRep), "recycleLead", back)
            .await
            .data();
        let tasks = all(app).await;
        let [mine, nurture] = tasks.as_slice() else {
            panic!("{tasks:?}");
        };
        assert_eq!(mine.state, TaskState::Open);
        assert_eq!(
            (nurture.origin, nurture.state),
            (TaskOrigin::Nurture, TaskState::Open)
        );
        assert_eq!(nurture.title, "Go on with this lead");
        assert_eq!(
            nurture.assignee_id,
            Some(member(&team, Role::Marketer).0.id)
        );
        let resumes: DateTime<Utc> = at("2027-03-01T08:00:00Z");
        assert_eq!(
            (nurture.due_at, nurture.remind_at),
            (resumes, Some(resumes))
        );
        let _ = run(app, token(Role::Marketer), "qualifyLead", because)
            .await
            .data();
        assert_eq!(one(app, nurture.id).await.state, TaskState::Cancelled);
        let gone = json!({ "id": id, "reasonId": self::reason(app, "DISQUALIFY").await });
        let _ = run(app, token(Role::SalesRep), "disqualifyLead", gone)
            .await
            .data();
        assert_eq!(one(app, mine.id).await.state, TaskState::Cancelled);
        let history =
            "query ($id: ID!) { task(id: $id) { history(first: 1) { nodes { reason } } } }";
        let answer = app
            .graphql(
                token(Role::SalesRep),
                history,
                json!({ "id": gid("Task", mine.id) }),
            )
            .await;
        let reason = answer.data()["task"]["history"]["nodes"][0]["reason"].clone();
        assert!(
            reason
                .as_str()
                .unwrap()
                .starts_with("Its lead was converted or disqualified")
        );
    })
    .await;
}

#[tokio::test]
async fn a_thousand_leads_cost_the_statements_of_one() {
    each_app(async |app| {
        let team = team(app).await;
        let (rep, _) = member(&team, Role::SalesRep);
        let (_, token) = member(&team, Role::Marketer);
        playbook(app, member(&team, Role::SalesManager).1).await;
        let rows = |count: usize| {
            let rows = (0..count).map(|_| lead::Model {
                status: LeadStatus::Nurturing,
                owner_id: Some(rep.id),
                ..fixtures::some_lead()
            });
            rows.collect::<Vec<_>>()
        };
        let document = "mutation ($input: [QualifyLeadInput!]!) { qualifyLeads(input: $input) { results { outcome } } }";
        let mut counts = Vec::new();
        for count in [2, 200] {
            let rows = rows(count);
            let insert = rows.iter().cloned().map(IntoActiveModel::into_active_model);
            let insert = lead::Entity::insert_many(insert);
            insert.exec_without_returning(app.database.writes()).await.unwrap();
            let input = rows.iter().map(|row| json!({ "id": gid("Lead", row.id), "reason": "all of them" }));
            let input: Vec<Value> = input.collect();
            let _ = app.take_statements();
            let _ = app.graphql(token, document, json!({ "input": input })).await.data();
            // Rows are written by the hundred or so; everything else is asked once.
            let asked = app.take_statements();
            let asked = asked.iter().filter(|sql| sql.starts_with("SELECT"));
            counts.push(asked.count());
        }
        assert_eq!(all(app).await.len(), 3 * 202);
        assert_eq!(counts[0], counts[1]);
    })
    .await;
}
