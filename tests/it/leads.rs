//! Leads on their way between marketing and sales: who can take which step from where, and what follows.

#![cfg(test)]

mod campaign;
mod convert;
mod docs;
mod effects;
mod handed_over;
mod leaving;
mod resume;
mod routing;
mod steps;
mod walk;

use api::{
    dataset::{Step, Workflow, dataset, global_id},
    views::Role,
};
use entity::{account, lead, lead::LeadStatus, reason_code, user};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, Iterable};
use serde_json::{Value, json};
use tests::{app::TestApp, fixtures};
use uuid::Uuid;

/// The states of leads and the steps between them.
fn workflow() -> &'static Workflow {
    let lead = dataset().entity("Lead").unwrap();
    lead.workflow.as_ref().unwrap()
}

fn gid(noun: &str, id: Uuid) -> String {
    global_id(dataset().entity(noun).unwrap(), id)
}

/// A status as the API has it.
fn status(status: LeadStatus) -> String {
    sea_orm::ActiveEnum::into_value(status)
}

/// Somebody in each role; the manager of sales leads the rep.
struct Team {
    account: account::Model,
    users: Vec<(Role, user::Model, String)>,
    reasons: Vec<reason_code::Model>,
}

impl Team {
    async fn of(app: &TestApp) -> Self {
        let mut users = Vec::new();
        for role in Role::ALL {
            let user = fixtures::user(&app.database, role.as_str(), &[role]).await;
            users.push((role, user));
        }
        let id = |wanted| users.iter().find(|(role, _)| *role == wanted).unwrap().1.id;
        let led = user::ActiveModel {
            id: Set(id(Role::SalesRep)),
            manager_id: Set(Some(id(Role::SalesManager))),
            ..Default::default()
        };
        let tx = app.database.begin().await.unwrap();
        led.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        app.forget_callers();
        let mut with_tokens = Vec::new();
        for (role, user) in users {
            let token = app.token_of(&user.email).await;
            with_tokens.push((role, user, token));
        }
        let reasons = reason_code::Entity::find().all(app.database.reads());
        Self {
            account: fixtures::account(&app.database, "Acme", None, Some(&with_tokens[0].1)).await,
            users: with_tokens,
            reasons: reasons.await.unwrap(),
        }
    }

    fn user(&self, role: Role) -> &user::Model {
        let mut users = self.users.iter();
        &users.find(|(it, ..)| *it == role).unwrap().1
    }

    fn token(&self, role: Role) -> &str {
        let mut users = self.users.iter();
        &users.find(|(it, ..)| *it == role).unwrap().2
    }

    /// A lead of the rep's, standing there.
    async fn lead(&self, app: &TestApp, status: LeadStatus) -> lead::Model {
        let row = lead::Model {
            status,
            last_name: Some("Lemgor".to_owned()),
            company_name: Some("Acme".to_owned()),
            owner_id: Some(self.user(Role::SalesRep).id),
            account_id: Some(self.account.id),
            ..fixtures::some_lead()
        };
        let tx = app.database.begin().await.unwrap();
        row.clone().into_active_model().insert(&tx).await.unwrap();
        tx.commit().await.unwrap();
        row
    }

    /// One in each status.
    async fn one_in_each(&self, app: &TestApp) -> Vec<lead::Model> {
        let mut leads = Vec::new();
        for status in LeadStatus::iter() {
            leads.push(self.lead(app, status).await);
        }
        leads
    }

    /// The id of a reason of that kind.
    fn reason(&self, kind: &str) -> String {
        let kind_of = |reason: &reason_code::Model| sea_orm::ActiveEnum::to_value(&reason.kind);
        let mut reasons = self.reasons.iter();
        let reason = reasons.find(|it| kind_of(it) == kind && it.key != "OTHER");
        gid("ReasonCode", reason.unwrap().id)
    }

    /// All that has to be said for a lead to take `step`, besides which, to the first of the states that it leads to.
    fn said(&self, step: &Step) -> Value {
        let mut said = json!({});
        if step.to.len() > 1 {
            said["to"] = json!(step.to[0]);
        }
        let to = step.to.first();
        if let Some(kind) = to.and_then(|to| workflow().reason_for(to)) {
            said["reasonId"] = json!(self.reason(kind));
        }
        if step.why || step.mutation == "convertLead" {
            said["reason"] = json!("because");
        }
        let says = workflow().says(step);
        if says.iter().any(|says| says.field == "resumeAt") {
            said["resumeAt"] = json!("2027-03-01T08:00:00Z");
        }
        if says.iter().any(|says| says.field == "ownerId") {
            said["ownerId"] = json!(gid("User", self.user(Role::SalesManager).id));
        }
        if says.iter().any(|says| says.field == "quality") {
            said["quality"] = json!(2);
        }
        said
    }
}

/// The mutation of a list of leads that takes `step`.
fn mutation(step: &Step) -> String {
    let (name, many) = (&step.mutation, &step.many);
    let input = name[..1].to_ascii_uppercase() + &name[1..];
    format!(
        "mutation ($input: [{input}Input!]!, $trial: Boolean!) {{
          {many}(input: $input, atomic: false, validateOnly: $trial) {{
            results {{ outcome problems {{ code field allowed }} }}
          }}
        }}"
    )
}
