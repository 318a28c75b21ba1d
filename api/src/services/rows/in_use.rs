//! What refers to rows that are to be taken away for good.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{
    dataset::{Entity, Kind, dataset},
    error::{ApiError, Problem},
    record::{self, FieldKind},
    store::erase,
};

use super::{Refused, draft::Draft};
use crate::services::write::Write;

/// A column that refers to rows of a noun, and what its rows are called.
struct Reference {
    table: String,
    column: &'static str,
    noun: &'static str,
}

/// Refuses the drafts of rows that others refer to, deleted ones too, but for their own parts.
pub(super) async fn refuse(
    write: &Write<'_>,
    entity: &'static Entity,
    drafts: &[Draft],
    refused: &mut Refused,
) -> Result<(), ApiError> {
    let ids: Vec<Uuid> = drafts.iter().map(|draft| draft.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut nouns: BTreeMap<Uuid, BTreeSet<&'static str>> = BTreeMap::new();
    for Reference {
        table,
        column,
        noun,
    } in references(entity)
    {
        let used = erase::pointed_to(write.tx, (&table, column), &ids, None).await?;
        for id in used {
            nouns.entry(id).or_default().insert(noun);
        }
    }
    for draft in drafts {
        if let Some(nouns) = nouns.get(&draft.id) {
            let nouns: Vec<&str> = nouns.iter().copied().collect();
            let problem = format!(
                "other rows refer to it ({}), or did before they were deleted: have them refer to another one, or \
                 destroy them first",
                nouns.join(", ")
            );
            let field = format!("{}.id", draft.path);
            refused.add(draft.index, Problem::new("IN_USE", field, &problem));
        }
    }
    Ok(())
}

/// What refers to rows of `entity`, but for their parts, which go with them.
fn references(entity: &'static Entity) -> Vec<Reference> {
    let mut references = Vec::new();
    for noun in dataset().entities() {
        let Some(record) = record::written(&noun.table) else {
            continue;
        };
        for field in &record.fields {
            let column = record.table.columns.get(field.column);
            let refers = matches!(field.kind, FieldKind::Reference(name) if name == entity.table);
            if let Some(column) = column.filter(|_| refers)
                && noun.ties.part_of != Some((column.name, entity.name))
            {
                references.push(Reference {
                    table: noun.table.clone(),
                    column: column.name,
                    noun: noun.name,
                });
            }
        }
    }
    for field in &entity.fields {
        if let Kind::ToManyThrough {
            table,
            near,
            target,
            ..
        } = &field.kind
        {
            references.push(Reference {
                table: table.clone(),
                column: near,
                noun: target,
            });
        }
    }
    references
}
