//! Leads that everybody pushes around at random: none is ever where it cannot be.

use std::collections::{BTreeSet, HashMap};

use api::{dataset::Step, services::lead::resume::round, views::Role};
use chrono::TimeDelta;
use entity::lead::LeadStatus;
use entity::{
    lead,
    lead_transition::{self, TransitionCause},
    user,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, Iterable, QueryOrder};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};

use super::{Team, effects::agree, gid, mutation, status, workflow};

/// Leads that walk, mutations of lists, and leads in each of those.
const LEADS: usize = 40;
const ROUNDS: usize = 1_000;
const AT_ONCE: usize = 5;

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// Leads, and what happens to them.
struct Walk<'a> {
    app: &'a TestApp,
    team: Team,
    /// A rep who comes and goes, led by the manager as well.
    other: user::Model,
    leads: Vec<lead::Model>,
    dice: Dice,
    /// The steps that somebody has taken, and how many were rows of their own.
    reached: BTreeSet<&'static str>,
    taken: usize,
}

impl<'a> Walk<'a> {
    async fn of(app: &'a TestApp) -> Self {
        let team = Team::of(app).await;
        let agreed = agree(app, &team, "MQL", Value::Null).await;
        assert_eq!(agreed, Vec::<String>::new());
        let other = fixtures::user(&app.database, "Ann", &[Role::SalesRep]).await;
        let led = user::ActiveModel {
            id: Set(other.id),
            manager_id: Set(Some(team.user(Role::SalesManager).id)),
            ..Default::default()
        };
        let tx = app.database.begin().await.unwrap();
        led.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        app.forget_callers();
        let mut leads = Vec::new();
        for _ in 0..LEADS {
            leads.push(team.lead(app, LeadStatus::New).await);
        }
        Self {
            app,
            team,
            other,
            leads,
            dice: Dice(7),
            reached: BTreeSet::new(),
            taken: 0,
        }
    }

    /// The ids of some of the leads, of which that is the first.
    fn some(&self, first: usize) -> Vec<String> {
        let some = self.leads.iter().cycle().skip(first).take(AT_ONCE);
        some.map(|lead| gid("Lead", lead.id)).collect()
    }

    /// What has to be said for a lead to take `step`, to any of the states that it leads to.
    fn said(&mut self, step: &Step) -> Value {
        let mut said = self.team.said(step);
        if !step.to.is_empty() {
            let to = &step.to[self.dice.below(step.to.len())];
            if step.to.len() > 1 {
                said["to"] = json!(to);
            }
            if let Some(kind) = workflow().reason_for(to) {
                said["reasonId"] = json!(self.team.reason(kind));
            }
        }
        if !said["resumeAt"].is_null() {
            let minutes = i64::try_from(self.dice.below(20)).unwrap() + 1;
            said["resumeAt"] = json!(self.app.clock.now() + TimeDelta::minutes(minutes));
        }
        if !said["ownerId"].is_null() {
            let owners = [self.team.user(Role::SalesRep), &self.other];
            said["ownerId"] = json!(gid("User", owners[self.dice.below(2)].id));
        }
        said
    }

    /// Mostly a step that the lead can take, and sometimes any.
    async fn which(&mut self, lead: usize) -> &'static Step {
        let id = self.leads[lead].id;
        let lead = lead::Entity::find_by_id(id).one(self.app.database.reads());
        let stands = status(lead.await.unwrap().unwrap().status);
        let any = self.dice.below(4) == 0;
        let steps = workflow().steps.iter();
        let steps = steps.filter(|step| any || step.from.contains(&stands));
        let steps: Vec<&'static Step> = steps.collect();
        steps[self.dice.below(steps.len())]
    }

    /// Mostly somebody who may take the step, and sometimes anybody.
    async fn step(&mut self) {
        let first = self.dice.below(LEADS);
        let step = self.which(first).await;
        let anybody = self.team.users[self.dice.below(self.team.users.len())].0;
        let one_of_them = &step.by[self.dice.below(step.by.len())];
        let mut roles = Role::ALL.into_iter();
        let role = roles.find(|role| role.as_str() == one_of_them).unwrap();
        let role = if self.dice.below(4) == 0 {
            anybody
        } else {
            role
        };
        let mut input = Vec::new();
        for id in self.some(first) {
            let mut said = self.said(step);
            said["id"] = json!(id);
            input.push(said);
        }
        let variables = json!({ "input": input, "trial": false });
        let bearer = self.team.token(role);
        let answer = self.app.graphql(bearer, &mutation(step), variables).await;
        let results = answer.data()[&step.many]["results"].as_array().unwrap();
        assert_eq!(results.len(), AT_ONCE);
        let took = results
            .iter()
            .filter(|it| it["outcome"] == "UPDATED")
            .count();
        if took > 0 {
            self.reached.insert(step.mutation.as_str());
        }
        self.taken += if step.to.is_empty() { 0 } else { took };
    }

    async fn run(&self, role: Role, document: &str, input: Value) {
        let bearer = self.team.token(role);
        let variables = json!({ "input": input });
        let answer = self.app.graphql(bearer, document, variables).await;
        assert!(answer.body["data"].is_object(), "{}", answer.body);
    }

    /// Sales calls some leads.
    async fn call(&mut self) {
        let log = "mutation ($input: [LogTouchInput!]!) { logTouches(input: $input, atomic: false) { results { outcome } } }";
        let manager = gid("User", self.team.user(Role::SalesManager).id);
        let first = self.dice.below(LEADS);
        let touch = |lead| {
            json!({ "kind": "CALL", "direction": "OUTBOUND", "channel": "PHONE", "function": "SALES",
                "leadId": lead, "actorId": manager })
        };
        let input: Vec<Value> = self.some(first).into_iter().map(touch).collect();
        self.run(Role::SalesManager, log, json!(input)).await;
    }

    /// Some leads come to meet the definition, or to fall short of it.
    async fn learn(&mut self) {
        let update = "mutation ($input: [UpdateLeadInput!]!) { updateLeads(input: $input, atomic: false) { results { outcome } } }";
        let source = ["WEB_FORM", "EVENT"][self.dice.below(2)];
        let first = self.dice.below(LEADS);
        let lead = |lead| json!({ "id": lead, "source": source });
        let input: Vec<Value> = self.some(first).into_iter().map(lead).collect();
        self.run(Role::Admin, update, json!(input)).await;
    }

    /// Time passes.
    async fn wait(&self) {
        let clock = &self.app.clock;
        clock.set(clock.now() + TimeDelta::minutes(10));
        let _ = round(&self.app.database, clock).await.unwrap();
    }

    /// The other rep leaves, and comes back.
    async fn leave(&self) {
        let update =
            "mutation ($input: UpdateUserInput!) { updateUser(input: $input) { outcome } }";
        for active in [false, true] {
            let said = json!({ "id": gid("User", self.other.id), "active": active });
            self.run(Role::Admin, update, said).await;
        }
    }
}

#[tokio::test]
async fn whoever_pushes_leads_around_their_steps_lead_to_where_they_stand() {
    each_app(async |app| {
        let mut walk = Walk::of(app).await;
        for _ in 0..ROUNDS {
            match walk.dice.below(10) {
                0..=2 => walk.call().await,
                3 => walk.learn().await,
                4 => walk.wait().await,
                5 if walk.dice.below(4) == 0 => walk.leave().await,
                _ => walk.step().await,
            }
        }
        let steps = workflow().steps.iter().map(|step| step.mutation.as_str());
        assert_eq!(walk.reached, steps.collect());
        let replayed = replayed(app).await;
        assert_eq!(replayed.taken, walk.taken);
        let states = LeadStatus::iter().map(status);
        assert_eq!(replayed.states, states.collect());
        let rules = workflow().rules.iter().map(|rule| rule.name.as_str());
        assert_eq!(replayed.rules, rules.collect());
    })
    .await;
}

/// What has happened, by the steps that are on record.
#[derive(Default)]
struct Replayed {
    states: BTreeSet<String>,
    rules: BTreeSet<&'static str>,
    /// The steps that somebody took.
    taken: usize,
}

/// Replays the steps of all leads, each of which has to be in the table and to begin where the last one ended.
async fn replayed(app: &TestApp) -> Replayed {
    let steps = lead_transition::Entity::find()
        .order_by_asc(lead_transition::Column::Id)
        .all(app.database.reads());
    let steps = steps.await.unwrap();
    let mut replayed = Replayed::default();
    let mut stands: HashMap<_, (String, i32)> = HashMap::new();
    for step in &steps {
        let (from, cycle) = stands
            .remove(&step.lead_id)
            .unwrap_or_else(|| ("NEW".to_owned(), 1));
        let (told, to) = (status(step.from_status.unwrap()), status(step.to_status));
        assert_eq!(told, from, "a step begins where the last one ended");
        if step.cause == TransitionCause::Rule {
            let mut rules = workflow().rules.iter();
            let rule = rules.find(|rule| Some(&rule.when) == step.note.as_ref());
            let rule = rule.unwrap_or_else(|| panic!("no rule is {:?}", step.note));
            assert!(rule.from.contains(&from) && rule.to == to, "{}", rule.name);
            replayed.rules.insert(&rule.name);
        } else {
            let mut known = workflow().steps.iter();
            let known = known.any(|it| it.from.contains(&from) && it.to.contains(&to));
            assert!(known, "{from} to {to} is not in the table");
            replayed.taken += 1;
        }
        let opened = i32::from(to == "NEW");
        assert_eq!(step.cycle, cycle + opened, "{from} to {to}");
        let kind = workflow().reason_for(&to);
        assert_eq!(step.reason_id.is_some(), kind.is_some(), "{from} to {to}");
        replayed.states.insert(to.clone());
        stands.insert(step.lead_id, (to, step.cycle));
    }
    let leads = lead::Entity::find()
        .all(app.database.reads())
        .await
        .unwrap();
    for lead in leads {
        let (stood, cycle) = stands
            .remove(&lead.id)
            .unwrap_or_else(|| ("NEW".to_owned(), 1));
        assert_eq!((status(lead.status), lead.cycle), (stood, cycle));
        let has_resume = lead.resume_at.is_some();
        assert_eq!(has_resume, lead.status == LeadStatus::Recycled);
        let out = lead.disqualify_reason_id.is_some();
        assert_eq!(out, lead.status == LeadStatus::Disqualified);
        if lead.status == LeadStatus::Mql {
            assert!(lead.mql_at.is_some() && lead.owner_id.is_some());
        }
    }
    replayed
}
