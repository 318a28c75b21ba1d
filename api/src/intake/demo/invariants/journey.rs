//! Touches and feedback.

use std::collections::HashMap;

use chrono::TimeDelta;
use entity::{
    campaign::CampaignStatus,
    feedback::{FeedbackDirection, FeedbackState},
    lead::LeadStatus,
    lead_transition,
    touch::{TouchDirection, TouchFunction, TouchKind},
};

use super::{YEAR, by, end, start};

#[test]
fn touches_lie_in_the_year_and_agree_with_their_lead_and_contact() {
    let leads: HashMap<_, _> = YEAR.leads.iter().map(|row| (row.id, row)).collect();
    let contacts: HashMap<_, _> = YEAR.contacts.iter().map(|row| (row.id, row)).collect();
    for touch in &YEAR.touches {
        assert!(
            (start()..end()).contains(&touch.occurred_at),
            "{}",
            touch.id
        );
        if let Some(lead) = touch.lead_id {
            let lead = leads.get(&lead).unwrap();
            assert_eq!(touch.account_id, lead.account_id, "{}", touch.id);
            assert_eq!(touch.contact_id, lead.contact_id, "{}", touch.id);
        }
        if let Some(contact) = touch.contact_id {
            assert_eq!(touch.account_id, contacts.get(&contact).unwrap().account_id);
        }
    }
}

#[test]
fn campaigns_touch_people_only_while_they_run() {
    let campaigns: HashMap<_, _> = YEAR.campaigns.iter().map(|row| (row.id, row)).collect();
    for touch in &YEAR.touches {
        let Some(campaign) = touch.campaign_id else {
            continue;
        };
        let campaign = campaigns.get(&campaign).unwrap();
        assert!(
            campaign.starts_at.unwrap() <= touch.occurred_at,
            "{}",
            touch.id
        );
        // A letter may be read when the campaign is over.
        let late = matches!(touch.kind, TouchKind::EmailOpen | TouchKind::EmailClick);
        let until = campaign.ends_at.unwrap() + TimeDelta::days(if late { 3 } else { 0 });
        assert!(touch.occurred_at <= until, "{}", touch.id);
        assert!(!matches!(
            campaign.status,
            CampaignStatus::Draft | CampaignStatus::Planned | CampaignStatus::Cancelled
        ));
    }
}

#[test]
fn visitors_are_anonymous_until_they_are_identified() {
    for touch in &YEAR.touches {
        let unknown = touch.lead_id.is_none() && touch.contact_id.is_none();
        assert!(!unknown || touch.visitor_key.is_some(), "{}", touch.id);
        if let Some(identified) = touch.identified_at {
            assert!(touch.visitor_key.is_some() && touch.occurred_at < identified);
        }
        assert_eq!(
            touch.visitor_key.is_some(),
            unknown || touch.identified_at.is_some()
        );
    }
    let early = YEAR
        .touches
        .iter()
        .filter(|touch| touch.identified_at.is_some())
        .count();
    assert!(early > 1_000, "{early} touches before identification");
}

#[test]
fn nobody_is_written_to_before_they_are_known() {
    let leads: HashMap<_, _> = YEAR.leads.iter().map(|row| (row.id, row)).collect();
    for touch in &YEAR.touches {
        if matches!(
            touch.kind,
            TouchKind::EmailSent | TouchKind::SalesEmail | TouchKind::Call
        ) {
            let lead = touch.lead_id.map(|lead| leads.get(&lead).unwrap());
            assert!(
                lead.is_none_or(|lead| lead.created_at <= touch.occurred_at),
                "{}",
                touch.id
            );
        }
    }
}

#[test]
fn sales_touches_have_an_actor_and_the_first_one_made_the_lead_working() {
    let touches = by(&YEAR.touches, |touch| touch.lead_id.unwrap_or_default());
    let steps = by(&YEAR.lead_transitions, |step| step.lead_id);
    for touch in &YEAR.touches {
        assert_eq!(
            touch.actor_id.is_some(),
            touch.function == TouchFunction::Sales,
            "{}",
            touch.id
        );
    }
    for lead in &YEAR.leads {
        let working = |step: &&&lead_transition::Model| step.to_status == LeadStatus::Working;
        let working = steps
            .get(&lead.id)
            .unwrap()
            .iter()
            .find(working)
            .map(|step| step.at);
        let outbound = touches.get(&lead.id).into_iter().flatten().filter(|touch| {
            touch.function == TouchFunction::Sales && touch.direction == TouchDirection::Outbound
        });
        assert_eq!(
            outbound.map(|touch| touch.occurred_at).min(),
            working,
            "{}",
            lead.id
        );
    }
}

#[test]
fn touches_are_mostly_page_views_and_of_both_functions() {
    let count = |kind| {
        YEAR.touches
            .iter()
            .filter(|touch| touch.kind == kind)
            .count()
    };
    let sales = YEAR
        .touches
        .iter()
        .filter(|touch| touch.function == TouchFunction::Sales)
        .count();

    assert!(count(TouchKind::PageView) > YEAR.touches.len() * 3 / 10);
    assert!(count(TouchKind::EmailSent) > count(TouchKind::EmailOpen));
    assert!(count(TouchKind::EmailOpen) > count(TouchKind::EmailClick));
    assert!((5_000..25_000).contains(&sales), "{sales} by sales");
}

#[test]
fn feedback_is_aimed_at_something_and_its_stamps_fit_its_state() {
    for row in &YEAR.feedback {
        assert!(
            row.campaign_id.is_some()
                || row.lead_id.is_some()
                || row.account_id.is_some()
                || row.opportunity_id.is_some()
        );
        assert!((-2..=2).contains(&row.sentiment.unwrap()));
        assert!(row.author_id.is_some() && row.assignee_id.is_some());
        let open = row.state == FeedbackState::Open;
        let actioned = matches!(
            row.state,
            FeedbackState::Actioned | FeedbackState::Verified | FeedbackState::Reopened
        );
        assert_eq!(row.acknowledged_at.is_none(), open, "{}", row.id);
        assert_eq!(row.actioned_at.is_some(), actioned, "{}", row.id);
        assert_eq!(
            row.verified_at.is_some(),
            row.state == FeedbackState::Verified,
            "{}",
            row.id
        );
        assert!(row.due_at.is_none(), "its clocks say that");
    }
}

#[test]
fn feedback_goes_both_ways_and_is_answered() {
    let to_sales = YEAR
        .feedback
        .iter()
        .filter(|row| row.direction == FeedbackDirection::MarketingToSales)
        .count();
    assert!(
        to_sales > 50 && to_sales < YEAR.feedback.len() / 2,
        "{to_sales}"
    );
    let feedback: HashMap<_, _> = YEAR.feedback.iter().map(|row| (row.id, row)).collect();
    for comment in &YEAR.feedback_comments {
        assert!(
            feedback
                .get(&comment.feedback_id)
                .unwrap()
                .acknowledged_at
                .unwrap()
                < comment.created_at
        );
    }
    assert!(YEAR.feedback_comments.len() > 200);
    let comments: HashMap<_, _> = YEAR
        .feedback_comments
        .iter()
        .map(|row| (row.id, row))
        .collect();
    for mention in &YEAR.feedback_mentions {
        let comment = comments.get(&mention.comment_id).unwrap();
        assert_eq!(comment.feedback_id, mention.feedback_id);
        assert_ne!(comment.author_id, Some(mention.user_id));
    }
    assert!(YEAR.feedback_mentions.len() > 100);
    let assets: HashMap<_, _> = YEAR.assets.iter().map(|row| (row.id, row)).collect();
    let about = YEAR
        .feedback
        .iter()
        .filter_map(|row| Some((row.asset_id?, row)));
    let mut aimed = 0;
    for (asset, row) in about {
        assert_eq!(assets.get(&asset).unwrap().campaign_id, row.campaign_id);
        aimed += 1;
    }
    assert!(aimed > 0);
}

#[test]
fn a_rejection_reaches_whoever_ran_the_campaign() {
    let about = by(&YEAR.feedback, |row| row.lead_id.unwrap_or_default());
    let rejected = YEAR
        .lead_transitions
        .iter()
        .filter(|step| step.to_status == LeadStatus::Rejected);
    for step in rejected {
        assert!(about.contains_key(&step.lead_id), "{}", step.lead_id);
    }
}
