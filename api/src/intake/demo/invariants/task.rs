//! Tasks of playbooks.

use std::collections::{HashMap, HashSet};

use entity::{
    business_calendar, lead::LeadStatus, playbook_step::PlaybookAssignee, task::TaskState,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    super::{clock::Terms, task::Playbooks},
    YEAR, end, start,
};

fn terms() -> Terms {
    let calendar = business_calendar::Model {
        id: Uuid::from_u128(1),
        name: "Workdays".to_owned(),
        time_zone: "UTC".to_owned(),
        hours: json!({ "monday": [["09:00", "17:00"]], "thursday": [["09:00", "17:00"]] }),
        is_default: true,
        version: 1,
        created_at: start(),
        created_by: None,
        updated_at: start(),
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    };
    let mut terms = Terms::new(vec![calendar], Vec::new(), end());
    terms.meet(&YEAR.users);
    terms
}

#[test]
fn tasks_are_of_leads_that_started_their_playbook_once_each() {
    let mut playbooks = Playbooks::default();
    playbooks.learn(&YEAR);
    let owners = YEAR.campaigns.iter();
    let owners = owners.filter_map(|row| Some((row.id, row.owner_id?)));
    let tasks = playbooks.tasks(&YEAR, &owners.collect(), &terms());
    let leads: HashMap<_, _> = YEAR.leads.iter().map(|row| (row.id, row)).collect();
    let (mut ids, mut keys, mut states) = (HashSet::new(), HashSet::new(), HashSet::new());
    for task in &tasks {
        assert!(ids.insert(task.id));
        assert!(keys.insert((task.lead_id, task.playbook_step_id, task.cycle)));
        states.insert(task.state);
        assert!(task.updated_at <= end() && task.created_at >= end() - chrono::TimeDelta::days(30));
        assert!(task.due_at >= task.created_at);
        let lead = leads[&task.lead_id.unwrap()];
        let mut steps = YEAR.playbook_steps.iter();
        let step = steps.find(|step| Some(step.id) == task.playbook_step_id);
        match step.unwrap().assign_to {
            PlaybookAssignee::Owner => assert_eq!(task.assignee_id, lead.owner_id),
            PlaybookAssignee::Manager => assert!(task.assignee_id.is_some()),
            // Nobody is asked about a lead that no campaign brought, and managers see that.
            PlaybookAssignee::CampaignOwner => assert_eq!(
                task.assignee_id.is_some(),
                lead.source_campaign_id.is_some()
            ),
        }
        if task.state == TaskState::Open {
            assert!(
                !matches!(
                    lead.status,
                    LeadStatus::Converted | LeadStatus::Disqualified
                ),
                "{}",
                lead.id
            );
            assert_ne!(task.remind_at.is_some(), task.reminded_at.is_some());
        }
    }
    for state in [TaskState::Open, TaskState::Done, TaskState::Cancelled] {
        assert!(states.contains(&state), "{state:?}");
    }
}
