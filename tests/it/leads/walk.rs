//! Leads that everybody pushes around at random: none is ever where it cannot be.

use std::collections::HashMap;

use api::views::Role;
use entity::lead::LeadStatus;
use entity::{
    lead,
    lead_transition::{self, TransitionCause},
};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::json;
use tests::app::{TestApp, each_app};

use super::{Team, mutation, status, workflow};

/// Leads that walk, mutations of lists, and leads in each of those.
const LEADS: usize = 40;
const ROUNDS: usize = 250;
const AT_ONCE: usize = 12;

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

#[tokio::test]
async fn whoever_pushes_leads_around_their_steps_lead_to_where_they_stand() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let mut leads = Vec::new();
        for _ in 0..LEADS {
            leads.push(team.lead(app, LeadStatus::New).await);
        }
        let mut dice = Dice(7);
        let (mut asked, mut taken) = (0, 0);
        for _ in 0..ROUNDS {
            let step = &workflow().steps[dice.below(workflow().steps.len())];
            // Mostly somebody who may, and sometimes anybody.
            let anybody = &team.users[dice.below(team.users.len())].0;
            let one_of_them = &step.by[dice.below(step.by.len())];
            let mut roles = Role::ALL.into_iter();
            let role = roles.find(|role| role.as_str() == one_of_them).unwrap();
            let bearer = team.token(if dice.below(4) == 0 { *anybody } else { role });
            let first = dice.below(LEADS);
            let some = leads.iter().cycle().skip(first).take(AT_ONCE);
            let input: Vec<_> = some.map(|lead| team.said(step, lead)).collect();
            let variables = json!({ "input": input, "trial": false });
            let answer = app.graphql(bearer, &mutation(step), variables).await;
            for result in answer.data()[&step.many]["results"].as_array().unwrap() {
                asked += 1;
                let moves = result["outcome"] == "UPDATED" && !step.to.is_empty();
                taken += usize::from(moves);
            }
        }
        assert_eq!(asked, ROUNDS * AT_ONCE);
        assert!(taken > ROUNDS, "only {taken} of {asked} steps were taken");
        assert_eq!(replayed(app).await, taken);
    })
    .await;
}

/// Replays the steps of all leads, each of which has to be in the table and to begin where the last one ended, and
/// returns how many there are.
async fn replayed(app: &TestApp) -> usize {
    let steps = lead_transition::Entity::find()
        .order_by_asc(lead_transition::Column::Id)
        .all(app.database.reads());
    let steps = steps.await.unwrap();
    let mut stands: HashMap<_, (String, i32)> = HashMap::new();
    for step in &steps {
        let (from, cycle) = stands
            .remove(&step.lead_id)
            .unwrap_or_else(|| ("NEW".to_owned(), 1));
        let (told, to) = (status(step.from_status.unwrap()), status(step.to_status));
        assert_eq!(told, from, "a step begins where the last one ended");
        assert_eq!(step.cause, TransitionCause::Mutation);
        let mut known = workflow().steps.iter();
        let known = known.any(|it| it.from.contains(&from) && it.to.contains(&to));
        assert!(known, "{from} to {to} is not in the table");
        let opened = i32::from(to == "NEW");
        assert_eq!(step.cycle, cycle + opened, "{from} to {to}");
        let kind = workflow().reason_for(&to);
        assert_eq!(step.reason_id.is_some(), kind.is_some(), "{from} to {to}");
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
    steps.len()
}
