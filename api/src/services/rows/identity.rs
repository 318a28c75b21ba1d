//! Which rows that are there a caller means who does not name them by id: by what another system calls them, or
//! by what is one row's alone.

use std::collections::{HashMap, HashSet};

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
/// refused where there is one, and what means the same row as an earlier one is. A row that the caller does not
/// see is none, nor is one that would be known by what is masked for them in it.
pub(super) async fn identify(
    write: &Write<'_>,
    entity: &'static Entity,
    deed: Deed,
    drafts: &mut Vec<Draft>,
    refused: &mut Refused,
) -> Result<Vec<Uuid>, ApiError> {
    let record = stored(entity)?;
    let keys: Vec<Keys<'_>> = drafts.iter().map(|draft| said(record, draft)).collect();
    let found = shown(write, entity, record, &keys).await?;
    let paths: Vec<String> = drafts.iter().map(|draft| draft.path.clone()).collect();
    let mut known = Vec::new();
    let mut first: HashMap<Uuid, String> = HashMap::new();
    let mut found = found.into_iter();
    drafts.retain_mut(|draft| {
        let Some(Found { which, by }) = found.next().flatten() else {
            return true;
        };
        let earlier = match which {
            Which::Item(item) => paths.get(item).cloned(),
            Which::Row(id) => {
                let earlier = first.get(&id).cloned();
                first.entry(id).or_insert_with(|| draft.path.clone());
                earlier
            }
        };
        let field = field_of(entity, by);
        let problem = match (earlier, which) {
            (Some(earlier), _) => repeated(draft, field, &earlier),
            (None, Which::Row(id)) => {
                if deed != Deed::Make {
                    draft.id = id;
                    known.push(id);
                    return true;
                }
                let field = format!("{}.{field}", draft.path);
                Problem::new("ALREADY_EXISTS", field, "there is one with this already")
            }
            (None, Which::Item(_)) => return true,
        };
        refused.add(draft.index, problem);
        false
    });
    Ok(known)
}

/// For each of `keys` the row that it is about. Of several rows it is the oldest that there is for the caller: another one
/// does not stand in front of it.
async fn shown(
    write: &Write<'_>,
    entity: &'static Entity,
    record: &record::Entity,
    keys: &[Keys<'_>],
) -> Result<Vec<Option<Found>>, ApiError> {
    let mut hidden = HashSet::new();
    loop {
        let found = identity::identify_but(write.tx, record, keys, &hidden).await?;
        let rows = found.iter().flatten();
        let rows = rows.filter_map(|found| match found.which {
            Which::Row(id) => Some((id, found.by)),
            Which::Item(_) => None,
        });
        let rows: Vec<(Uuid, By)> = rows.collect();
        let ids: Vec<Uuid> = rows.iter().map(|(id, _)| *id).collect();
        let rights = Rights::of(write, entity, &ids, &[], false).await?;
        let known = hidden.len();
        let unseen = |(id, by): &(Uuid, By)| !rights.shows(entity, *id, field_of(entity, *by));
        hidden.extend(rows.into_iter().filter(unseen));
        if hidden.len() == known {
            return Ok(found);
        }
    }
}

/// The field that says what a row was recognised by.
pub(super) fn field_of(entity: &Entity, by: By) -> &'static str {
    match by {
        By::ExternalId => "externalId",
        By::Domain => "domain",
        By::Column(column) | By::Pair(_, column) => entity.field_of(column).unwrap_or(column),
    }
}

/// That an earlier row of the list, the one at `earlier`, means the same row, or would have the same.
pub(super) fn repeated(draft: &Draft, field: &str, earlier: &str) -> Problem {
    let problem = format!("{earlier} has the same, and only one row may: say it once");
    draft.problem(field, &problem)
}

/// What a draft says that may tell which row it is.
pub(super) fn said<'d>(record: &record::Entity, draft: &'d Draft) -> Keys<'d> {
    let said = |position: usize| -> Option<&'d Value> {
        let mut values = draft.said.values().flatten();
        values.find_map(|(at, value)| (*at == position).then_some(value))
    };
    keys(record, &record.matching, said, draft)
}

/// As [`said`], of what is to be otherwise than it is stored.
pub(super) fn changed<'d>(record: &record::Entity, draft: &'d Draft) -> Keys<'d> {
    let differs = |way: &Match| match way {
        Match::Column(column) => draft.changes(record, column),
        Match::Domain => true,
        Match::Pair(first, seconds) => {
            let mut columns = seconds.iter().chain([first]);
            columns.any(|column| draft.changes(record, column))
        }
    };
    let ways: Vec<Match> = record.matching.iter().copied().filter(differs).collect();
    keys(record, &ways, |position| draft.record.get(position), draft)
}

fn keys<'d>(
    record: &record::Entity,
    ways: &[Match],
    value: impl Fn(usize) -> Option<&'d Value>,
    draft: &'d Draft,
) -> Keys<'d> {
    let domain = draft.beside.get("domain").and_then(Option::as_deref);
    let keys = Keys::of(record, ways, value, domain.as_slice());
    match &draft.external_id {
        Some((system, key)) => keys.known_as(system, key),
        None => keys,
    }
}
