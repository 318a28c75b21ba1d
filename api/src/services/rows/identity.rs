//! Which rows that are there a caller means who does not name them by id: by what another system calls them, or
//! by what is one row's alone.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use crate::{
    dataset::Entity,
    error::{ApiError, Problem},
    matching::identity::{self, By, Found, Keys, Which},
    record::{self, Match},
    store::table::Value,
};

use super::{Deed, Refused, draft::Draft, rights::Rights, stored};
use crate::services::write::Write;

/// Gives the drafts that are about a row that is there its id, and says which those are. Who makes rows is
/// refused where there is one. A row that the caller does not see is none, nor is one that they would be known to by
/// what is masked for them in it.
pub(super) async fn identify(
    write: &Write<'_>,
    entity: &'static Entity,
    deed: Deed,
    drafts: &mut Vec<Draft>,
    refused: &mut Refused,
) -> Result<Vec<Uuid>, ApiError> {
    let found = there(write, entity, drafts).await?;
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

/// By the index of each draft the row that is there for the caller, and the field that tells.
async fn there(
    write: &Write<'_>,
    entity: &'static Entity,
    drafts: &[Draft],
) -> Result<BTreeMap<usize, (Uuid, &'static str)>, ApiError> {
    let record = stored(entity)?;
    let alone = |way: &Match| !matches!(way, Match::Pair(..));
    let ways: Vec<Match> = record.matching.iter().copied().filter(alone).collect();
    let keys: Vec<Keys<'_>> = drafts.iter().map(|it| keys(record, &ways, it)).collect();
    // Of several rows the oldest that is there for the caller: another one does not stand in front of it.
    let mut hidden = HashSet::new();
    loop {
        let found = identity::identify_but(write.tx, record, &keys, &hidden).await?;
        let there = drafts.iter().zip(found).filter_map(|(draft, found)| {
            let Found { which, by } = found?;
            match which {
                Which::Row(id) => Some((draft.index, (id, by))),
                Which::Item(_) => None,
            }
        });
        let there: BTreeMap<usize, (Uuid, By)> = there.collect();
        let ids: Vec<Uuid> = there.values().map(|(id, _)| *id).collect();
        let rights = Rights::of(write, entity, &ids, &[], false).await?;
        let shows = |(id, by): &(Uuid, By)| rights.shows(entity, *id, Some(field_of(entity, *by)));
        let before = hidden.len();
        hidden.extend(there.values().filter(|found| !shows(found)).copied());
        if hidden.len() == before {
            let there = there.into_iter();
            let there = there.map(|(index, (id, by))| (index, (id, field_of(entity, by))));
            return Ok(there.collect());
        }
    }
}

/// The field that says what a row was recognised by.
fn field_of(entity: &Entity, by: By) -> &'static str {
    match by {
        By::ExternalId => "externalId",
        By::Column(column) => entity.field_of(column).unwrap_or(column),
        By::Domain | By::Pair(..) => "domain",
    }
}

/// What a draft says that may tell which row it is.
fn keys<'d>(record: &record::Entity, ways: &[Match], draft: &'d Draft) -> Keys<'d> {
    let said = |position: usize| -> Option<&'d Value> {
        let mut values = draft.said.values().flatten();
        values.find_map(|(at, value)| (*at == position).then_some(value))
    };
    let domain = draft.beside.get("domain").and_then(Option::as_deref);
    let keys = Keys::of(record, ways, said, domain.as_slice());
    match &draft.external_id {
        Some((system, key)) => keys.known_as(system, key),
        None => keys,
    }
}
