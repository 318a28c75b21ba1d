//! Users.

use serde_json::Value as Json;

use crate::{
    auth::Outdated,
    error::Problem,
    record,
    store::table::Value,
    views::{Policy, Scope, Views, allows},
};

use super::{rows::Draft, write::Write};

/// Whether there are such roles, and they are the caller's to give: their own, or any where they make tokens
/// for systems with any.
pub(super) fn check(
    write: &Write<'_>,
    views: &Views,
    record: &record::Entity,
    draft: &mut Draft,
    problems: &mut Vec<Problem>,
) {
    check_token(write, views.policy(), record, draft, problems);
    if !draft.says("roles") {
        return;
    }
    let Some(Value::Json(Some(roles))) = draft.get(record, "roles") else {
        return;
    };
    let roles = roles.as_array().map_or(&[][..], Vec::as_slice);
    let any = write.viewer.is_none_or(|viewer| {
        let makes = viewer.view.noun("ApiToken").can.get("createService");
        viewer.makes_tokens && makes.is_some_and(|on| on.covers(&Scope::all()))
    });
    let (policy, had) = (views.policy(), had(record, draft));
    let mut wrong = Vec::new();
    for role in roles.iter().filter_map(Json::as_str) {
        if policy.role(role).is_none() {
            let problem = draft.problem("roles", &format!("there is no role {role:?}"));
            wrong.push(problem.allowing(policy.roles.iter().map(|role| role.name.as_str())));
        } else if !any
            && !had.iter().any(|had| had == role)
            && !write
                .viewer
                .is_some_and(|viewer| viewer.roles.iter().any(|own| own == role))
        {
            let field = format!("{}.roles", draft.path);
            let problem = "you may not give a role that you do not have";
            wrong.push(Problem::new("FORBIDDEN_SCOPE", field, problem));
        }
    }
    problems.extend(wrong);
}

/// What a user may do goes as far as their roles, and they are whoever has their address. So who gives a role, or has
/// somebody else have what there is, needs a token that may be used for everything; else one that is for users alone
/// would be as good as any.
fn check_token(
    write: &Write<'_>,
    policy: &Policy,
    record: &record::Entity,
    draft: &Draft,
    problems: &mut Vec<Problem>,
) {
    let everything = policy.vocabulary.scopes();
    let unbound = write.viewer.is_none_or(|viewer| {
        let scopes = &viewer.scopes;
        everything.iter().all(|scope| allows(scopes, scope))
    });
    if unbound {
        return;
    }
    let had = had(record, draft);
    let mut given = roles(draft.get(record, "roles")).into_iter();
    let moves = !had.is_empty() && draft.changes(record, "email");
    let wrong = [
        ("roles", given.any(|role| !had.contains(&role))),
        ("email", moves),
    ];
    for (field, _) in wrong.into_iter().filter(|(_, wrong)| *wrong) {
        let field = format!("{}.{field}", draft.path);
        let problem = "this needs a token that may be used for everything: what is given can be used for everything, too";
        problems.push(Problem::new("FORBIDDEN_SCOPE", field, problem));
    }
}

/// The roles that a user had before.
fn had(record: &record::Entity, draft: &Draft) -> Vec<Json> {
    let position = record.position("roles");
    let before = draft.before.as_ref().zip(position);
    roles(before.and_then(|(row, position)| row.get(position)))
}

fn roles(value: Option<&Value>) -> Vec<Json> {
    match value {
        Some(Value::Json(Some(roles))) => roles.as_array().cloned().unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Nobody is known any more: roles, managers and teams may be others.
pub(super) fn forget(write: &Write<'_>) {
    write.outdates(Outdated::All);
}
