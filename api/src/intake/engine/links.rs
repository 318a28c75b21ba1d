//! References: from what a file says to ids.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use crate::{
    intake::mapping::{By, Lookup},
    record::{self, Entity, FieldKind, value},
    store::{
        lookup,
        table::{Record, Value},
    },
};

use super::{
    batch::BatchError,
    draft::{Assignment, Draft},
    identity::Keys,
    plan::BoundRule,
};

/// The texts that rows of an entity are looked for by.
type Wanted<'d> = HashMap<(&'static str, By), (&'d Lookup, HashSet<Cow<'d, str>>)>;

/// The ids of rows of an entity, by the way and the text that they are looked for by.
type Found = HashMap<(&'static str, By), HashMap<String, Uuid>>;

/// Columns of rows of an entity that references take instead of their ids.
type Via = HashMap<&'static str, (Vec<usize>, HashMap<Uuid, Record>)>;

/// Turns the links of drafts into assignments; `keys` are those of the rows of this batch.
pub(super) async fn resolve(
    tx: &DatabaseTransaction,
    rule: &BoundRule<'_>,
    drafts: &mut [Draft<'_>],
    keys: &Keys,
) -> Result<(), BatchError> {
    let mut found = find(tx, drafts).await?;
    let own = (rule.rule.entity.name, By::Key(rule.rule.system.clone()));
    if let Some(found) = found.get_mut(&own) {
        for (key, id) in keys {
            found.entry(key.clone()).or_insert(*id);
        }
    }
    let via = fetch(tx, drafts, &found).await?;
    for draft in drafts {
        for link in std::mem::take(&mut draft.links) {
            let Some(lookup) = &link.field.rule.lookup else {
                continue;
            };
            let id = id_of(&found, lookup, &link.text);
            let (Some(id), column) = (id, link.field.rule.field.column) else {
                absent(
                    rule,
                    draft,
                    &link.field.label,
                    lookup,
                    &link.text,
                    link.field.rule.field.column,
                );
                continue;
            };
            let value = match lookup.via {
                None => Value::from(id),
                Some(position) => match taken(&via, lookup.entity, id, position) {
                    Some(value) => value,
                    None => continue,
                },
            };
            draft.assignments.push(Assignment {
                column,
                member: None,
                value,
                set: link.field.rule.set,
            });
        }
    }
    Ok(())
}

/// Notes that a reference leads nowhere, or not yet.
fn absent(
    rule: &BoundRule<'_>,
    draft: &mut Draft<'_>,
    label: &str,
    lookup: &Lookup,
    text: &str,
    column: usize,
) {
    draft.pending = true;
    let reason = format!(
        "line {}, column `{label}`: there is no {} `{text}`",
        draft.line, lookup.entity.name
    );
    let optional = rule
        .rule
        .entity
        .table
        .columns
        .get(column)
        .is_some_and(|column| column.nullable);
    if optional {
        draft.review.push(reason);
    } else {
        draft.missing.push(reason);
    }
}

async fn find(tx: &DatabaseTransaction, drafts: &[Draft<'_>]) -> Result<Found, BatchError> {
    let mut wanted = Wanted::new();
    for link in drafts.iter().flat_map(|draft| &draft.links) {
        if let Some(lookup) = &link.field.rule.lookup
            && let Some(text) = normal(lookup, &link.text)
        {
            wanted
                .entry((lookup.entity.name, lookup.by.clone()))
                .or_insert_with(|| (lookup, HashSet::new()))
                .1
                .insert(text);
        }
    }
    let mut found = Found::new();
    for (way, (lookup, texts)) in wanted {
        let texts = texts.iter().map(AsRef::as_ref);
        let entity = lookup.entity;
        let ids = match &lookup.by {
            By::Key(system) => lookup::external_ids(tx, entity.name, system, texts).await?,
            By::Column(column, among) => {
                lookup::ids_by(tx, &entity.table, (column, "id"), *among, texts).await?
            }
            By::Domain => {
                let domains = record::domains();
                lookup::ids_by(tx, domains, ("domain", "account_id"), None, texts).await?
            }
        };
        found.insert(way, ids);
    }
    Ok(found)
}

/// The text as it is stored, where the way to look is a column with a form of its own.
fn normal<'t>(lookup: &Lookup, text: &'t str) -> Option<Cow<'t, str>> {
    match lookup.by {
        By::Domain => value::domain(text).ok().map(Cow::Owned),
        By::Column("email", _) => {
            match value::read(&FieldKind::Email, text, &value::Style::default()) {
                Ok(Value::String(text)) => text.map(Cow::Owned),
                _ => None,
            }
        }
        By::Key(_) | By::Column(..) => Some(Cow::Borrowed(text)),
    }
}

fn id_of(found: &Found, lookup: &Lookup, text: &str) -> Option<Uuid> {
    let text = normal(lookup, text)?;
    found
        .get(&(lookup.entity.name, lookup.by.clone()))?
        .get(text.as_ref())
        .copied()
}

async fn fetch(
    tx: &DatabaseTransaction,
    drafts: &[Draft<'_>],
    found: &Found,
) -> Result<Via, BatchError> {
    let mut wanted: HashMap<&'static str, (&'static Entity, Vec<usize>, HashSet<Uuid>)> =
        HashMap::new();
    for link in drafts.iter().flat_map(|draft| &draft.links) {
        if let Some(lookup) = &link.field.rule.lookup
            && let Some(position) = lookup.via
            && let Some(id) = id_of(found, lookup, &link.text)
        {
            let (_, positions, ids) = wanted
                .entry(lookup.entity.name)
                .or_insert_with(|| (lookup.entity, Vec::new(), HashSet::new()));
            if !positions.contains(&position) {
                positions.push(position);
            }
            ids.insert(id);
        }
    }
    let mut via = Via::new();
    for (name, (entity, positions, ids)) in wanted {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let rows = lookup::columns(tx, &entity.table, &positions, &ids).await?;
        via.insert(name, (positions, rows));
    }
    Ok(via)
}

/// What stands in the column `position` of the row `id`; nothing is `None`.
fn taken(via: &Via, entity: &Entity, id: Uuid, position: usize) -> Option<Value> {
    let (positions, rows) = via.get(entity.name)?;
    let at = positions.iter().position(|known| *known == position)?;
    let value = rows.get(&id)?.get(at)?;
    let null = entity.table.columns.get(position)?.kind.null();
    (*value != null).then(|| value.clone())
}
