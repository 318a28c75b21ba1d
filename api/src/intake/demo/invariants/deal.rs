//! Deals and what happened to them.

use std::collections::{HashMap, HashSet};

use entity::{
    money::MinorUnits,
    opportunity::{self, OpportunityStage},
    opportunity_change::{self, OpportunityField},
    reason_code::ReasonKind,
};
use sea_orm::{ActiveEnum, Iterable};

use super::{YEAR, by, end, reason_kind, start};

fn deals() -> impl Iterator<
    Item = (
        &'static opportunity::Model,
        Vec<&'static opportunity_change::Model>,
    ),
> {
    let mut changes = by(&YEAR.opportunity_changes, |change| change.opportunity_id);
    YEAR.opportunities
        .iter()
        .map(move |deal| (deal, changes.remove(&deal.id).unwrap()))
}

fn of<'a>(
    changes: &'a [&'static opportunity_change::Model],
    field: OpportunityField,
) -> impl DoubleEndedIterator<Item = &'static opportunity_change::Model> + 'a {
    changes
        .iter()
        .filter(move |change| change.field == field)
        .copied()
}

#[test]
fn changes_are_in_order_and_each_begins_where_the_last_ended() {
    for (deal, changes) in deals() {
        assert!(
            changes
                .windows(2)
                .all(|two| (two[0].at, two[0].id) < (two[1].at, two[1].id))
        );
        assert!(
            changes
                .iter()
                .all(|change| (start()..end()).contains(&change.at))
        );
        for field in [
            OpportunityField::Stage,
            OpportunityField::Amount,
            OpportunityField::CloseDate,
        ] {
            let changes: Vec<_> = of(&changes, field).collect();
            assert!(
                changes
                    .windows(2)
                    .all(|two| two[0].to_value == two[1].from_value),
                "{}",
                deal.id
            );
            assert!(
                changes
                    .iter()
                    .all(|change| change.from_value != change.to_value)
            );
        }
        assert_eq!(deal.updated_at, changes.last().unwrap().at);
    }
}

#[test]
fn the_stage_is_where_the_last_change_of_stage_led() {
    for (deal, changes) in deals() {
        let mut stages = of(&changes, OpportunityField::Stage);
        let first = stages.next().unwrap();
        assert_eq!(
            (first.from_value.as_deref(), first.to_value.as_deref()),
            (None, Some("PROSPECTING"))
        );
        assert_eq!(first.at, deal.created_at);
        let last = stages.next_back().unwrap_or(first);
        assert_eq!(last.to_value, Some(deal.stage.to_value()));
    }
}

#[test]
fn no_stage_is_skipped_on_the_way_forward() {
    let order: Vec<String> = OpportunityStage::iter()
        .map(|stage| stage.to_value())
        .collect();
    let place = |value: &Option<String>| {
        let value = value.as_ref()?;
        order.iter().position(|stage| stage == value)
    };
    let mut passed = 0;
    for (deal, changes) in deals() {
        let stages: Vec<_> = of(&changes, OpportunityField::Stage).skip(1).collect();
        for change in &stages {
            let lost = change.to_value.as_deref() == Some("CLOSED_LOST");
            let next = place(&change.from_value).map(|from| from + 1);
            assert!(
                lost || place(&change.to_value) == next,
                "{}: {change:?}",
                deal.id
            );
        }
        passed += stages
            .windows(2)
            .filter(|two| two[0].at == two[1].at)
            .count();
    }
    assert!(passed > 50, "{passed} stages were passed at once");
}

#[test]
fn what_is_closed_has_a_date_and_what_is_lost_a_reason() {
    for (deal, changes) in deals() {
        let lost = deal.stage == OpportunityStage::ClosedLost;
        let closed = lost || deal.stage == OpportunityStage::ClosedWon;
        assert_eq!(deal.closed_at.is_some(), closed, "{}", deal.id);
        assert_eq!(deal.lost_reason_id.is_some(), lost, "{}", deal.id);
        if lost {
            assert_eq!(reason_kind(deal.lost_reason_id), Some(ReasonKind::Lost));
        }
        if closed {
            let final_step = of(&changes, OpportunityField::Stage).next_back().unwrap();
            assert_eq!(deal.closed_at, Some(final_step.at));
            assert_eq!(deal.closed_at, Some(deal.updated_at));
        }
        assert_eq!(deal.next_step.is_some(), !closed);
    }
}

#[test]
fn amount_and_date_are_what_the_changes_left() {
    for (deal, changes) in deals() {
        if let Some(last) = of(&changes, OpportunityField::Amount).next_back() {
            let MinorUnits(amount) = deal.amount_minor.unwrap();
            assert_eq!(last.to_value, Some(amount.to_string()));
        }
        let pushes: Vec<_> = of(&changes, OpportunityField::CloseDate).collect();
        assert!(pushes.iter().all(|push| push.from_value < push.to_value));
        assert_eq!(usize::try_from(deal.push_count).unwrap(), pushes.len());
        if let Some(last) = pushes.last() {
            assert_eq!(
                last.to_value,
                deal.expected_close_on.map(|day| day.to_string())
            );
        }
    }
}

#[test]
fn a_deal_is_with_a_company_that_was_known_and_with_its_lead_s() {
    let accounts: HashMap<_, _> = YEAR.accounts.iter().map(|row| (row.id, row)).collect();
    let leads: HashMap<_, _> = YEAR.leads.iter().map(|row| (row.id, row)).collect();
    let mut from_leads = HashSet::new();
    for deal in &YEAR.opportunities {
        let account = accounts.get(&deal.account_id.unwrap()).unwrap();
        assert!(account.created_at <= deal.created_at, "{}", deal.id);
        assert!(deal.name.starts_with(&account.name));
        if let Some(lead) = deal.lead_id {
            assert!(from_leads.insert(lead), "two deals of one lead");
            let lead = leads.get(&lead).unwrap();
            assert_eq!(lead.converted_at, Some(deal.created_at));
            assert_eq!(lead.account_id, deal.account_id);
        }
    }
}

#[test]
fn the_people_of_a_deal_work_there_and_one_of_them_is_first() {
    let contacts: HashMap<_, _> = YEAR.contacts.iter().map(|row| (row.id, row)).collect();
    let taking_part = by(&YEAR.opportunity_contacts, |row| row.opportunity_id);
    for deal in &YEAR.opportunities {
        let people = taking_part.get(&deal.id).unwrap();
        assert_eq!(people.iter().filter(|row| row.is_primary).count(), 1);
        let distinct: HashSet<_> = people.iter().map(|row| row.contact_id).collect();
        assert_eq!(distinct.len(), people.len());
        for row in people {
            let contact = contacts.get(&row.contact_id).unwrap();
            assert_eq!(contact.account_id, deal.account_id);
            assert!(contact.created_at <= row.created_at && deal.created_at <= row.created_at);
        }
    }
}

#[test]
fn a_third_is_won_and_amounts_are_skewed() {
    let count = |stage| {
        YEAR.opportunities
            .iter()
            .filter(|deal| deal.stage == stage)
            .count()
    };
    let (won, lost) = (
        count(OpportunityStage::ClosedWon),
        count(OpportunityStage::ClosedLost),
    );
    let percent = 100 * won / (won + lost);
    assert!((28..=39).contains(&percent), "{won} won, {lost} lost");
    assert!(won + lost > 500 && won + lost < 1_100);

    let mut amounts: Vec<i64> = YEAR
        .opportunities
        .iter()
        .map(|deal| deal.amount_minor.unwrap().0)
        .collect();
    amounts.sort_unstable();
    let median = amounts[amounts.len() / 2];
    let mean = amounts.iter().sum::<i64>() / i64::try_from(amounts.len()).unwrap();
    assert!((2_000_000..2_900_000).contains(&median), "median {median}");
    assert!(mean > median * 5 / 4, "mean {mean}, median {median}");
}
