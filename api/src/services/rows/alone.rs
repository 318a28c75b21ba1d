//! What is one row's alone, and another row's already: no row is given it, whatever way it is written.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::{
    dataset::{Entity, global_id},
    error::{ApiError, Problem},
    matching::identity::{self, By, Found, Keys, Which},
    record::{self, Match},
    store::lookup,
};

use super::{
    Refused,
    draft::Draft,
    identity::{changed, field_of, repeated, said},
    rights::Rights,
};
use crate::services::write::Write;

/// Whose is what the drafts would have for their own.
#[derive(Debug, Default)]
pub(super) struct Owned {
    /// By the index of the draft.
    found: HashMap<usize, Vec<Found>>,
    /// Where the drafts stand in the request, by their position.
    paths: Vec<String>,
}

/// Has nobody else ask for what the drafts say until this is written or taken back.
pub(super) async fn reserve(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let keys: Vec<Keys<'_>> = drafts.iter().map(|draft| said(record, draft)).collect();
    identity::reserve(write.tx, record, &keys).await?;
    Ok(())
}

/// As [`reserve`], for the rows that the drafts bring back: what they had when they were deleted.
pub(super) async fn reserve_again(
    write: &Write<'_>,
    record: &record::Entity,
    ids: &[Uuid],
) -> Result<(), ApiError> {
    let rows = lookup::records(write.tx, &record.table, ids).await?;
    let ways = in_rows(record);
    let keys = rows
        .iter()
        .map(|row| Keys::of(record, &ways, |position| row.get(position), &[]));
    let keys: Vec<Keys<'_>> = keys.collect();
    identity::reserve(write.tx, record, &keys).await?;
    Ok(())
}

/// Whose is what the drafts change, and what else they are known by.
pub(super) async fn owned(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<Owned, ApiError> {
    let keys: Vec<Keys<'_>> = drafts.iter().map(|draft| changed(record, draft)).collect();
    of_keys(write, record, drafts, &keys).await
}

/// Whose is what the drafts had when they were deleted.
pub(super) async fn owned_again(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<Owned, ApiError> {
    let ways = in_rows(record);
    let keys = drafts
        .iter()
        .map(|draft| Keys::of(record, &ways, |position| draft.record.get(position), &[]));
    let keys: Vec<Keys<'_>> = keys.collect();
    of_keys(write, record, drafts, &keys).await
}

async fn of_keys(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
    keys: &[Keys<'_>],
) -> Result<Owned, ApiError> {
    let found = identity::claimed(write.tx, record, keys).await?;
    let indexes = drafts.iter().map(|draft| draft.index);
    Ok(Owned {
        found: indexes.zip(found).collect(),
        paths: drafts.iter().map(|draft| draft.path.clone()).collect(),
    })
}

/// The ways of knowing rows by what stands in them. What stands elsewhere stays a deleted row's.
fn in_rows(record: &record::Entity) -> Vec<Match> {
    let inside = |way: &Match| *way != Match::Domain;
    record.matching.iter().copied().filter(inside).collect()
}

impl Owned {
    /// Whether the row of `draft` has that already.
    pub(super) fn has(&self, draft: &Draft, by: By) -> bool {
        let own = Found {
            which: Which::Row(draft.id),
            by,
        };
        self.of(draft).any(|found| *found == own)
    }

    /// Refuses the drafts that would have what is another row's, or an earlier draft's.
    pub(super) async fn refuse(
        &self,
        write: &Write<'_>,
        entity: &'static Entity,
        drafts: &[Draft],
        refused: &mut Refused,
    ) -> Result<(), ApiError> {
        let owners = drafts.iter().flat_map(|draft| {
            self.of(draft).filter_map(|found| match found.which {
                Which::Row(id) if id != draft.id => Some(id),
                _ => None,
            })
        });
        let owners: HashSet<Uuid> = owners.collect();
        let owners = Owners::of(write, entity, owners.into_iter().collect()).await?;
        for draft in drafts {
            for found in self.of(draft) {
                let problem = match found.which {
                    Which::Row(id) if id == draft.id => None,
                    Which::Row(id) => owners.taken(entity, draft, found.by, id),
                    Which::Item(item) => self
                        .paths
                        .get(item)
                        .map(|earlier| repeated(draft, field_of(entity, found.by), earlier)),
                };
                refused.accepts(draft.index, problem);
            }
        }
        Ok(())
    }

    fn of(&self, draft: &Draft) -> impl Iterator<Item = &Found> {
        self.found.get(&draft.index).into_iter().flatten()
    }
}

/// Rows that have what others would have, as far as they are the caller's to know.
struct Owners {
    there: Rights,
    /// Those that are deleted, and were there for the caller otherwise.
    deleted: Rights,
}

impl Owners {
    async fn of(
        write: &Write<'_>,
        entity: &'static Entity,
        ids: Vec<Uuid>,
    ) -> Result<Self, ApiError> {
        let there = Rights::of(write, entity, &ids, &[], false).await?;
        let others: Vec<Uuid> = ids
            .into_iter()
            .filter(|id| there.get(*id).is_none())
            .collect();
        let deleted = Rights::of(write, entity, &others, &["restore"], true).await?;
        Ok(Self { there, deleted })
    }

    /// That it is another row's, of which no more is told than the caller may know: of a row in which it is masked
    /// for them no more than of one that they do not see.
    fn taken(&self, entity: &Entity, draft: &Draft, by: By, owner: Uuid) -> Option<Problem> {
        let noun = entity.name;
        let field = field_of(entity, by);
        let deleted = self
            .deleted
            .get(owner)
            .filter(|_| entity.soft_delete && self.deleted.shows(entity, owner, field));
        let problem = if self.there.shows(entity, owner, field) {
            format!("{} has it already", global_id(entity, owner))
        } else if let Some(right) = deleted {
            if right.actions.contains("restore") {
                let id = global_id(entity, owner);
                format!("a deleted row has it, {id}: restore it first")
            } else {
                "a deleted row has it: somebody who may restore it has to do so first".to_owned()
            }
        } else if by == By::Column("email") && noun == "Contact" {
            // Nobody is told whose addresses there are that they do not see: there may be two of one, and they
            // are found to be the same by who sees both.
            return None;
        } else {
            format!("another {noun} has it, which you do not see")
        };
        if by == By::ExternalId || draft.says(field) {
            let field = format!("{}.{field}", draft.path);
            return Some(Problem::new("ALREADY_EXISTS", field, &problem));
        }
        // It is the row's own of before, which nobody has said.
        let path = format!("{}.id", draft.path);
        let problem = format!("its {field}: {problem}");
        Some(Problem::new("ALREADY_EXISTS", path, &problem))
    }
}
