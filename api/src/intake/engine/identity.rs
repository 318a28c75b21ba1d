//! Which row of the dataset a draft is about: by its key, by what it has in common with a row that is
//! there or that came before it in the batch, or a new one.

use std::collections::{HashMap, HashSet};

use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use crate::{
    record::{self, Entity, Match, value},
    store::{lookup, table::Value},
};

use super::{
    batch::BatchError,
    draft::{Draft, Known},
    plan::BoundRule,
};

/// Keys that the batch has already given to rows.
pub(super) type Keys = HashMap<String, Uuid>;

/// Gives every draft its id. Returns the keys with the ids that they stand for; those that were not
/// known before are in the drafts with [`Known::New`] or [`Known::ByMatch`].
pub(super) async fn identify(
    tx: &DatabaseTransaction,
    rule: &BoundRule<'_>,
    drafts: &mut [Draft<'_>],
) -> Result<Keys, BatchError> {
    let entity = rule.rule.entity;
    let wanted = drafts.iter().filter_map(|draft| draft.key.as_deref());
    let mut keys = lookup::external_ids(tx, entity.name, &rule.rule.system, wanted).await?;
    let mut stored: Vec<HashMap<String, Uuid>> = Vec::new();
    for way in &rule.rule.matching {
        let texts: Vec<&str> = drafts
            .iter()
            .filter(|draft| !draft.key.as_ref().is_some_and(|key| keys.contains_key(key)))
            .filter_map(|draft| telling(entity, *way, draft))
            .collect();
        stored.push(find(tx, entity, *way, &texts).await?);
    }
    let mut here: Vec<HashMap<String, (Uuid, u64)>> = vec![HashMap::new(); stored.len()];
    let mut given: HashSet<String> = HashSet::new();
    for draft in drafts {
        if let Some(id) = draft.key.as_ref().and_then(|key| keys.get(key)) {
            draft.id = *id;
            draft.known = Known::ByKey;
        } else if let Some((id, why)) = matched(rule, draft, &stored, &here) {
            draft.id = id;
            draft.known = Known::ByMatch(why);
        } else {
            draft.id = Uuid::now_v7();
            draft.known = Known::New;
        }
        if let Some(key) = &draft.key {
            // The first of several rows with a new key may turn out to be of no use.
            draft.new_key = !keys.contains_key(key) || given.contains(key);
            if draft.new_key && given.insert(key.clone()) {
                keys.insert(key.clone(), draft.id);
            }
        }
        for (way, known) in rule.rule.matching.iter().zip(&mut here) {
            if let Some(text) = telling(entity, *way, draft) {
                known
                    .entry(text.to_owned())
                    .or_insert((draft.id, draft.line));
            }
        }
    }
    Ok(keys)
}

/// What a draft is recognised by.
fn telling<'d>(entity: &Entity, way: Match, draft: &'d Draft<'_>) -> Option<&'d str> {
    match way {
        Match::Domain => draft.domain.as_deref(),
        Match::Column(name) => {
            let text = draft.text(entity.position(name)?)?;
            let shared = name == "email" && entity.name != "user" && value::is_shared_mailbox(text);
            (!shared).then_some(text)
        }
        Match::Pair(..) => None,
    }
}

async fn find(
    tx: &DatabaseTransaction,
    entity: &Entity,
    way: Match,
    texts: &[&str],
) -> Result<HashMap<String, Uuid>, BatchError> {
    if texts.is_empty() {
        return Ok(HashMap::new());
    }
    let texts = texts.iter().copied();
    let found = match way {
        Match::Column(name) => lookup::ids_by(tx, &entity.table, (name, "id"), None, texts).await?,
        Match::Domain => {
            let domains = record::domains();
            lookup::ids_by(tx, domains, ("domain", "account_id"), None, texts).await?
        }
        Match::Pair(..) => HashMap::new(),
    };
    Ok(found)
}

fn matched(
    rule: &BoundRule<'_>,
    draft: &Draft<'_>,
    stored: &[HashMap<String, Uuid>],
    here: &[HashMap<String, (Uuid, u64)>],
) -> Option<(Uuid, String)> {
    let entity = rule.rule.entity;
    let ways = rule.rule.matching.iter().zip(stored).zip(here);
    for ((way, stored), here) in ways {
        let Some(text) = telling(entity, *way, draft) else {
            continue;
        };
        let what = match way {
            Match::Column(name) => name,
            Match::Domain | Match::Pair(..) => "domain",
        };
        if let Some(id) = stored.get(text) {
            let why = format!(
                "`{text}` is the {what} of one that is there ({})",
                entity.name
            );
            return Some((*id, why));
        }
        if let Some((id, line)) = here.get(text) {
            let why = format!("`{text}` is also the {what} in line {line}");
            return Some((*id, why));
        }
    }
    None
}

/// Recognises drafts by two references together, which are known only now.
pub(super) async fn identify_pairs(
    tx: &DatabaseTransaction,
    rule: &BoundRule<'_>,
    drafts: &mut [Draft<'_>],
    keys: &mut Keys,
) -> Result<(), BatchError> {
    let entity = rule.rule.entity;
    for way in &rule.rule.matching {
        let Match::Pair(first, seconds) = way else {
            continue;
        };
        for second in *seconds {
            let (Some(one), Some(other)) = (entity.position(first), entity.position(second)) else {
                continue;
            };
            let mut stored = pairs_there(tx, entity, (first, one), (second, other), drafts).await?;
            for draft in drafts.iter_mut().filter(|draft| draft.known == Known::New) {
                let Some(pair) = draft.reference(one).zip(draft.reference(other)) else {
                    continue;
                };
                let Some(id) = stored.get(&pair) else {
                    stored.insert(pair, draft.id);
                    continue;
                };
                draft.id = *id;
                draft.known = Known::ByMatch(format!("there is one of both ({})", entity.name));
                if let Some(key) = &draft.key {
                    keys.insert(key.clone(), *id);
                }
            }
        }
    }
    Ok(())
}

async fn pairs_there(
    tx: &DatabaseTransaction,
    entity: &Entity,
    (first, one): (&str, usize),
    (second, other): (&str, usize),
    drafts: &[Draft<'_>],
) -> Result<HashMap<(Uuid, Uuid), Uuid>, BatchError> {
    // Of the two, the other is the person: they are in few campaigns and deals, while a campaign has
    // many people.
    let others: HashSet<Uuid> = drafts
        .iter()
        .filter(|draft| draft.known == Known::New)
        .filter_map(|draft| draft.reference(one).and(draft.reference(other)))
        .collect();
    if others.is_empty() {
        return Ok(HashMap::new());
    }
    let others: Vec<Uuid> = others.into_iter().collect();
    let records = lookup::records_by(tx, &entity.table, (second, first), &others).await?;
    let id = entity.position("id");
    let pairs = records.iter().filter_map(|record| {
        let at = |position: usize| match record.get(position) {
            Some(Value::Uuid(id)) => *id,
            _ => None,
        };
        Some(((at(one)?, at(other)?), at(id?)?))
    });
    Ok(pairs.collect())
}
