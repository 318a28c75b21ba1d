//! Accounts, and the domains that they are known by.

use std::collections::{HashMap, HashSet};

use entity::{account_domain, change::ChangeKind};
use uuid::Uuid;

use crate::services::ledger;
use crate::{
    change::{self, Change},
    error::{ApiError, Problem},
    matching::identity::By,
    record::{self, value},
    store::{
        bulk, merge,
        table::{Record, Value},
    },
};

use super::{rows::Draft, write::Write};

/// The column with the account of a domain.
const ACCOUNT: &str = "account_id";
/// The column that says whether a domain is the one to show.
const PRIMARY: &str = "is_primary";
/// Why a domain is none of a company.
const FREE_MAIL: &str = "anybody can have a mailbox there: it does not tell a company";

/// Takes from what is said the domains that their accounts have: `has` says whether an account has its own.
pub(super) fn leave_own(
    record: &record::Entity,
    drafts: &mut [Draft],
    has: impl Fn(&Draft, By) -> bool,
) {
    if record.name != "account" {
        return;
    }
    for draft in drafts {
        if has(draft, By::Domain) {
            draft.beside.remove("domain");
        }
    }
}

/// Whether the domain that is said can tell a company, and the tier is one. A domain is added: none is taken away
/// by saying another one, or none.
pub(super) fn check(record: &record::Entity, draft: &Draft, problems: &mut Vec<Problem>) {
    if let Some(Value::Int(Some(i32::MIN..=0))) = draft.get(record, "target_tier")
        && draft.differs("targetTier")
    {
        problems.push(draft.problem("targetTier", "a number from 1, which is most, is required"));
    }
    let Some(domain) = draft.beside.get("domain") else {
        return;
    };
    match domain {
        None => {
            let problem = "a domain is taken away with deleteAccountDomain";
            problems.push(draft.problem("domain", problem));
        }
        Some(domain) if value::is_free_mail(domain) => {
            problems.push(draft.problem("domain", FREE_MAIL));
        }
        Some(_) => {}
    }
}

/// Whether a domain that is added to an account can tell a company, and an account that has one to show keeps one.
pub(super) fn check_domain(record: &record::Entity, draft: &Draft, problems: &mut Vec<Problem>) {
    let domain = draft.text(record, "domain");
    if domain.is_some_and(value::is_free_mail) {
        problems.push(draft.problem("domain", FREE_MAIL));
    }
    if draft.before.is_some() && draft.differs("isPrimary") && !is_primary(record, &draft.record) {
        let problem = "one of the account's domains is the one to show: say it of another one";
        problems.push(draft.problem("isPrimary", problem));
    }
}

/// Has the first domain of an account be the one to show, and says where two of one account would be.
pub(super) async fn settle_domains(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &mut [Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    let accounts = drafts
        .iter()
        .filter_map(|draft| draft.uuid(record, ACCOUNT));
    let stored = domains_of(write, accounts.collect()).await?;
    let mut known: HashSet<Uuid> = stored.into_keys().collect();
    let mut shown: HashMap<Uuid, String> = HashMap::new();
    let mut problems = Vec::new();
    for draft in drafts {
        let Some(account) = draft.uuid(record, ACCOUNT) else {
            continue;
        };
        if draft.before.is_none() && known.insert(account) {
            draft.set(record, PRIMARY, true);
        }
        if !is_primary(record, &draft.record) || !draft.changes(record, PRIMARY) {
            continue;
        }
        if let Some(earlier) = shown.get(&account) {
            let problem = format!("the one to show is {earlier}: an account has one");
            problems.push((draft.index, draft.problem("isPrimary", &problem)));
        } else {
            shown.insert(account, draft.path.clone());
        }
    }
    Ok(problems)
}

/// Has the domains that were the ones to show be so no more, where others have become so.
pub(super) async fn show_primary(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let shown = drafts
        .iter()
        .filter(|draft| is_primary(record, &draft.record) && draft.changes(record, PRIMARY));
    let shown: HashMap<Uuid, Uuid> = shown
        .filter_map(|draft| Some((draft.uuid(record, ACCOUNT)?, draft.id)))
        .collect();
    let stored = domains_of(write, shown.keys().copied().collect()).await?;
    let (mut rows, mut changes) = (Vec::new(), Vec::new());
    for (account, domains) in stored {
        for before in domains {
            let Some(id) = id_in(record, &before, "id") else {
                continue;
            };
            if shown.get(&account) == Some(&id) || !is_primary(record, &before) {
                continue;
            }
            let mut row = before.clone();
            if let Some(cell) = record.position(PRIMARY).and_then(|at| row.get_mut(at)) {
                *cell = false.into();
            }
            let change = Change::by(
                write.author,
                write.now,
                (record.name, id),
                ChangeKind::Updated,
            );
            changes.push(change.of(record::difference(&record.table, &before, &row)));
            rows.push(row);
        }
    }
    bulk::update_records(write.tx, &record.table, rows).await?;
    change::record(write.tx, changes).await?;
    Ok(())
}

fn is_primary(record: &record::Entity, row: &Record) -> bool {
    let primary = record.position(PRIMARY).and_then(|at| row.get(at));
    primary == Some(&Value::Bool(Some(true)))
}

fn id_in(record: &record::Entity, row: &Record, column: &str) -> Option<Uuid> {
    match row.get(record.position(column)?) {
        Some(Value::Uuid(id)) => *id,
        _ => None,
    }
}

/// By account the domains that it has. Nobody else changes them from now on.
async fn domains_of(
    write: &Write<'_>,
    accounts: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Record>>, ApiError> {
    let mut domains: HashMap<Uuid, Vec<Record>> = HashMap::new();
    if accounts.is_empty() {
        return Ok(domains);
    }
    let table = record::domains();
    let rows = merge::pointing_to(write.tx, table, ACCOUNT, &accounts).await?;
    for row in rows {
        let account = table.position(ACCOUNT).and_then(|at| row.get(at));
        if let Some(Value::Uuid(Some(account))) = account {
            domains.entry(*account).or_default().push(row);
        }
    }
    Ok(domains)
}

/// Adds the domains that are said, which are nobody's yet. The first one of an account is the one to show.
pub(super) async fn add_domains(write: &Write<'_>, drafts: &[Draft]) -> Result<(), ApiError> {
    let said = drafts.iter().filter_map(|draft| {
        let domain = draft.beside.get("domain")?.as_deref()?;
        Some((draft, domain))
    });
    let said: Vec<(&Draft, &str)> = said.collect();
    let there = said.iter().filter(|(draft, _)| draft.before.is_some());
    let stored = domains_of(write, there.map(|(draft, _)| draft.id).collect()).await?;
    let rows = said
        .into_iter()
        .map(|(draft, domain)| account_domain::Model {
            id: Uuid::now_v7(),
            account_id: draft.id,
            domain: domain.to_owned(),
            is_primary: !stored.contains_key(&draft.id),
            created_at: write.now,
            created_by: write.author.actor.id(),
        });
    let rows: Vec<account_domain::Model> = rows.collect();
    ledger::insert(write, rows).await
}
