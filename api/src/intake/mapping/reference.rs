//! References: how the row is found that a field points to.

use crate::{
    document::{Entries, unknown},
    record::{self, Entity, Field, FieldKind, Match},
};

use super::field::Defaults;

/// What reasons are for.
const KINDS: [&str; 4] = ["REJECT", "RECYCLE", "DISQUALIFY", "LOST"];

/// How the row is found that a reference points to.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// The entity that is looked up.
    pub entity: &'static Entity,
    /// By what.
    pub by: By,
    /// The column of the found row that is taken, instead of its id.
    pub via: Option<usize>,
}

/// By what a row is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// By its id in this system.
    Key(String),
    /// By a column of its own; among the rows where another column has this value, if given.
    Column(&'static str, Option<(&'static str, &'static str)>),
    /// By a domain of the account.
    Domain,
}

pub(super) fn lookup(
    field: &'static Field,
    entries: &mut Entries<'_>,
    defaults: &Defaults,
) -> Result<Option<Lookup>, String> {
    let Some(node) = entries.get("ref") else {
        return Ok(None);
    };
    let name = node.string()?;
    let Some(entity) = record::entity(name) else {
        let known = record::entities().iter().map(|entity| entity.name);
        return Err(node.error(&unknown("entity", name, known)));
    };
    let system = entries.string("system")?;
    let by = match entries.get("by") {
        None => By::Key(system.unwrap_or(&defaults.system).to_owned()),
        Some(by) => natural(field, entity, by.string()?).map_err(|problem| by.error(&problem))?,
    };
    let by = match (entries.get("kind"), by) {
        (None, by) => by,
        (Some(kind), By::Column("key", _)) => {
            let name = kind.string()?;
            let found = KINDS.into_iter().find(|known| *known == name);
            let unknown = || kind.error(&unknown("kind of reason", name, KINDS.into_iter()));
            By::Column("key", Some(("kind", found.ok_or_else(unknown)?)))
        }
        (Some(kind), _) => {
            return Err(kind.error("only reason codes that are found `by` their key have a kind"));
        }
    };
    let via = match entries.get("via") {
        None => None,
        Some(via) => {
            let name = via.string()?;
            let found = entity.field(name).filter(|found| found.kind == field.kind);
            let Some(found) = found else {
                let fitting = entity
                    .fields
                    .iter()
                    .filter(|other| other.kind == field.kind);
                let known = fitting.map(|other| other.name);
                let problem = unknown(&format!("such field of {}", entity.name), name, known);
                return Err(via.error(&problem));
            };
            Some(found.column)
        }
    };
    if via.is_none() && field.kind != FieldKind::Reference(entity.name) {
        let problem = match field.kind {
            FieldKind::Reference(target) => format!(
                "`{}` is a reference to {target}, not to {}; or say with `via` which field of the \
                 {} to take",
                field.name, entity.name, entity.name
            ),
            _ => format!("`{}` is not a reference", field.name),
        };
        return Err(node.error(&problem));
    }
    Ok(Some(Lookup { entity, by, via }))
}

fn natural(field: &Field, entity: &Entity, by: &str) -> Result<By, String> {
    let mut known = vec!["key"];
    for way in &entity.matching {
        match way {
            Match::Column("key") => {
                let kind = match field.name {
                    "lost_reason" => Some(("kind", "LOST")),
                    "reject_reason" => Some(("kind", "REJECT")),
                    "disqualify_reason" => Some(("kind", "DISQUALIFY")),
                    _ => None,
                };
                if by == "key" {
                    return Ok(By::Column("key", kind));
                }
            }
            Match::Column(column) if *column == by => return Ok(By::Column(column, None)),
            Match::Domain if by == "domain" => return Ok(By::Domain),
            Match::Column(column) => known.push(column),
            Match::Domain => known.push("domain"),
            Match::Pair(..) => {}
        }
    }
    Err(unknown("way to find it by", by, known.into_iter()))
}
