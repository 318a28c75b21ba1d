//! Accounts, and the domains that they are known by.

use std::collections::HashMap;

use entity::account_domain;
use uuid::Uuid;

use crate::{
    change::{self, Change},
    error::{ApiError, Problem},
    record::{self, value},
    store::{bulk, lookup},
};

use super::{rows::Draft, write::Write};

/// Why a domain is none of a company.
const FREE_MAIL: &str = "anybody can have a mailbox there: it does not tell a company";

/// Whether the domain that is said can tell a company.
pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
    let Some(Some(domain)) = draft.beside.get("domain") else {
        return;
    };
    if value::is_free_mail(domain) {
        problems.push(draft.problem("domain", FREE_MAIL));
    }
}

/// As [`check`], for a domain that is added to an account. It is kept as it is compared.
pub(super) fn check_domain(
    record: &record::Entity,
    draft: &mut Draft,
    problems: &mut Vec<Problem>,
) {
    let Some(text) = draft.text(record, "domain") else {
        return;
    };
    match telling(text) {
        Ok(domain) => draft.set(record, "domain", domain),
        Err(problem) => problems.push(draft.problem("domain", &problem)),
    }
}

/// The domain in `text`, if a company can be told by it.
fn telling(text: &str) -> Result<String, String> {
    let domain = value::domain(text).map_err(|problem| format!("it {problem}"))?;
    if value::is_free_mail(&domain) {
        return Err(FREE_MAIL.to_owned());
    }
    Ok(domain)
}

/// Adds the domains that are said, to accounts that do not have them.
pub(super) async fn add_domains(write: &Write<'_>, drafts: &[Draft]) -> Result<(), ApiError> {
    let said = drafts.iter().filter_map(|draft| {
        let domain = draft.beside.get("domain")?.as_deref()?;
        Some((draft, domain))
    });
    let said: Vec<(&Draft, &str)> = said.collect();
    let names = said.iter().map(|(_, domain)| *domain);
    let keys = ("domain", "account_id");
    let owners: HashMap<String, Uuid> =
        lookup::ids_by(write.tx, record::domains(), keys, None, names).await?;
    let mut rows = Vec::new();
    for (draft, domain) in said {
        match owners.get(domain) {
            Some(owner) if *owner == draft.id => {}
            Some(_) => {
                let field = format!("{}.domain", draft.path);
                let problem = "it belongs to another account";
                let problem = Problem::new("ALREADY_EXISTS", field, problem);
                return Err(ApiError::Input(vec![problem]));
            }
            None => rows.push(account_domain::Model {
                id: Uuid::now_v7(),
                account_id: draft.id,
                domain: domain.to_owned(),
                is_primary: draft.before.is_none(),
                created_at: write.now,
                created_by: write.author.actor.id(),
            }),
        }
    }
    let made = |row: &account_domain::Model| {
        let kind = entity::change::ChangeKind::Created;
        Change::by(write.author, write.now, ("account_domain", row.id), kind)
    };
    let changes = rows.iter().map(made).collect();
    bulk::insert(write.tx, rows).await?;
    change::record(write.tx, changes).await?;
    Ok(())
}
