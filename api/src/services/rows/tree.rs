//! Rows that form a tree, such as accounts by the company that they belong to: none lies below itself.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::{
    dataset::{Entity, Kind},
    error::ApiError,
    store::{table::Value, tree},
};

use super::{Deed, Refused, draft::Draft, stored};
use crate::services::write::Write;

/// The fields of `entity` that can be said and refer to another row of it, each with its column.
fn branches(entity: &'static Entity) -> impl Iterator<Item = (&'static str, &'static str)> {
    entity.writes.fields.iter().filter_map(|written| {
        let field = entity.written(written.field)?;
        match field.kind {
            Kind::ForeignId { column, target } if target == entity.name => {
                Some((written.field, column))
            }
            _ => None,
        }
    })
}

/// Keeps others from moving rows of `entity` in its tree until the transaction ends, if it has one: each of two could
/// move a row below that of the other. It is asked for before any row is locked, so that nobody waits in a circle.
pub(in crate::services) async fn lock(
    write: &Write<'_>,
    entity: &'static Entity,
) -> Result<(), ApiError> {
    if branches(entity).next().is_some() {
        tree::lock(write.tx, &entity.table).await?;
    }
    Ok(())
}

/// As [`lock`], where one of the drafts may move a row that is there.
pub(super) async fn lock_for(
    write: &Write<'_>,
    entity: &'static Entity,
    deed: Deed,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let moves = branches(entity).any(|(field, _)| drafts.iter().any(|draft| draft.says(field)));
    if moves && deed != Deed::Make {
        tree::lock(write.tx, &entity.table).await?;
    }
    Ok(())
}

/// Refuses the drafts that would put a row below itself, alone or together with others of them.
pub(super) async fn refuse_loops(
    write: &Write<'_>,
    entity: &'static Entity,
    drafts: &[Draft],
    refused: &mut Refused,
) -> Result<(), ApiError> {
    let record = stored(entity)?;
    for (field, column) in branches(entity) {
        let accepted = drafts
            .iter()
            .filter(|draft| !refused.0.contains_key(&draft.index));
        // Nothing lies below a row that is new.
        let moved = accepted.filter(|it| it.before.is_some() && it.changes(record, column));
        let moved: Vec<&Draft> = moved.collect();
        let parents = moved.iter().filter_map(|draft| draft.uuid(record, column));
        let parents: Vec<Uuid> = parents.collect();
        let mut above = tree::above(write.tx, &entity.table, column, &parents).await?;
        above.extend(moved.iter().map(|it| (it.id, it.uuid(record, column))));
        for draft in moved {
            if lies_below_itself(&above, draft.id) {
                let problem = draft.problem(field, "it would lie below itself");
                refused.add(draft.index, problem);
            }
        }
    }
    Ok(())
}

/// Whether one of these rows lies below itself, as they are stored.
pub(in crate::services) async fn loops(
    write: &Write<'_>,
    entity: &'static Entity,
    rows: &[Uuid],
) -> Result<bool, ApiError> {
    for (_, column) in branches(entity) {
        let above = tree::above(write.tx, &entity.table, column, rows).await?;
        if rows.iter().any(|row| lies_below_itself(&above, *row)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Of `values`, by the position of their column, those by which a row would lie below one of `rows`.
pub(in crate::services) async fn leading_to(
    write: &Write<'_>,
    entity: &'static Entity,
    values: &[(usize, Value)],
    rows: &[Uuid],
) -> Result<Vec<usize>, ApiError> {
    let record = stored(entity)?;
    let mut leading = Vec::new();
    for (_, column) in branches(entity) {
        let position = record.position(column);
        let value = values.iter().find(|(at, _)| Some(*at) == position);
        let Some((at, Value::Uuid(Some(parent)))) = value else {
            continue;
        };
        let above = tree::above(write.tx, &entity.table, column, &[*parent]).await?;
        if rows.iter().any(|row| above.contains_key(row)) {
            leading.push(*at);
        }
    }
    Ok(leading)
}

/// Whether the way up from a row leads back to it. `above` has for each row what it lies below.
fn lies_below_itself(above: &HashMap<Uuid, Option<Uuid>>, row: Uuid) -> bool {
    let (mut seen, mut at) = (HashSet::new(), row);
    while let Some(Some(next)) = above.get(&at) {
        if *next == row {
            return true;
        }
        // A circle of others, from before there was this check.
        if !seen.insert(*next) {
            return false;
        }
        at = *next;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::dataset;

    #[test]
    fn the_trees_are_those_that_the_dataset_declares() {
        let trees = dataset().entities().iter().flat_map(|entity| {
            branches(entity).map(move |(field, _)| format!("{}.{field}", entity.name))
        });
        let mut trees: Vec<String> = trees.collect();
        trees.sort();
        let expected = [
            "Account.parentId",
            "Campaign.parentId",
            "Territory.parentId",
            "User.managerId",
        ];
        assert_eq!(trees, expected);
    }

    #[test]
    fn a_way_up_ends_at_the_top_at_the_row_itself_or_in_a_circle_of_others() {
        let [a, b, c] = [1, 2, 3].map(Uuid::from_u128);
        let above = |edges: &[(Uuid, Option<Uuid>)]| edges.iter().copied().collect();
        let tree = above(&[(a, Some(b)), (b, Some(c)), (c, None)]);
        assert!(!lies_below_itself(&tree, a));
        let ring = above(&[(a, Some(b)), (b, Some(c)), (c, Some(a))]);
        assert!(lies_below_itself(&ring, a));
        let aside = above(&[(a, Some(b)), (b, Some(c)), (c, Some(b))]);
        assert!(!lies_below_itself(&aside, a));
    }
}
