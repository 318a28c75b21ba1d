//! What rows refer to: it has to be there, for the caller to see.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use uuid::Uuid;

use crate::{
    dataset::{Entity, Kind, dataset},
    error::ApiError,
    store::table::Value,
};

use super::{Refused, draft::Draft, rights};
use crate::services::write::Write;

/// Refuses the drafts that say something of a row that there is not, for the caller; nor may a row refer to
/// itself.
pub(super) async fn refuse_unknown(
    write: &Write<'_>,
    entity: &'static Entity,
    drafts: &[Draft],
    refused: &mut Refused,
) -> Result<(), ApiError> {
    let mut wanted: BTreeMap<&'static str, BTreeSet<Uuid>> = BTreeMap::new();
    for draft in drafts {
        for (_, target, id) in references(entity, draft) {
            wanted.entry(target).or_default().insert(id);
        }
    }
    let mut there: HashSet<(&'static str, Uuid)> = HashSet::new();
    for (noun, ids) in wanted {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let seen = rights::seen(write, dataset().target(noun)?, &ids).await?;
        there.extend(seen.into_iter().map(|id| (noun, id)));
    }
    for draft in drafts {
        for (field, target, id) in references(entity, draft) {
            if target == entity.name && id == draft.id {
                let problem = "a row cannot refer to itself";
                refused.add(draft.index, draft.problem(field, problem));
            } else if !there.contains(&(target, id)) {
                let problem = format!("there is no such {target}, or none that you may see");
                refused.add(draft.index, draft.problem(field, &problem));
            }
        }
    }
    Ok(())
}

/// What was said to be referred to, and is not so already: by which field, of which noun, and its id.
fn references<'d>(
    entity: &'static Entity,
    draft: &'d Draft,
) -> impl Iterator<Item = (&'static str, &'static str, Uuid)> + 'd {
    let said = draft.said.iter().filter(|(name, _)| draft.differs(name));
    said.filter_map(move |(name, values)| {
        let field = entity.written(name)?;
        let Kind::ForeignId { target, .. } = field.kind else {
            return None;
        };
        match values.first() {
            Some((_, Value::Uuid(Some(id)))) => Some((field.name, target, *id)),
            _ => None,
        }
    })
}
