//! Matches some rows of one noun, in one transaction and a fixed number of statements.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use entity::{match_key, match_state};

use crate::{
    matching::BLOCK,
    store::{bulk, erase, matching},
};

use super::{
    lead, pair,
    subject::{Noun, Row, load},
};

/// Matches the rows `ids` of `noun` that were not matched as they are, or all of them `again`; what is
/// deleted or gone is forgotten.
pub(super) async fn settle(
    tx: &DatabaseTransaction,
    noun: Noun,
    ids: &[Uuid],
    now: DateTime<Utc>,
    again: bool,
) -> Result<(), DbErr> {
    matching::lock(tx).await?;
    let mut rows = load(tx, noun, ids).await?;
    let known = matching::matched_versions(tx, ids).await?;
    let is_done = |id: &Uuid| {
        let version = rows.get(id).map(|row| row.version);
        !again && version.is_some() && known.get(id).copied() == version
    };
    let open: Vec<Uuid> = ids.iter().copied().filter(|id| !is_done(id)).collect();
    if open.is_empty() {
        return Ok(());
    }
    rows.retain(|id, _| open.contains(id));
    mark(tx, noun, &open, &rows).await?;
    rows.retain(|_, row| !row.deleted);
    let keys = write_keys(tx, noun, &rows).await?;
    let others = neighbours(tx, &rows, &keys).await?;
    let strangers: BTreeSet<Uuid> = others.values().flatten().copied().collect();
    let strangers: Vec<Uuid> = strangers
        .into_iter()
        .filter(|id| !rows.contains_key(id))
        .collect();
    let mut strangers = load(tx, noun, &strangers).await?;
    strangers.retain(|_, row| !row.deleted);
    let found = compare(&rows, &strangers, &others);
    pair::write(tx, noun, &open, found, now).await?;
    if noun == Noun::Lead {
        lead::settle(tx, &open, &rows, now).await?;
    }
    Ok(())
}

/// Forgets the keys of `open`, and notes as of which version each is matched.
async fn mark(
    tx: &DatabaseTransaction,
    noun: Noun,
    open: &[Uuid],
    rows: &HashMap<Uuid, Row>,
) -> Result<(), DbErr> {
    erase::delete(tx, ("match_key", "entity_id"), None, open).await?;
    erase::delete(tx, ("match_state", "entity_id"), None, open).await?;
    let states = rows.iter().map(|(id, row)| match_state::Model {
        entity_id: *id,
        entity: noun.table().to_owned(),
        version: row.version,
    });
    bulk::insert(tx, states.collect::<Vec<_>>()).await
}

async fn write_keys(
    tx: &DatabaseTransaction,
    noun: Noun,
    rows: &HashMap<Uuid, Row>,
) -> Result<HashMap<Uuid, Vec<i64>>, DbErr> {
    let keys: HashMap<Uuid, Vec<i64>> = rows
        .iter()
        .map(|(id, row)| (*id, row.subject.keys(noun)))
        .collect();
    let stored = keys.iter().flat_map(|(id, keys)| {
        let entity_id = *id;
        keys.iter().map(move |key| match_key::Model {
            key: *key,
            entity_id,
        })
    });
    bulk::insert(tx, stored.collect::<Vec<_>>()).await?;
    Ok(keys)
}

/// For each row those that share a key with it, and a key that few have.
async fn neighbours(
    tx: &DatabaseTransaction,
    rows: &HashMap<Uuid, Row>,
    keys: &HashMap<Uuid, Vec<i64>>,
) -> Result<HashMap<Uuid, BTreeSet<Uuid>>, DbErr> {
    let wanted: BTreeSet<i64> = keys.values().flatten().copied().collect();
    let wanted: Vec<i64> = wanted.into_iter().collect();
    let mut blocks: HashMap<i64, Vec<Uuid>> = HashMap::new();
    for (key, id) in matching::sharing(tx, &wanted, BLOCK).await? {
        blocks.entry(key).or_default().push(id);
    }
    let of = |id: &Uuid| {
        let keys = keys.get(id).into_iter().flatten();
        let members = keys.filter_map(|key| blocks.get(key)).flatten();
        members.copied().filter(|other| other != id).collect()
    };
    Ok(rows.keys().map(|id| (*id, of(id))).collect())
}

fn compare(
    rows: &HashMap<Uuid, Row>,
    strangers: &HashMap<Uuid, Row>,
    others: &HashMap<Uuid, BTreeSet<Uuid>>,
) -> pair::Found {
    let mut found = pair::Found::new();
    for (id, row) in rows {
        for other in others.get(id).into_iter().flatten() {
            let pair = (*id.min(other), *id.max(other));
            if found.contains_key(&pair) {
                continue;
            }
            let known = rows.get(other).or_else(|| strangers.get(other));
            if let Some(likeness) = known.and_then(|known| row.subject.compare(&known.subject)) {
                found.insert(pair, likeness);
            }
        }
    }
    found
}
