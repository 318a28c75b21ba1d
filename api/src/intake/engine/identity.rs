//! Which row of the dataset a draft is about: by its key, by what it has in common with a row that is
//! there or that came before it in the batch, or a new one.

use std::collections::HashMap;

use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use crate::{
    matching::identity::{self, By, Found, Which},
    record::Match,
};

use super::{
    batch::BatchError,
    draft::{Draft, Known},
    plan::BoundRule,
};

/// Keys with the rows that they stand for.
pub(super) type Keys = HashMap<String, Uuid>;

/// Gives every draft its id. Returns the keys with the ids that they stand for; those that were not
/// known before are in the drafts with [`Known::New`] or [`Known::ByMatch`].
pub(super) async fn identify(
    tx: &DatabaseTransaction,
    rule: &BoundRule<'_>,
    drafts: &mut [Draft<'_>],
) -> Result<Keys, BatchError> {
    let found = found(tx, rule, drafts).await?;
    let mut keys = Keys::new();
    for (index, found) in found.into_iter().enumerate() {
        let (before, rest) = drafts.split_at_mut(index);
        let Some(draft) = rest.first_mut() else {
            break;
        };
        settle(rule, before, draft, found);
        // The first of several rows with a new key may turn out to be of no use.
        draft.new_key = draft.key.is_some()
            && !matches!(
                found,
                Some(Found {
                    which: Which::Row(_),
                    by: By::ExternalId
                })
            );
        if let Some(key) = &draft.key {
            keys.entry(key.clone()).or_insert(draft.id);
        }
    }
    Ok(keys)
}

/// What is found by what the drafts say themselves.
async fn found(
    tx: &DatabaseTransaction,
    rule: &BoundRule<'_>,
    drafts: &[Draft<'_>],
) -> Result<Vec<Option<Found>>, BatchError> {
    let system = rule.rule.system.as_str();
    let keys = drafts.iter().map(|draft| {
        let domains: Vec<&str> = draft.domain.as_deref().into_iter().collect();
        let value = |column| draft.value(column);
        let keys = identity::Keys::of(rule.rule.entity, &rule.rule.matching, value, &domains);
        match draft.key.as_deref() {
            Some(key) => keys.known_as(system, key),
            None => keys,
        }
    });
    let keys: Vec<identity::Keys<'_>> = keys.collect();
    Ok(identity::identify(tx, rule.rule.entity, &keys).await?)
}

/// Gives `draft` the id of what was found; `before`: the drafts that came before it.
fn settle(rule: &BoundRule<'_>, before: &[Draft<'_>], draft: &mut Draft<'_>, found: Option<Found>) {
    let Some(Found { which, by }) = found else {
        draft.id = Uuid::now_v7();
        draft.known = Known::New;
        return;
    };
    let line = match which {
        Which::Row(id) => {
            draft.id = id;
            None
        }
        Which::Item(index) => before.get(index).map(|earlier| {
            draft.id = earlier.id;
            earlier.line
        }),
    };
    draft.known = match by {
        By::ExternalId => Known::ByKey,
        By::Column(name) => {
            let column = rule.rule.entity.position(name);
            let text = column.and_then(|column| draft.text(column));
            Known::ByMatch(why(rule, text.unwrap_or_default(), name, line))
        }
        By::Domain => {
            let domain = draft.domain.as_deref().unwrap_or_default();
            Known::ByMatch(why(rule, domain, "domain", line))
        }
        By::Pair(..) => Known::ByMatch(both(rule)),
    };
}

fn why(rule: &BoundRule<'_>, text: &str, what: &str, line: Option<u64>) -> String {
    match line {
        Some(line) => format!("`{text}` is also the {what} in line {line}"),
        None => format!(
            "`{text}` is the {what} of one that is there ({})",
            rule.rule.entity.name
        ),
    }
}

fn both(rule: &BoundRule<'_>) -> String {
    format!("there is one of both ({})", rule.rule.entity.name)
}

/// Recognises drafts by two references together, which are known only now.
pub(super) async fn identify_pairs(
    tx: &DatabaseTransaction,
    rule: &BoundRule<'_>,
    drafts: &mut [Draft<'_>],
    keys: &mut Keys,
) -> Result<(), BatchError> {
    let pairs = |way: &&Match| matches!(way, Match::Pair(..));
    let ways: Vec<Match> = rule.rule.matching.iter().filter(pairs).copied().collect();
    if ways.is_empty() {
        return Ok(());
    }
    let mut new: Vec<&mut Draft<'_>> = drafts
        .iter_mut()
        .filter(|draft| draft.known == Known::New)
        .collect();
    let told = new
        .iter()
        .map(|draft| identity::Keys::of(rule.rule.entity, &ways, |at| draft.value(at), &[]));
    let told: Vec<identity::Keys<'_>> = told.collect();
    let found = identity::identify(tx, rule.rule.entity, &told).await?;
    let mut ids: Vec<Uuid> = new.iter().map(|draft| draft.id).collect();
    for (index, (draft, found)) in new.iter_mut().zip(found).enumerate() {
        let Some(Found { which, .. }) = found else {
            continue;
        };
        let id = match which {
            Which::Row(id) => id,
            Which::Item(earlier) => ids.get(earlier).copied().unwrap_or(draft.id),
        };
        if let Some(own) = ids.get_mut(index) {
            *own = id;
        }
        draft.id = id;
        draft.known = Known::ByMatch(both(rule));
        if let Some(key) = &draft.key {
            keys.insert(key.clone(), id);
        }
    }
    Ok(())
}
