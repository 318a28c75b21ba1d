//! The team, its campaigns and the companies it knows.

use std::collections::{HashMap, HashSet};

use entity::{
    account::AccountLifecycle,
    campaign::{CampaignKind, CampaignStatus},
    campaign_member::CampaignMemberStatus,
    opportunity::OpportunityStage,
};
use sea_orm::Iterable;

use super::{YEAR, by, end};

#[test]
fn territories_are_a_tree_whose_paths_lead_to_the_root() {
    for territory in &YEAR.territories {
        let parent = YEAR
            .territories
            .iter()
            .find(|one| Some(one.id) == territory.parent_id);
        let above = parent.map_or("/", |parent| &parent.path);
        assert_eq!(territory.path, format!("{above}{}/", territory.code));
    }
    let roots = YEAR
        .territories
        .iter()
        .filter(|one| one.parent_id.is_none())
        .count();
    assert_eq!(roots, 1);
}

#[test]
fn every_role_is_somebodys_and_everybody_has_a_manager_but_one() {
    let roles: HashSet<&str> = YEAR
        .users
        .iter()
        .flat_map(|user| user.roles.as_array().unwrap())
        .map(|role| role.as_str().unwrap())
        .collect();
    let two = YEAR
        .users
        .iter()
        .filter(|user| user.roles.as_array().unwrap().len() == 2)
        .count();

    assert_eq!(
        roles,
        HashSet::from([
            "SALES_REP",
            "SALES_MANAGER",
            "MARKETER",
            "MARKETING_MANAGER",
            "REVENUE_LEADER",
            "ANALYST",
            "ADMIN",
        ])
    );
    assert_eq!(two, 1);
    assert_eq!(
        YEAR.users
            .iter()
            .filter(|user| user.manager_id.is_none())
            .count(),
        1
    );
    assert!(
        YEAR.users
            .iter()
            .all(|user| user.time_zone.parse::<chrono_tz::Tz>().is_ok())
    );
}

#[test]
fn everybody_works_in_a_territory_and_addresses_are_unique_and_reserved() {
    let addresses: HashSet<&str> = YEAR.users.iter().map(|user| user.email.as_str()).collect();

    assert_eq!(addresses.len(), YEAR.users.len());
    assert!(
        addresses
            .iter()
            .all(|address| address.ends_with(".example"))
    );
    assert_eq!(YEAR.territory_users.len(), YEAR.users.len());
}

#[test]
fn campaigns_are_of_all_kinds_with_a_brief_and_a_ledger() {
    let kinds: HashSet<CampaignKind> = YEAR.campaigns.iter().map(|one| one.kind).collect();
    let ledger = by(&YEAR.campaign_costs, |cost| cost.campaign_id);

    assert_eq!(kinds.len(), CampaignKind::iter().count());
    for campaign in &YEAR.campaigns {
        assert!(campaign.brief_goal.is_some() && campaign.brief_sales_action.is_some());
        assert!(campaign.starts_at < campaign.ends_at);
        let costs = ledger.get(&campaign.id).unwrap();
        assert!((3..=12).contains(&costs.len()));
        let currencies: HashSet<&str> = costs.iter().map(|cost| cost.currency.as_str()).collect();
        assert_eq!(currencies.len(), 1);
        if campaign.status == CampaignStatus::Closed {
            assert!(
                costs.iter().all(|cost| cost.actual_minor.is_some()),
                "{}",
                campaign.name
            );
        }
        for cost in costs.iter().filter(|cost| cost.actual_minor.is_some()) {
            assert!(cost.incurred_on < end().date_naive());
        }
    }
    let currencies: HashSet<&str> = YEAR
        .campaign_costs
        .iter()
        .map(|cost| cost.currency.as_str())
        .collect();
    assert_eq!(currencies, HashSet::from(["EUR", "GBP", "JPY"]));
}

#[test]
fn domains_are_unique_and_reserved() {
    let domains: HashSet<&str> = YEAR
        .account_domains
        .iter()
        .map(|row| row.domain.as_str())
        .collect();

    assert_eq!(domains.len(), YEAR.accounts.len());
    assert!(
        domains
            .iter()
            .all(|domain| domain.ends_with(".example") && domain.is_ascii())
    );
}

#[test]
fn contacts_have_a_unique_reserved_address_and_consent() {
    let addresses: HashSet<&str> = YEAR
        .contacts
        .iter()
        .map(|row| row.email.as_deref().unwrap())
        .collect();

    assert_eq!(addresses.len(), YEAR.contacts.len());
    let accounts: HashMap<_, _> = YEAR.accounts.iter().map(|row| (row.id, row)).collect();
    for contact in &YEAR.contacts {
        let email = contact.email.as_deref().unwrap();
        assert!(
            email.ends_with(contact.email_domain.as_deref().unwrap()),
            "{}",
            contact.id
        );
        assert!(email.ends_with(".example") && email == email.to_lowercase());
        assert_eq!(contact.consent.as_array().unwrap().len(), 1);
        let account = accounts.get(&contact.account_id.unwrap()).unwrap();
        assert!(account.created_at <= contact.created_at);
    }
}

#[test]
fn money_has_a_currency() {
    for account in &YEAR.accounts {
        assert_eq!(
            account.annual_revenue_minor.is_some(),
            account.annual_revenue_currency.is_some()
        );
    }
    for deal in &YEAR.opportunities {
        assert_eq!(deal.amount_minor.is_some(), deal.amount_currency.is_some());
    }
}

#[test]
fn a_company_that_bought_is_a_customer() {
    let deals = by(&YEAR.opportunities, |deal| deal.account_id.unwrap());
    for account in &YEAR.accounts {
        let deals = deals.get(&account.id);
        let won = deals.is_some_and(|deals| {
            deals
                .iter()
                .any(|deal| deal.stage == OpportunityStage::ClosedWon)
        });
        assert_eq!(
            account.lifecycle == AccountLifecycle::Customer,
            won,
            "{}",
            account.id
        );
    }
}

#[test]
fn a_member_is_one_person_once_in_a_campaign_that_ran() {
    let campaigns: HashMap<_, _> = YEAR.campaigns.iter().map(|row| (row.id, row)).collect();
    let mut seen = HashSet::new();
    for member in &YEAR.campaign_members {
        assert_ne!(member.lead_id.is_some(), member.contact_id.is_some());
        assert!(
            seen.insert((member.campaign_id, member.lead_id, member.contact_id)),
            "{}",
            member.id
        );
        let campaign = campaigns.get(&member.campaign_id).unwrap();
        assert!(campaign.starts_at.unwrap() <= member.created_at);
        let responded = matches!(
            member.status,
            CampaignMemberStatus::Responded
                | CampaignMemberStatus::Registered
                | CampaignMemberStatus::Attended
        );
        assert_eq!(member.responded_at.is_some(), responded);
        let suppressed = member.status == CampaignMemberStatus::Suppressed;
        assert_eq!(member.suppressed_reason.is_some(), suppressed);
    }
}
