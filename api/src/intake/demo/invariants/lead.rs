//! Leads and the steps that they took.

use std::collections::{HashMap, HashSet};

use entity::{
    lead::{self, LeadStatus},
    lead_transition::{self, TransitionCause},
    reason_code::ReasonKind,
};

use super::{YEAR, by, end, reason_kind, start};

/// The steps that the hub allows, and whether they ask for a reason.
fn allowed(from: Option<LeadStatus>, to: LeadStatus, cause: TransitionCause) -> Option<bool> {
    use LeadStatus::{
        Accepted, Converted, Disqualified, Mql, New, Nurturing, Recycled, Rejected, Sql, Working,
    };
    let by_hand = cause == TransitionCause::Mutation;
    let Some(from) = from else {
        return (to == New).then_some(false);
    };
    match (from, to) {
        (New | Recycled, Nurturing)
        | (Mql, Accepted)
        | (Accepted, Working)
        | (Working, Sql)
        | (Sql, Converted) => Some(false),
        (New | Nurturing | Recycled, Mql) => Some(by_hand),
        (Mql, Rejected | Nurturing)
        | (Accepted | Working | Sql | Rejected, Recycled)
        | (Rejected, Mql)
        | (New | Nurturing | Mql | Accepted | Working | Sql | Recycled | Rejected, Disqualified)
        | (Disqualified | Converted, New) => Some(true),
        _ => None,
    }
}

fn walks() -> impl Iterator<Item = (&'static lead::Model, Vec<&'static lead_transition::Model>)> {
    let mut steps = by(&YEAR.lead_transitions, |step| step.lead_id);
    YEAR.leads
        .iter()
        .map(move |lead| (lead, steps.remove(&lead.id).unwrap()))
}

#[test]
fn every_step_is_allowed_and_has_the_reason_it_asks_for() {
    for step in &YEAR.lead_transitions {
        let needed = allowed(step.from_status, step.to_status, step.cause);
        assert!(
            needed.is_some(),
            "{:?} to {:?}",
            step.from_status,
            step.to_status
        );
        assert_eq!(step.reason_id.is_some(), needed.unwrap(), "{step:?}");
        assert!(step.cause != TransitionCause::Import && !step.backfilled);
        assert!(step.cause == TransitionCause::Mutation || step.by_user_id.is_none());
    }
}

#[test]
fn steps_follow_each_other_in_time_from_capture_to_the_lead_s_status() {
    for (lead, steps) in walks() {
        let mut stood = None;
        let mut last = None;
        for step in &steps {
            assert_eq!(step.from_status, stood, "{}", lead.id);
            assert!(
                last.is_none_or(|last| last < (step.at, step.id)),
                "{}",
                lead.id
            );
            assert!(last.is_none_or(|(at, _)| at < step.at), "{}", lead.id);
            assert!((start()..end()).contains(&step.at), "{}", step.at);
            stood = Some(step.to_status);
            last = Some((step.at, step.id));
        }
        assert_eq!(steps[0].at, lead.created_at);
        assert_eq!(stood, Some(lead.status));
        assert_eq!(last.map(|(at, _)| at), Some(lead.updated_at));
        assert_eq!(usize::try_from(lead.version).unwrap(), steps.len());
    }
}

#[test]
fn stamps_hold_the_first_time_in_the_cycle() {
    for (lead, steps) in walks() {
        let first = |status| {
            let mut steps = steps.iter();
            let step = steps.find(|step| step.cycle == lead.cycle && step.to_status == status);
            step.map(|step| step.at)
        };
        assert_eq!(lead.mql_at, first(LeadStatus::Mql), "{}", lead.id);
        assert_eq!(lead.accepted_at, first(LeadStatus::Accepted), "{}", lead.id);
        assert_eq!(
            lead.first_touched_at,
            first(LeadStatus::Working),
            "{}",
            lead.id
        );
        assert_eq!(lead.sql_at, first(LeadStatus::Sql), "{}", lead.id);
        assert_eq!(
            lead.converted_at,
            first(LeadStatus::Converted),
            "{}",
            lead.id
        );
    }
}

#[test]
fn cycles_count_reopenings() {
    for (lead, steps) in walks() {
        let mut cycle = 0;
        for step in &steps {
            cycle += i32::from(step.to_status == LeadStatus::New);
            assert_eq!(step.cycle, cycle, "{}", lead.id);
        }
        assert_eq!(lead.cycle, cycle);
    }
    assert!(YEAR.leads.iter().any(|lead| lead.cycle == 2));
}

#[test]
fn reasons_and_the_day_to_resume_fit_the_status() {
    for lead in &YEAR.leads {
        let is = |status| lead.status == status;
        assert_eq!(
            lead.disqualify_reason_id.is_some(),
            is(LeadStatus::Disqualified),
            "{}",
            lead.id
        );
        assert_eq!(
            lead.resume_at.is_some(),
            is(LeadStatus::Recycled),
            "{}",
            lead.id
        );
        assert!(
            lead.reject_reason_id.is_some() || !is(LeadStatus::Rejected),
            "{}",
            lead.id
        );
        if lead.reject_reason_id.is_some() {
            assert_eq!(reason_kind(lead.reject_reason_id), Some(ReasonKind::Reject));
        }
        if lead.disqualify_reason_id.is_some() {
            assert_eq!(
                reason_kind(lead.disqualify_reason_id),
                Some(ReasonKind::Disqualify)
            );
        }
    }
}

#[test]
fn scores_average_their_halves_and_reach_the_mark_before_qualification() {
    for lead in &YEAR.leads {
        for score in [lead.score, lead.fit_score, lead.engagement_score] {
            assert!((0..=100).contains(&score), "{}", lead.id);
        }
        assert_eq!(2 * lead.score, lead.fit_score + lead.engagement_score);
    }
    for (lead, steps) in walks() {
        assert_eq!(steps.last().unwrap().score_snapshot, Some(lead.score));
        let qualified = steps
            .iter()
            .filter(|step| step.to_status == LeadStatus::Mql);
        assert!(
            qualified
                .into_iter()
                .all(|step| step.score_snapshot >= Some(60))
        );
    }
}

#[test]
fn whoever_is_with_sales_has_an_owner() {
    use LeadStatus::{Accepted, Converted, Mql, Sql, Working};
    for lead in &YEAR.leads {
        if matches!(lead.status, Mql | Accepted | Working | Sql | Converted) {
            assert!(lead.owner_id.is_some(), "{}", lead.id);
        }
    }
}

#[test]
fn a_converted_lead_has_an_account_and_a_contact_there() {
    let contacts: HashMap<_, _> = YEAR.contacts.iter().map(|row| (row.id, row)).collect();
    for lead in &YEAR.leads {
        if lead.status == LeadStatus::Converted {
            assert!(
                lead.contact_id.is_some() && lead.account_id.is_some(),
                "{}",
                lead.id
            );
        }
        if let Some(contact) = lead.contact_id {
            let contact = contacts.get(&contact).unwrap();
            assert_eq!(contact.account_id, lead.account_id);
            assert_eq!(contact.email, lead.email);
        }
    }
}

#[test]
fn a_lead_that_repeats_another_is_of_the_same_person_and_told_apart() {
    let leads: HashMap<_, _> = YEAR.leads.iter().map(|row| (row.id, row)).collect();
    let repeats: Vec<_> = YEAR
        .leads
        .iter()
        .filter(|lead| lead.duplicate_of_id.is_some())
        .collect();
    for repeat in &repeats {
        let first = leads.get(&repeat.duplicate_of_id.unwrap()).unwrap();
        assert_eq!(first.email, repeat.email);
        assert!(first.created_at <= repeat.created_at);
        assert!(matches!(
            repeat.status,
            LeadStatus::New | LeadStatus::Disqualified
        ));
    }
    assert!((50..250).contains(&repeats.len()), "{}", repeats.len());
}

#[test]
fn the_funnel_narrows_believably() {
    let count =
        |reached: fn(&lead::Model) -> bool| YEAR.leads.iter().filter(|lead| reached(lead)).count();
    let statuses: HashSet<LeadStatus> = YEAR.leads.iter().map(|lead| lead.status).collect();

    assert_eq!(statuses.len(), 10, "a status that no lead has");
    let qualified = count(|lead| lead.mql_at.is_some());
    let accepted = count(|lead| lead.accepted_at.is_some());
    let worked = count(|lead| lead.first_touched_at.is_some());
    let converted = count(|lead| lead.converted_at.is_some());
    assert!((1_800..3_000).contains(&qualified), "{qualified} qualified");
    assert!(
        (1_300..qualified).contains(&accepted),
        "{accepted} accepted"
    );
    assert!(
        worked < accepted && accepted - worked > 50,
        "{worked} of {accepted} worked"
    );
    assert!((300..900).contains(&converted), "{converted} converted");
}
