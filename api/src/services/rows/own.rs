//! Rows of the caller's own, which is what many may make; and why a row may not be made.

use crate::{
    auth::Viewer,
    dataset::Entity,
    record,
    views::{Scope, allows},
};

use super::{draft::Draft, rules};
use crate::services::write::Write;

/// Has new rows be the caller's, where nobody is said whose they are and the caller may only make rows of their own.
pub(super) fn give(
    write: &Write<'_>,
    entity: &Entity,
    record: &record::Entity,
    drafts: &mut [Draft],
) {
    let Some((viewer, user)) = write.viewer.and_then(|it| Some((it, it.user_id?))) else {
        return;
    };
    let view = viewer.view.noun(entity.name);
    let own = Scope::own();
    let Some((column, field)) = whose(entity) else {
        return;
    };
    for draft in drafts.iter_mut().filter(|draft| draft.before.is_none()) {
        let may = view.can.get(rules::making(entity, record, draft));
        if !draft.says(field) && may.is_some_and(|on| !on.is_all() && on.covers(&own)) {
            draft.set(record, column, user);
        }
    }
}

/// The column that says whose a row is, and the field that says so of a new one.
fn whose(entity: &Entity) -> Option<(&'static str, &'static str)> {
    let own = entity
        .ties
        .people
        .iter()
        .filter(|path| path.hops.is_empty());
    let mut said = own.filter_map(|path| Some((path.column, entity.field_of(path.column)?)));
    said.next()
}

/// Why the caller may not make this row: what they may make, or what their token lacks.
pub(super) fn why_not_made(write: &Write<'_>, entity: &Entity, action: &str) -> String {
    let noun = entity.name;
    if let Some(missing) = missing_scope(write, entity) {
        return missing;
    }
    let on = write
        .viewer
        .and_then(|it| it.view.noun(noun).can.get(action));
    match (on.filter(|on| !on.is_none()), whose(entity)) {
        (None, _) => {
            format!("you may make no {noun} of this kind: your roles do not allow `{action}`")
        }
        (Some(on), Some((_, field))) if on.covers(&Scope::own()) => {
            format!("you may make one where it is `{on}`: with yourself as `{field}`, for example")
        }
        (Some(on), _) => format!("you may make one where it is `{on}`, and this would not be"),
    }
}

/// That the caller's token has no scope to write these rows.
pub(super) fn missing_scope(write: &Write<'_>, entity: &Entity) -> Option<String> {
    let scope = format!("{}:write", entity.token_scope);
    let lacks = |viewer: &&Viewer| !allows(&viewer.scopes, &scope);
    write.viewer.filter(lacks)?;
    Some(format!("your token lacks the scope {scope}"))
}
