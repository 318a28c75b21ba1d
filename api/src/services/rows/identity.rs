//! Which rows that are there a caller means who does not name them by id: by what another system calls them, or
//! by what is one row's alone.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use crate::{
    dataset::Entity,
    error::{ApiError, Problem},
    reader,
    record::{self, Match, value},
    store::lookup,
};

use super::{Deed, Refused, draft::Draft, rights, stored};
use crate::services::write::Write;

/// Gives the drafts that are about a row that is there its id, and says which those are. Who makes rows is
/// refused where there is one. A row that the caller does not see is none.
pub(super) async fn identify(
    write: &Write<'_>,
    entity: &'static Entity,
    deed: Deed,
    drafts: &mut Vec<Draft>,
    refused: &mut Refused,
) -> Result<Vec<Uuid>, ApiError> {
    let record = stored(entity)?;
    let mut found = by_external_id(write, record, drafts).await?;
    for way in &record.matching {
        let texts: Vec<&str> = drafts
            .iter()
            .filter(|draft| !found.contains_key(&draft.index))
            .filter_map(|draft| telling(record, *way, draft))
            .collect();
        let ids = by_text(write, record, *way, &texts).await?;
        for draft in &*drafts {
            let id = telling(record, *way, draft).and_then(|text| ids.get(text));
            if let Some(id) = id {
                let field = way_name(*way);
                found.entry(draft.index).or_insert((*id, field));
            }
        }
    }
    let ids: Vec<Uuid> = found.values().map(|(id, _)| *id).collect();
    let seen = seen(write, entity, &ids).await?;
    found.retain(|_, (id, _)| seen.contains(id));
    let mut taken: HashMap<Uuid, usize> = HashMap::new();
    drafts.retain_mut(|draft| {
        let Some((id, field)) = found.get(&draft.index).copied() else {
            return true;
        };
        let problem = if deed == Deed::Make {
            Some("there is one with this already")
        } else if taken.insert(id, draft.index).is_some() {
            Some("another one of these means the same row; say it once")
        } else {
            draft.id = id;
            None
        };
        if let Some(problem) = problem {
            let field = format!("{}.{field}", draft.path);
            refused.add(draft.index, Problem::new("ALREADY_EXISTS", field, problem));
        }
        problem.is_none()
    });
    let known = drafts
        .iter()
        .filter(|draft| found.contains_key(&draft.index));
    Ok(known.map(|draft| draft.id).collect())
}

/// By the index of each draft the row that another system calls so.
async fn by_external_id(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<BTreeMap<usize, (Uuid, &'static str)>, ApiError> {
    let mut systems: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let named = drafts.iter().filter_map(|draft| draft.external_id.as_ref());
    for (system, key) in named {
        systems.entry(system).or_default().push(key);
    }
    let mut found = BTreeMap::new();
    for (system, keys) in systems {
        let keys = keys.into_iter();
        let ids = lookup::external_ids(write.tx, record.name, system, keys).await?;
        for draft in drafts {
            let key = draft.external_id.as_ref().filter(|(it, _)| it == system);
            if let Some(id) = key.and_then(|(_, key)| ids.get(key)) {
                found.insert(draft.index, (*id, "externalId"));
            }
        }
    }
    Ok(found)
}

async fn by_text(
    write: &Write<'_>,
    record: &record::Entity,
    way: Match,
    texts: &[&str],
) -> Result<HashMap<String, Uuid>, ApiError> {
    if texts.is_empty() {
        return Ok(HashMap::new());
    }
    let texts = texts.iter().copied();
    Ok(match way {
        Match::Column(name) => {
            lookup::ids_by(write.tx, &record.table, (name, "id"), None, texts).await?
        }
        Match::Domain => {
            let domains = record::domains();
            lookup::ids_by(write.tx, domains, ("domain", "account_id"), None, texts).await?
        }
        Match::Pair(..) => HashMap::new(),
    })
}

/// What a draft is recognised by.
fn telling<'d>(record: &record::Entity, way: Match, draft: &'d Draft) -> Option<&'d str> {
    match way {
        Match::Domain => draft.beside.get("domain")?.as_deref(),
        Match::Column("dedupe_key") => said(record, draft, "dedupeKey", "dedupe_key"),
        Match::Column(name) => {
            let text = said(record, draft, name, name)?;
            let shared = name == "email" && record.name != "user" && value::is_shared_mailbox(text);
            (!shared).then_some(text)
        }
        Match::Pair(..) => None,
    }
}

/// The text that a draft says of a column.
fn said<'d>(
    record: &record::Entity,
    draft: &'d Draft,
    field: &str,
    column: &str,
) -> Option<&'d str> {
    let position = record.position(column)?;
    let values = draft.said.get(field)?;
    values.iter().find_map(|(at, value)| match value {
        crate::store::table::Value::String(text) if *at == position => text.as_deref(),
        _ => None,
    })
}

fn way_name(way: Match) -> &'static str {
    match way {
        Match::Column("dedupe_key") => "dedupeKey",
        Match::Column(name) => name,
        Match::Domain | Match::Pair(..) => "domain",
    }
}

/// Which of the rows there are for the caller.
async fn seen(
    write: &Write<'_>,
    entity: &'static Entity,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, ApiError> {
    let Some(viewer) = write.viewer else {
        return Ok(ids.iter().copied().collect());
    };
    let rows = [rights::visible(viewer, entity.name)];
    let seen = reader::holding(write.tx, viewer, entity, ids, &rows, false).await?;
    let seen = seen
        .into_iter()
        .filter(|(_, truths)| truths.first() == Some(&true));
    Ok(seen.map(|(id, _)| id).collect())
}
