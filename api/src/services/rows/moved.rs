//! Rows that belong to somebody or somewhere else after a change: nobody puts a row where they could neither have made
//! nor change it.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{
    dataset::{Entity, Path, Written},
    error::{ApiError, Problem},
    record,
};

use super::{Refused, draft::Draft, rights};
use crate::services::write::Write;

/// Who a row belongs to is changed by who may give it away.
const GIVEN_AWAY: [&str; 1] = ["reassign"];

/// Refuses changes after which the caller may no longer do with the row what it was changed by, nor have made it so;
/// and says whether there are any. The rows are written.
pub(super) async fn refuse(
    write: &Write<'_>,
    entity: &'static Entity,
    record: &record::Entity,
    drafts: &[Draft],
    refused: &mut Refused,
) -> Result<bool, ApiError> {
    if entity.writes.with.is_some() {
        return Ok(false);
    }
    let ties = ties(entity);
    let moved = drafts.iter().filter(|draft| draft.before.is_some());
    let moved = moved.flat_map(|draft| {
        let ties = ties
            .iter()
            .filter(|(column, written)| draft.says(written.field) && draft.changes(record, column));
        ties.map(move |(_, written)| (draft, *written))
    });
    let moved: Vec<(&Draft, &Written)> = moved.collect();
    let ids: BTreeSet<Uuid> = moved.iter().map(|(draft, _)| draft.id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let making = entity.actions.iter().filter(|action| action.makes);
    let making: BTreeSet<&'static str> = making.map(|action| action.name).collect();
    let changing = moved.iter().flat_map(|(_, written)| &written.changed_by);
    let actions: BTreeSet<&'static str> = making.iter().chain(changing).copied().collect();
    let actions: Vec<&'static str> = actions.into_iter().collect();
    let holding = rights::made(write, entity, &ids, &actions).await?;
    let mut any = false;
    for (draft, written) in moved {
        let may = holding.get(&draft.id).is_some_and(|may| {
            let changing = written.changed_by.iter().any(|action| may.contains(action));
            changing || !may.is_disjoint(&making)
        });
        if !may {
            let field = format!("{}.{}", draft.path, written.field);
            let problem = "you may not put it there: it would not be yours to make or to change";
            refused.add(draft.index, Problem::new("FORBIDDEN_SCOPE", field, problem));
            any = true;
        }
    }
    Ok(any)
}

/// The columns by which a row belongs to somebody, somewhere or to a whole, and what can be said of each.
fn ties(entity: &'static Entity) -> BTreeMap<&'static str, &'static Written> {
    let paths = entity.ties.people.iter().chain(&entity.ties.places);
    let whole = entity.ties.part_of.map(|(column, _)| column);
    let columns = paths.map(Path::first).chain(whole);
    let said = columns.filter_map(|column| {
        let field = entity.field_of(column)?;
        let mut fields = entity.writes.fields.iter();
        let written = fields.find(|written| written.field == field)?;
        (written.changed_by != GIVEN_AWAY).then_some((column, written))
    });
    said.collect()
}
