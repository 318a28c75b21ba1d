//! What makes two rows the same for sure: what another system calls them, an address of one person's
//! alone, a domain of a company, a key that was made for it, or two references together.
//!
//! Whoever writes rows asks here, an import as well as a mutation, so that both know the same rows again.

mod claim;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    hash::BuildHasher,
};

use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use crate::{
    record::{self, Entity},
    store::{
        claim as lock, lookup, matching,
        table::{Record, Table, Value},
    },
};

use claim::Claim;

pub use claim::{By, Keys};

/// Which row an item of a batch is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The row.
    pub which: Which,
    /// What it was recognised by.
    pub by: By,
}

/// A row that is there, or one that the batch makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The stored row with this id. One that is known by an external id or a domain may be deleted.
    Row(Uuid),
    /// The row of an earlier item of the batch, by its position: that one is a stored row or a new one.
    Item(usize),
}

/// Says for each of `keys` which row of `entity` it is about; `None` where nobody knows it yet.
///
/// At most one statement for the external ids and one for each way of recognising rows of `entity`,
/// however many keys there are. Of several stored rows that would do, the oldest is taken.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn identify(
    tx: &DatabaseTransaction,
    entity: &Entity,
    keys: &[Keys<'_>],
) -> Result<Vec<Option<Found>>, DbErr> {
    identify_but(tx, entity, keys, &HashSet::new()).await
}

/// As [`identify`], but for the stored rows that are `hidden` from who asks, each by what it would be recognised by.
///
/// # Errors
///
/// As [`identify`].
pub async fn identify_but<S: BuildHasher>(
    tx: &DatabaseTransaction,
    entity: &Entity,
    keys: &[Keys<'_>],
    hidden: &HashSet<(Uuid, By), S>,
) -> Result<Vec<Option<Found>>, DbErr> {
    let mut stored = by_external_id(tx, entity, &claims(keys)).await?;
    stored.retain(|_, id| !hidden.contains(&(*id, By::ExternalId)));
    // What another system calls a row settles it: nothing else of it is looked up.
    let mut unsettled = claims(keys);
    if !stored.is_empty() {
        unsettled.clear();
        for keys in keys {
            if !keys.claims().iter().any(|claim| stored.contains_key(claim)) {
                unsettled.extend(keys.claims());
            }
        }
    }
    stored.extend(by_itself(tx, entity, unsettled, hidden).await?);
    let mut earlier: HashMap<Claim<'_>, usize> = HashMap::new();
    let found = keys.iter().enumerate().map(|(index, keys)| {
        let found = keys.claims().iter().find_map(|claim| {
            let row = stored.get(claim).copied().map(Which::Row);
            let which = row.or_else(|| earlier.get(claim).copied().map(Which::Item))?;
            let by = claim.by();
            Some(Found { which, by })
        });
        for claim in keys.claims() {
            earlier.entry(*claim).or_insert(index);
        }
        found
    });
    Ok(found.collect())
}

/// For each of `keys` all that is claimed with it and is a row's already, stored or of an earlier item.
///
/// As many statements as [`identify`].
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn claimed(
    tx: &DatabaseTransaction,
    entity: &Entity,
    keys: &[Keys<'_>],
) -> Result<Vec<Vec<Found>>, DbErr> {
    let all = claims(keys);
    let mut stored = by_external_id(tx, entity, &all).await?;
    let nobody: HashSet<(Uuid, By)> = HashSet::new();
    stored.extend(by_itself(tx, entity, all, &nobody).await?);
    let mut earlier: HashMap<Claim<'_>, usize> = HashMap::new();
    let found = keys.iter().enumerate().map(|(index, keys)| {
        let mut found = Vec::new();
        for claim in keys.claims() {
            let by = claim.by();
            let row = stored.get(claim).copied().map(Which::Row);
            let item = earlier.get(claim).copied().map(Which::Item);
            found.extend(row.into_iter().chain(item).map(|which| Found { which, by }));
            earlier.entry(*claim).or_insert(index);
        }
        found
    });
    Ok(found.collect())
}

/// Has nobody else claim what `keys` claim until `tx` ends, so that of two who ask for the same row at once the
/// second finds the first one's.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn reserve(
    tx: &DatabaseTransaction,
    entity: &Entity,
    keys: &[Keys<'_>],
) -> Result<(), DbErr> {
    let names = claims(keys).into_iter().map(|claim| claim.name(entity));
    let names: BTreeSet<String> = names.collect();
    lock::lock(tx, &names).await
}

fn claims<'k>(keys: &[Keys<'k>]) -> Vec<Claim<'k>> {
    let mut claims = Vec::new();
    for keys in keys {
        claims.extend(keys.claims());
    }
    claims
}

/// The stored rows that claims are about by what stands in the rows.
async fn by_itself<'k, S: BuildHasher>(
    tx: &DatabaseTransaction,
    entity: &Entity,
    claims: Vec<Claim<'k>>,
    hidden: &HashSet<(Uuid, By), S>,
) -> Result<HashMap<Claim<'k>, Uuid>, DbErr> {
    let mut ways: Vec<(By, Vec<Claim<'k>>)> = Vec::new();
    for claim in claims {
        match ways.iter_mut().find(|(by, _)| *by == claim.by()) {
            Some((_, claims)) => claims.push(claim),
            None => ways.push((claim.by(), vec![claim])),
        }
    }
    let mut stored = HashMap::new();
    for (by, claims) in ways {
        let here = hidden.iter().filter(|(_, way)| *way == by);
        let hidden: HashSet<Uuid> = here.map(|(id, _)| *id).collect();
        let by_text = async |table, columns| by_text(tx, table, columns, &claims, &hidden).await;
        let mut found = match by {
            By::ExternalId => continue,
            By::Column(column) => by_text(&entity.table, (column, "id")).await?,
            By::Domain => by_text(record::domains(), ("domain", "account_id")).await?,
            By::Pair(first, second) => by_pair(tx, entity, (first, second), &claims).await?,
        };
        found.retain(|_, id| !hidden.contains(id));
        stored.extend(found);
    }
    Ok(stored)
}

async fn by_external_id<'k>(
    tx: &DatabaseTransaction,
    entity: &Entity,
    claims: &[Claim<'k>],
) -> Result<HashMap<Claim<'k>, Uuid>, DbErr> {
    let wanted: Vec<(&str, &str)> = claims.iter().filter_map(Claim::external_id).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = matching::external_ids(tx, entity.name, &wanted).await?;
    let found = claims.iter().filter_map(|claim| {
        let (system, key) = claim.external_id()?;
        Some((*claim, *ids.get(system)?.get(key)?))
    });
    Ok(found.collect())
}

async fn by_text<'k>(
    tx: &DatabaseTransaction,
    table: &Table,
    columns: (&str, &str),
    claims: &[Claim<'k>],
    hidden: &HashSet<Uuid>,
) -> Result<HashMap<Claim<'k>, Uuid>, DbErr> {
    let texts = claims.iter().filter_map(Claim::text);
    let ids = lookup::ids_by_but(tx, table, columns, hidden, texts).await?;
    let found = claims
        .iter()
        .filter_map(|claim| Some((*claim, *ids.get(claim.text()?)?)));
    Ok(found.collect())
}

async fn by_pair<'k>(
    tx: &DatabaseTransaction,
    entity: &Entity,
    (first, second): (&str, &str),
    claims: &[Claim<'k>],
) -> Result<HashMap<Claim<'k>, Uuid>, DbErr> {
    // Of the two, the second is the person: they are in few campaigns and deals, while a campaign has
    // many people.
    let seconds: HashSet<Uuid> = claims
        .iter()
        .filter_map(Claim::pair)
        .map(|(_, second)| second)
        .collect();
    let seconds: Vec<Uuid> = seconds.into_iter().collect();
    let records = lookup::records_by(tx, &entity.table, (second, first), &seconds).await?;
    let mut ids: HashMap<(Uuid, Uuid), Uuid> = HashMap::with_capacity(records.len());
    for record in &records {
        let at = |column: &str| reference(entity, record, column);
        if let (Some(one), Some(other), Some(id)) = (at(first), at(second), at("id")) {
            let known = ids.entry((one, other)).or_insert(id);
            *known = id.min(*known);
        }
    }
    let found = claims
        .iter()
        .filter_map(|claim| Some((*claim, *ids.get(&claim.pair()?)?)));
    Ok(found.collect())
}

fn reference(entity: &Entity, record: &Record, column: &str) -> Option<Uuid> {
    match record.get(entity.position(column)?) {
        Some(Value::Uuid(id)) => *id,
        _ => None,
    }
}
