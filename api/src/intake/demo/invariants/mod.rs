//! The rules of the hub, checked over a whole made-up year.

mod company;
mod deal;
mod journey;
mod lead;
mod task;

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use chrono::{DateTime, NaiveDate, Utc};
use entity::reason_code::{self, ReasonKind};
use uuid::Uuid;

use super::{Plan, Reasons, Rows, Year};

/// A year at scale 1.
static YEAR: LazyLock<Rows> = LazyLock::new(|| whole(plan(42, 1)));

fn plan(seed: u64, scale: u32) -> Plan {
    Plan {
        seed,
        scale,
        ends_on: end().date_naive(),
    }
}

fn end() -> DateTime<Utc> {
    "2026-11-22T00:00:00Z".parse().unwrap()
}

fn start() -> DateTime<Utc> {
    "2025-11-22T00:00:00Z".parse().unwrap()
}

/// Two reasons of every kind.
fn reasons() -> Vec<reason_code::Model> {
    use ReasonKind::{Disqualify, Lost, Objection, Override, Recycle, Reject};
    let mut rows = Vec::new();
    for kind in [Reject, Recycle, Disqualify, Lost, Override, Objection] {
        for key in ["BAD_FIT", "OTHER", "UNKNOWN"] {
            rows.push(reason_code::Model {
                id: Uuid::from_u128(1 + u128::try_from(rows.len()).unwrap()),
                kind,
                key: key.to_owned(),
                label: key.to_owned(),
                active: true,
                version: 1,
                created_at: start(),
                created_by: None,
                updated_at: start(),
                updated_by: None,
                deleted_at: None,
                deleted_by: None,
            });
        }
    }
    rows
}

fn year(plan: Plan) -> Year {
    Year::new(plan, Reasons::new(reasons()).unwrap())
}

fn whole(plan: Plan) -> Rows {
    let mut whole = Rows::default();
    for part in year(plan) {
        whole.territories.extend(part.territories);
        whole.users.extend(part.users);
        whole.territory_users.extend(part.territory_users);
        whole.lead_definitions.extend(part.lead_definitions);
        whole
            .lead_definition_approvals
            .extend(part.lead_definition_approvals);
        whole.playbooks.extend(part.playbooks);
        whole.playbook_steps.extend(part.playbook_steps);
        whole.campaigns.extend(part.campaigns);
        whole.campaign_costs.extend(part.campaign_costs);
        whole.assets.extend(part.assets);
        whole.accounts.extend(part.accounts);
        whole.account_domains.extend(part.account_domains);
        whole.contacts.extend(part.contacts);
        whole.leads.extend(part.leads);
        whole.lead_transitions.extend(part.lead_transitions);
        whole.campaign_members.extend(part.campaign_members);
        whole.opportunities.extend(part.opportunities);
        whole.opportunity_contacts.extend(part.opportunity_contacts);
        whole.opportunity_changes.extend(part.opportunity_changes);
        whole.touches.extend(part.touches);
        whole.feedback.extend(part.feedback);
        whole.feedback_comments.extend(part.feedback_comments);
        whole.feedback_mentions.extend(part.feedback_mentions);
    }
    whole
}

/// Rows by the id that `key` takes from them, in the order in which they were made.
fn by<T>(rows: &[T], key: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<&T>> {
    let mut groups: HashMap<Uuid, Vec<&T>> = HashMap::new();
    for row in rows {
        groups.entry(key(row)).or_default().push(row);
    }
    groups
}

fn reason_kind(id: Option<Uuid>) -> Option<ReasonKind> {
    let rows = reasons();
    let row = rows.iter().find(|row| Some(row.id) == id);
    row.map(|row| row.kind)
}

#[test]
fn the_same_plan_gives_the_same_rows_and_another_seed_others() {
    let first: Vec<Rows> = year(plan(7, 1)).take(3).collect();
    let again: Vec<Rows> = year(plan(7, 1)).take(3).collect();
    let other: Vec<Rows> = year(plan(8, 1)).take(3).collect();

    assert_eq!(first, again);
    assert_ne!(first, other);
}

#[test]
fn a_year_has_what_it_should_have() {
    let year = &*YEAR;

    assert_eq!(year.territories.len(), 5);
    assert_eq!(year.users.len(), 24);
    assert_eq!(year.campaigns.len(), 20);
    assert_eq!(year.accounts.len(), 600);
    assert_eq!(year.leads.len(), 5_000);
    assert_eq!(year.opportunities.len(), 1_200);
    assert_eq!(year.touches.len(), 60_000);
    assert!(
        (1_300..1_900).contains(&year.contacts.len()),
        "{} contacts",
        year.contacts.len()
    );
    assert!(
        (400..1_500).contains(&year.feedback.len()),
        "{} feedback",
        year.feedback.len()
    );
}

#[test]
fn a_larger_scale_multiplies_and_keeps_its_slices_small() {
    let mut slices = year(plan(42, 25));
    let company = slices.next().unwrap();

    assert_eq!(company.territories.len(), 5);
    assert_eq!((company.users.len(), company.campaigns.len()), (120, 100));
    assert_eq!(plan(42, 25).leads(), 125_000);
    for slice in slices.take(2) {
        assert_eq!((slice.leads.len(), slice.touches.len()), (500, 6_000));
    }
}

#[test]
fn ids_are_unique_and_carry_the_time_of_their_row() {
    let year = &*YEAR;
    let mut ids = HashSet::new();
    macro_rules! check {
        ($($rows:ident.$at:ident),+ $(,)?) => {$(
            for row in &year.$rows {
                assert!(ids.insert(row.id), "{} twice", row.id);
                let (seconds, _) = row.id.get_timestamp().unwrap().to_unix();
                assert_eq!(i64::try_from(seconds).unwrap(), row.$at.timestamp(), "{}", row.id);
            }
        )+};
    }
    check!(
        territories.created_at,
        users.created_at,
        campaigns.created_at,
        campaign_costs.created_at,
        accounts.created_at,
        account_domains.created_at,
        contacts.created_at,
        leads.created_at,
        lead_transitions.at,
        campaign_members.created_at,
        opportunities.created_at,
        opportunity_contacts.created_at,
        opportunity_changes.at,
        touches.occurred_at,
        feedback.created_at,
        feedback_comments.created_at,
    );
}

#[test]
fn nothing_is_stamped_out_of_order_or_after_the_end() {
    let year = &*YEAR;
    macro_rules! check {
        ($($rows:ident),+ $(,)?) => {$(
            for row in &year.$rows {
                assert!(row.created_at <= row.updated_at, "{}: {:?}", stringify!($rows), row.id);
                assert!(row.updated_at < end(), "{}: {:?}", stringify!($rows), row.id);
                assert!(row.version >= 1 && row.deleted_at.is_none());
            }
        )+};
    }
    check!(
        territories,
        users,
        campaigns,
        campaign_costs,
        accounts,
        contacts,
        leads,
        campaign_members,
        opportunities,
        opportunity_contacts,
        touches,
        feedback,
        feedback_comments,
    );
}

#[test]
fn what_is_referred_to_exists() {
    let year = &*YEAR;
    let mut seen: HashMap<&str, HashSet<Uuid>> = HashMap::new();
    seen.insert("reason", reasons().iter().map(|row| row.id).collect());
    macro_rules! table {
        ($rows:ident: $($column:ident -> $target:ident),*) => {
            seen.entry(stringify!($rows)).or_default();
            for row in &year.$rows {
                $(
                    let id: Option<Uuid> = row.$column.into();
                    if let Some(id) = id {
                        assert!(
                            seen.get(stringify!($target)).unwrap().contains(&id),
                            "{}.{} of {}", stringify!($rows), stringify!($column), row.id,
                        );
                    }
                )*
                seen.get_mut(stringify!($rows)).unwrap().insert(row.id);
            }
        };
    }
    // In the order of writing: a reference to a later row would be refused by the database.
    table!(territories: parent_id -> territories);
    table!(users: manager_id -> users);
    table!(campaigns: parent_id -> campaigns, owner_id -> users);
    table!(campaign_costs: campaign_id -> campaigns);
    table!(accounts: owner_id -> users, marketer_id -> users, territory_id -> territories, parent_id -> accounts);
    table!(account_domains: account_id -> accounts);
    table!(contacts: account_id -> accounts);
    table!(leads: source_campaign_id -> campaigns, owner_id -> users, territory_id -> territories,
        account_id -> accounts, contact_id -> contacts, duplicate_of_id -> leads,
        reject_reason_id -> reason, disqualify_reason_id -> reason);
    table!(lead_transitions: lead_id -> leads, by_user_id -> users, reason_id -> reason);
    table!(campaign_members: campaign_id -> campaigns, lead_id -> leads, contact_id -> contacts);
    table!(opportunities: account_id -> accounts, owner_id -> users, lead_id -> leads,
        primary_campaign_id -> campaigns, lost_reason_id -> reason);
    table!(opportunity_contacts: opportunity_id -> opportunities, contact_id -> contacts);
    table!(opportunity_changes: opportunity_id -> opportunities, by_user_id -> users);
    table!(touches: campaign_id -> campaigns, contact_id -> contacts, lead_id -> leads,
        account_id -> accounts, actor_id -> users);
    table!(feedback: campaign_id -> campaigns, lead_id -> leads, account_id -> accounts,
        opportunity_id -> opportunities, author_id -> users, assignee_id -> users);
    table!(feedback_comments: feedback_id -> feedback, author_id -> users);
    for link in &year.territory_users {
        assert!(seen.get("users").unwrap().contains(&link.user_id));
        assert!(
            seen.get("territories")
                .unwrap()
                .contains(&link.territory_id)
        );
    }
}

#[test]
fn a_kind_without_an_active_reason_is_named() {
    let mut rows = reasons();
    rows.retain(|row| row.kind != ReasonKind::Lost || row.key == "UNKNOWN");
    let missing = Reasons::new(rows).err().unwrap();

    assert!(missing.to_string().contains("of kind LOST"), "{missing}");
}

#[test]
fn the_year_is_the_365_days_before_its_end() {
    let ends_on = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    assert_eq!(plan(1, 1).ends_on, ends_on);
    let year = &*YEAR;
    let first = year
        .touches
        .iter()
        .map(|touch| touch.occurred_at)
        .min()
        .unwrap();
    let last = year
        .touches
        .iter()
        .map(|touch| touch.occurred_at)
        .max()
        .unwrap();

    assert!(
        first >= start() && (first - start()).num_days() < 3,
        "{first}"
    );
    assert!(last < end() && (end() - last).num_days() < 3, "{last}");
}
