//! Who gets a lead that is handed over: there is always somebody.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{
    error::{ApiError, Problem},
    record,
    store::table::{Record, Value},
};

use crate::services::{
    rows::{self, Draft},
    write::Write,
};

/// Why a lead cannot be handed over.
const NOBODY: &str =
    "there is nobody to hand it over to: give the lead, or its account, an owner who is active";

/// What matters of a user here.
struct User {
    active: bool,
    manager: Option<Uuid>,
}

/// Gives the leads that become MQLs an owner: who it had, if they are active, or else who owns its account; the
/// manager of who rejected it, where that is disputed.
pub(super) async fn settle(
    write: &Write<'_>,
    record: &'static record::Entity,
    step: &str,
    drafts: &mut [Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    let handed_over = |draft: &&mut Draft| draft.text(record, "status") == Some("MQL");
    let mut drafts: Vec<&mut Draft> = drafts.iter_mut().filter(handed_over).collect();
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    let accounts = owners_of_accounts(write, record, &drafts).await?;
    let owner = |draft: &Draft| draft.uuid(record, "owner_id");
    let candidates = drafts.iter().filter_map(|draft| owner(draft));
    let candidates: Vec<Uuid> = candidates.chain(accounts.values().copied()).collect();
    let users = users(write, &candidates).await?;
    let active = |id: &Uuid| users.get(id).is_some_and(|user| user.active);
    let mut problems = Vec::new();
    for draft in &mut drafts {
        let now = owner(draft);
        let manager = now.and_then(|id| users.get(&id)?.manager);
        let disputed = manager.filter(|_| step == "disputeRejection");
        let account = draft.uuid(record, "account_id");
        let of_account = account.and_then(|id| accounts.get(&id).copied());
        let next = disputed
            .or_else(|| now.filter(active))
            .or_else(|| of_account.filter(active));
        match next {
            Some(owner) => draft.set(record, "owner_id", Some(owner)),
            None => problems.push((draft.index, Problem::validation(draft.path.clone(), NOBODY))),
        }
    }
    Ok(problems)
}

async fn owners_of_accounts(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[&mut Draft],
) -> Result<HashMap<Uuid, Uuid>, ApiError> {
    let accounts: Vec<Uuid> = drafts
        .iter()
        .filter_map(|draft| draft.uuid(record, "account_id"))
        .collect();
    let rows = rows::columns(write, "Account", &["owner_id"], &accounts).await?;
    let owned = rows.into_iter().filter_map(|(id, row)| match row.first() {
        Some(Value::Uuid(Some(owner))) => Some((id, *owner)),
        _ => None,
    });
    Ok(owned.collect())
}

async fn users(write: &Write<'_>, ids: &[Uuid]) -> Result<HashMap<Uuid, User>, ApiError> {
    let rows = rows::columns(write, "User", &["active", "manager_id", "deleted_at"], ids).await?;
    let user = |row: Record| {
        let [active, manager, deleted_at] = <[Value; 3]>::try_from(row).ok()?;
        Some(User {
            active: active == Value::Bool(Some(true)) && record::is_empty(&deleted_at),
            manager: match manager {
                Value::Uuid(id) => id,
                _ => None,
            },
        })
    };
    let users = rows
        .into_iter()
        .filter_map(|(id, row)| Some((id, user(row)?)));
    Ok(users.collect())
}
