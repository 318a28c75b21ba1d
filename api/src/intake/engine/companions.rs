//! What is written beside the rows themselves: how other systems call them, and the domains of
//! accounts.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use entity::{account_domain, external_id};

use crate::{
    record::{self, Entity},
    store::{
        bulk, lookup, scoring as scores,
        table::{Record, Value},
    },
};

use super::{
    batch::{BatchError, Context},
    draft::{Draft, Known},
    outcome::Outcome,
    plan::BoundRule,
};

/// Remembers the keys that were not known before.
pub(super) async fn external_ids(
    tx: &DatabaseTransaction,
    context: &Context,
    rule: &BoundRule<'_>,
    drafts: &[Draft<'_>],
    kept: &[(usize, Outcome)],
) -> Result<(), BatchError> {
    let mut written = HashSet::new();
    let mut rows = Vec::new();
    let fresh = kept
        .iter()
        .filter_map(|(index, _)| drafts.get(*index))
        .filter(|draft| draft.new_key);
    for (index, draft) in fresh.enumerate() {
        let Some(key) = draft.key.as_deref() else {
            continue;
        };
        if !written.insert(key) {
            continue;
        }
        // In the order of the file: the first key of a row is the one that counts.
        let offset = TimeDelta::microseconds(i64::try_from(index).unwrap_or(0));
        rows.push(external_id::Model {
            entity: rule.rule.entity.name.to_owned(),
            system: rule.rule.system.clone(),
            key: key.to_owned(),
            entity_id: draft.id,
            created_at: context.now + offset,
        });
    }
    bulk::insert(tx, rows).await?;
    Ok(())
}

/// Adds the domains that accounts do not have yet. Returns, by draft, why one was not added.
pub(super) async fn domains(
    tx: &DatabaseTransaction,
    context: &Context,
    drafts: &[Draft<'_>],
    kept: &[(usize, Outcome)],
) -> Result<HashMap<usize, String>, BatchError> {
    let mut notes = HashMap::new();
    let wanted: Vec<(usize, &Draft<'_>, &str)> = kept
        .iter()
        .filter_map(|(index, _)| {
            let draft = drafts.get(*index)?;
            Some((*index, draft, draft.domain.as_deref()?))
        })
        .collect();
    if wanted.is_empty() {
        return Ok(notes);
    }
    let names = wanted.iter().map(|(_, _, domain)| *domain);
    let mut owners =
        lookup::ids_by(tx, record::domains(), ("domain", "account_id"), None, names).await?;
    let mut rows = Vec::new();
    let mut added: HashSet<Uuid> = HashSet::new();
    for (index, draft, domain) in wanted {
        match owners.get(domain) {
            Some(owner) if *owner == draft.id => {}
            Some(_) => {
                let note = format!("line {}: `{domain}` belongs to another account", draft.line);
                notes.insert(index, note);
            }
            None => {
                owners.insert(domain.to_owned(), draft.id);
                rows.push(account_domain::Model {
                    id: Uuid::now_v7(),
                    account_id: draft.id,
                    domain: domain.to_owned(),
                    is_primary: draft.known == Known::New && added.insert(draft.id),
                    created_at: context.now,
                    created_by: Some(context.job),
                });
            }
        }
    }
    bulk::insert(tx, rows).await?;
    Ok(notes)
}

/// Has the leads that these rows are about be scored soon: what they say counts.
pub(super) async fn scoring(
    tx: &DatabaseTransaction,
    context: &Context,
    entity: &Entity,
    rows: &[&Record],
) -> Result<(), BatchError> {
    let column = match entity.name {
        "lead" | "account" => "id",
        "touch" => "lead_id",
        _ => return Ok(()),
    };
    let at = entity.position(column);
    let ids: Vec<Uuid> = rows
        .iter()
        .filter_map(|row| match row.get(at?) {
            Some(Value::Uuid(id)) => *id,
            _ => None,
        })
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    if entity.name == "account" {
        scores::schedule_of_accounts(tx, &ids, context.now).await?;
    } else {
        scores::schedule(tx, &ids, context.now).await?;
    }
    Ok(())
}
